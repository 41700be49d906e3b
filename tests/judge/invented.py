"""Small invented training sets, so that a model can be learned within a test."""

from __future__ import annotations

import random

from feedback.judge.train import Labelled

_BAD = {
    "function": ("一点支付就闪退", "登录不上去", "打开就崩溃", "数据全丢了", "蓝牙连不上"),
    "price": ("太贵了", "价格又涨了", "性价比太低", "收费贵得离谱", "买完就降价"),
    "attitude": ("店员态度恶劣", "服务员爱理不理", "客服骂人", "老板很凶", "态度冷漠"),
}
_GOOD = ("很好用", "非常满意", "味道不错", "下次还来", "推荐给大家")
_PLAIN = ("今天周五", "请问在哪里下载", "新闻报道", "转发抽奖", "明天开会")


def records(count: int = 240, seed: int = 7) -> list[Labelled]:
    """`count` labelled texts from four shops, of all four polarities and three codes."""
    draw = random.Random(seed)
    found = []
    for number in range(count):
        source = f"shop_{number % 4}"
        kind = number % 6
        if kind < 3:
            code = list(_BAD)[kind]
            found.append(Labelled(f"{draw.choice(_BAD[code])}，第{number}次了", "negative", (code,), source))
        elif kind == 3:
            found.append(Labelled(f"{draw.choice(_GOOD)}，编号{number}", "positive", (), source))
        elif kind == 4:
            found.append(Labelled(f"{draw.choice(_PLAIN)}，编号{number}", "neutral", (), source))
        else:
            text = f"{draw.choice(_GOOD)}，但是{draw.choice(_BAD['price'])}，{number}"
            found.append(Labelled(text, "mixed", ("price",), source))
    return found
