"""What of a text is the author's own opinion: replies, reposts, quotations, names, links and templates are set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Own:
    """A text with the foreign parts blanked by spaces (same length), and those parts as (kind, start, end), in order."""

    text_masked: str
    foreign: tuple[tuple[str, int, int], ...]


#: Kind → pattern, in the order of application; a later one does not look into what an earlier one took. Each pattern
#: is tried only when its trigger occurs, for most texts hold none of them.
_REPLY = r"开发者|商家|卖家|掌柜|店家|店铺|店主|酒店|官方|客服|运营|厂家|厂商|品牌方|开发团队|作者|管理员|小编"
_PATTERNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    ("question", ("问:", "问：", "问题:", "问题："), re.compile(r"^\s*(?:提?问|问题|访谈者|采访者|访谈员)[:：].*?(?=\s*(?:回?答|回答|被访者|受访者)[:：])", re.S)),
    ("label", ("答:", "答：", "者:", "者："), re.compile(r"(?:^|(?<=\s))(?:回?答|回答|被访者|受访者)[:：]")),
    ("reply", ("回复",), re.compile(rf"(?:\s|[-—=_*]{{3,}})*[\[【(（]?(?:{_REPLY})(?:的)?(?:官方)?回复[\]】)）]?\s*[:：].*", re.S)),
    ("reply", ("尊敬的", "亲爱的"), re.compile(r"(?:\s*[-—=_*]{5,}\s*)(?:尊敬的|亲爱的)(?:用户|顾客|客户|宾客|会员).*", re.S)),
    ("notice", ("已经被删除", "已被删除", "已删除", "被作者删除"), re.compile(r"[（(【\[]\s*(?:该|此|本)?条?(?:评论|微博|内容|回复)(?:已经?|已)?被?(?:作者)?删除\s*[）)】\]]")),
    ("repost", ("//@", "// @", "//＠"), re.compile(r"//\s*[@＠].*", re.S)),
    ("repost", ("@", "＠"), re.compile(r"(?:回复|RT|rt|转发?自?)\s*[@＠][^\s:：，。,!！?？@＠\]\[]{1,30}\s*[:：]?")),
    ("repost", ("@", "＠"), re.compile(r"(?<=[\]\s。！!])[@＠][^\s:：，。,!！?？@＠\]\[]{1,30}[:：](?=.{20}).*", re.S)),
    ("link", ("http", "www.", "t.cn", "://"), re.compile(r"(?:https?[:：]/*|www\.)[\w./?=&%#~+:;,\-]+|\bt\.cn/\w+", re.A | re.I)),
    ("name", ("@", "＠"), re.compile(r"[@＠][^\s:：，。,.!！?？@＠\]\[()（）#/]{1,30}")),
    ("news", ("【",), re.compile(r"【[^】]{4,60}】(?=.{40}).*", re.S)),
    ("news", ("》", "报道", "来自", "来源", "讯", "分享自"), re.compile(r"[（(](?:来自|来源|分享自|via|转自|据)[^）)]{1,40}[）)]")),
    ("topic", ("#",), re.compile(r"#[^#\s]{1,30}#")),
    ("template", ("评价", "好评", "评论", "转发微博", "我在"), re.compile(
        r"此用户(?:没有|未|暂未|暂无)(?:填写|发表|及时)?(?:文字)?(?:评价|评论)(?:内容)?|(?:系统)?默认(?:给?予?)?好评[!！。.]?|"
        r"(?:该|此)?(?:用户|买家|评价方)未及时(?:做出|作出)?(?:主动)?评价[,，]?(?:系统)?默认(?:好评)?[!！。.]?|"
        r"(?:用户|买家)(?:未|没有)(?:填写|发表)评[价论](?:内容)?|暂无评[价论]|转发微博[。.]?|轉發微博[。.]?|我在(?:这里)?[:：](?=\s*$|http)|我在\S{2,20}拍了照片")),
)  # fmt: skip

#: Quotation of news or of others inside a text without a mark of its own: an opening like a wire report.
_NEWS = re.compile(
    r"^\s*(?:【[^】]{2,40}】)?(?:据[^，,。]{2,20}(?:报道|消息|网讯)|[^，,。\s]{2,10}网?\d{1,2}月\d{1,2}日(?:电|讯|消息))"
)


def own_opinion(text: str) -> Own:
    """`text` with what others wrote blanked out. News after an opening such as 据…报道 is foreign to its end.

    Nothing is taken when only blanks would be left of a text that is not a template, reply, repost or notice: an author
    whose whole text stands in 【】 still said it.
    """
    foreign: list[tuple[str, int, int]] = []
    masked = text
    for kind, triggers, pattern in _PATTERNS:
        if not any(trigger in masked for trigger in triggers):
            continue
        pieces = []
        last = 0
        for match in pattern.finditer(masked):
            start, end = match.span()
            if end <= start or (kind == "news" and not masked[:start].strip() and _opinionated(masked[start:end])):
                continue
            foreign.append((kind, start, end))
            pieces.append(masked[last:start])
            pieces.append(" " * (end - start))
            last = end
        if last:
            masked = "".join(pieces) + masked[last:]
    if ("据" in masked or "日" in masked) and _NEWS.match(masked):
        foreign.append(("news", 0, len(text)))
        masked = " " * len(text)
    foreign.sort(key=lambda part: (part[1], part[2], part[0]))
    return Own(masked, tuple(foreign))


#: First person or a verdict inside 【】-headed text: then it is a headline that the author wrote over an opinion.
_FIRST_PERSON = re.compile(r"我|咱|俺|自己|本人|推荐|好吃|不错|差|垃圾|喜欢|满意|味道|口感|服务|价格")


def _opinionated(text: str) -> bool:
    return bool(_FIRST_PERSON.search(text))
