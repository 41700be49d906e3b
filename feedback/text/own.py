"""What of a text is the author's own opinion; replies, reposts, quotations, names, links, templates are set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Own:
    """A text with its foreign parts blanked by spaces (same length); those parts as (kind, start, end), in order."""

    text_masked: str
    foreign: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A kind of foreign text; its pattern is tried only when one of its triggers occurs, for most texts hold none."""

    kind: str
    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    signs: frozenset[str]


#: One character of every trigger, and of the openings of news: a text without any of them is all the author's own.
_SIGNS = frozenset(":：复馈覆充追尊亲删刪@＠/.【(（#此默填表暂博C册据日")


def _foreign(kind: str, triggers: str, *pattern: str, flags: re.RegexFlag = re.S) -> _Foreign:
    return _Foreign(kind, tuple(triggers.split()), re.compile("".join(pattern), flags), _SIGNS.intersection(triggers))


_MAKER = (
    "开发者|商家|卖家|掌柜|店家|店铺|店主|酒店|宾馆|官方|客服|运营|厂家|厂商|品牌方|开发团队|作者|管理员|小编|"
    "開發者|开发人员|景区|物业|房东|业主"
)
_ANSWER = r"(?:回?答|被访者|受访者)[:：]"
_NAME = r"[@＠][^\s:：，。,.!！?？@＠\]\[()（）#/]{1,30}"

#: In the order of application; a later one does not look into what an earlier one took.
_PATTERNS = (
    _foreign("question", "问: 问： 题: 题： 者: 者： 员: 员：",
             r"^\s*(?:提?问|问题|访谈者|采访者|访谈员)[:：].*?(?=\s*", _ANSWER, ")"),
    _foreign("label", "答: 答： 者: 者：", r"(?:^|(?<=\s))", _ANSWER),
    # A review site prints the house's answer after the text, and what the guest added later after that answer.
    _foreign("reply", "回复 反馈 回覆",
             r"(?:\s|[-—=_*]{3,})*[\[【(（]?(?:", _MAKER, r")(?:的)?(?:官方)?(?:回复|反馈|回覆)[\]】)）]?",
             r"\s*(?:\d{4}年\d{1,2}月\d{1,2}日)?\s*[:：].*?(?=补充点评|追加评论|$)"),
    _foreign("label", "补充点评 追加评论", r"(?:补充点评|追加评论)\s*(?:\d{4}年\d{1,2}月\d{1,2}日)?\s*[:：]?"),
    _foreign("reply", "尊敬的 亲爱的",
             r"\s*[-—=_*]{5,}\s*(?:尊敬的|亲爱的)(?:用户|顾客|客户|宾客|会员).*"),
    _foreign("notice", "已经被删除 已被删除 已删除 被作者删除 已经被刪除",
             r"[（(【\[]\s*[该此本該]?[条條]?(?:评论|评價|評論|微博|内容|回复|微博)",
             r"(?:已经|已經|已)?被?(?:作者)?[删刪]除\s*[）)】\]]"),
    _foreign("repost", "//@ //＠", r"//\s*[@＠].*"),
    _foreign("repost", "@ ＠", r"(?:回复|RT|rt|转发?自?)\s*", _NAME, r"\s*[:：]?"),
    _foreign("repost", "@ ＠", r"(?<=[\]\s。！!])", _NAME, r"[:：](?=.{20}).*"),
    _foreign("link", "http: http： https: https： www. WWW. t.cn ://",
             r"(?:https?[:：]/*|www\.)[\w./?=&%#~+:;,\-]+|\bt\.cn/\w+",
             flags=re.A | re.I),
    _foreign("name", "@ ＠", _NAME),
    _foreign("news", "【", r"【[^】]{4,60}】(?=.{40}).*"),
    _foreign("news", "（来 (来 （转 (转 （via (via （据 (据 （分享 (分享",
             r"[（(](?:来自|来源|分享自|via|转自|据)[^）)]{1,40}[）)]"),
    _foreign("topic", "#", r"#[^#\s]{1,30}#"),
    _foreign("template", "此用户 默认 填写 发表 暂无评 转发微博 轉發微博",
             r"此用户(?:没有|未|暂未|暂无)(?:填写|发表|及时)?(?:文字)?(?:评价|评论)(?:内容)?|"
             r"(?:系统)?默认(?:给?予?)?好评[!！。.]?|"
             r"(?:该|此)?(?:用户|买家|评价方)未及时(?:做出|作出)?(?:主动)?评价[,，]?(?:系统)?默认(?:好评)?[!！。.]?|"
             r"(?:用户|买家)(?:未|没有)(?:填写|发表)评[价论](?:内容)?|暂无评[价论]|转发微博[。.]?|轉發微博[。.]?"),
    _foreign("template", "注册网站导航 Copyright", r"(?:免费注册网站导航|Copyright\s?\d{4}).*"),
)  # fmt: skip

#: An opening like a wire report: all that follows is news.
_NEWS = re.compile(
    r"^\s*(?:【[^】]{2,40}】)?(?:据[^，,。]{2,20}(?:报道|消息|网讯)|[^，,。\s]{2,10}网?\d{1,2}月\d{1,2}日(?:电|讯|消息))"
)
#: First person or a verdict inside 【】-headed text: then it is a headline that the author wrote over an opinion.
_FIRST_PERSON = re.compile(r"我|咱|俺|自己|本人|推荐|好吃|不错|差|垃圾|喜欢|满意|味道|口感|服务|价格")


def own_opinion(text: str) -> Own:
    """`text` with what others wrote blanked out; news after an opening such as 据…报道 is foreign to its end.

    A text that begins with 【…】 is news unless the author speaks in it.
    """
    present = _SIGNS.intersection(text)
    if not present:
        return Own(text, ())
    foreign: list[tuple[str, int, int]] = []
    masked = text
    for entry in _PATTERNS:
        if present.isdisjoint(entry.signs) or not any(trigger in masked for trigger in entry.triggers):
            continue
        pieces = []
        last = 0
        for match in entry.pattern.finditer(masked):
            start, end = match.span()
            headline = entry.kind == "news" and not masked[:start].strip()
            if end <= start or (headline and _FIRST_PERSON.search(masked, start, end)):
                continue
            foreign.append((entry.kind, start, end))
            pieces += [masked[last:start], " " * (end - start)]
            last = end
        if pieces:
            masked = "".join(pieces) + masked[last:]
    if ("据" in masked or "日" in masked) and _NEWS.match(masked):
        foreign.append(("news", 0, len(text)))
        masked = " " * len(text)
    return Own(masked, tuple(sorted(foreign, key=lambda part: (part[1], part[2], part[0]))))
