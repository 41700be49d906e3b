"""The names under which exports keep their columns: Chinese (simplified and traditional) and English.

Names are compared without case, spaces, line breaks, punctuation and what stands in brackets. Order is preference.
"""

# ruff: noqa: E501 - tables of words and patterns read best one entry a line
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TRADITIONAL: Final = str.maketrans(
    "標題內時間發佈評論價級數讚點轉傳暱稱稱帳號戶買賣電話區臺灣國連結網來應運鏈網頁寫備註問題項訊聯繫絡麼編輯單據處買",
    "标题内时间发布评论价级数赞点转传昵称称账号户买卖电话区台湾国连结网来应运链网页写备注问题项讯联系络么编辑单据处买",
)
_BRACKETS: Final = re.compile(r"[(（\[【<].*?[)）\]】>]")
_NOISE: Final = re.compile(r"[\W_]+")

#: field → its names, the surest first.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "text": (
        "评论内容", "评价内容", "评论正文", "正文内容", "正文", "标题+内容", "标题内容", "标题与内容", "笔记内容", "笔记正文", "微博内容", "微博正文",
        "帖子内容", "帖子正文", "内容", "反馈内容", "投诉内容", "诉求内容", "来电内容", "工单内容", "问题描述", "诉求描述", "反馈描述", "通话内容",
        "留言内容", "回答内容", "答案", "回答", "原文", "文本", "文本内容", "全文", "评语", "评论详情", "评价详情", "详细内容", "具体内容", "意见建议",
        "意见与建议", "意见", "建议", "吐槽", "反馈", "留言", "评论", "评价", "点评", "描述", "详情", "诉求", "问题", "主诉", "弹幕",
        "reviewtext", "reviewbody", "reviewcontent", "reviewcontents", "commenttext", "commentcontent", "commentbody", "content", "contents",
        "fulltext", "rawtext", "text", "body", "review", "reviews", "comment", "comments", "message", "feedback", "verbatim", "tweet", "post",
        "postcontent", "notecontent", "desc", "description", "sentence", "answer", "remark", "备注",
    ),
    "title": (
        "评论标题", "评价标题", "笔记标题", "帖子标题", "工单标题", "标题", "文章标题", "主题", "title", "reviewtitle", "headline", "summary", "notetitle",
    ),
    "created_at": (
        "评论时间", "评价时间", "点评时间", "发表时间", "发布时间", "发表日期", "发布日期", "评论日期", "评价日期", "笔记发布时间", "发帖时间", "发博时间",
        "反馈时间", "反馈日期", "提交时间", "提交答卷时间", "填写时间", "答题时间", "创建时间", "创建日期", "来电时间", "来电日期", "受理时间", "受理日期", "投诉时间",
        "进线时间", "通话时间", "访谈时间", "访谈日期", "登记时间", "记录时间", "时间", "日期", "发布于", "时间戳", "入库时间", "采集时间",
        "createdat", "createtime", "created", "creationtime", "publishedat", "publishtime", "publishdate", "published", "pubtime", "pubdate", "postedat",
        "posttime", "postdate", "reviewdate", "reviewtime", "commenttime", "commentdate", "submittedat", "submitdate", "submittime", "datetime", "time",
        "date", "timestamp", "ts", "at", "updatedat", "updated", "updatetime", "lastmodified", "更新时间", "更新日期", "最后更新时间", "编辑时间", "lastupdatetime", "ctime",
    ),
    "author": (
        "作者", "评论者", "评论人", "评论用户", "评价人", "评论作者", "昵称", "用户昵称", "微博昵称", "作者昵称", "博主", "博主昵称", "用户名", "用户名称", "发布者", "发布人",
        "发帖人", "楼主", "买家", "买家昵称", "买家会员名", "会员名", "会员", "会员昵称", "账号", "账号名", "账号昵称", "客户姓名", "客户名称", "客户", "姓名", "联系人",
        "被访者", "受访者", "访谈对象", "被访人", "来电人", "反映人", "投诉人", "诉求人", "发言人", "用户", "用户id", "用户编号", "会员id", "客户id", "作者id", "客户编号", "会员号", "联系电话", "来电号码", "手机号", "手机号码",
        "author", "authorname", "username", "nickname", "screenname", "reviewer", "reviewername", "user", "name", "userid", "uid", "authorid",
        "customer", "customername", "customerid", "respondent", "participant", "interviewee", "account", "memberid", "openid", "uname",
    ),
    "rating": (
        "评级", "星级", "评价星级", "评论星级", "用户评分", "评分", "打分", "得分", "评价得分", "评论评分", "评分等级", "商品评分", "综合评分", "总评分", "评价等级", "评价类型",
        "评价结果", "好中差评", "满意度", "满意度评分", "总体满意度", "分数", "rating", "ratings", "star", "stars", "starrating", "reviewrating",
        "score", "overall", "rate", "ratingvalue", "grade",
    ),
    "nps": (
        "nps", "nps评分", "nps得分", "nps分数", "nps打分", "npsscore", "净推荐值", "推荐度", "推荐意愿", "推荐分", "推荐分数", "推荐评分", "推荐指数", "推荐值", "推荐可能性",
        "likelihoodtorecommend", "recommendscore",
    ),
    "version": (
        "版本", "版本号", "app版本", "应用版本", "软件版本", "客户端版本", "评论版本", "产品版本", "系统版本", "version", "appversion", "reviewcreatedversion", "reviewversion", "ver",
    ),
    "region": (
        "地区", "ip属地", "ip归属地", "ip地址属地", "属地", "归属地", "发布地", "发布地点", "所在地", "所在地区", "国家地区", "省份", "省市", "城市", "国家", "位置", "省", "市", "地域",
        "region", "iplocation", "iplabel", "country", "province", "city", "location", "area", "storefront", "countrycode", "ip", "发布位置", "诉求区域", "区域",
    ),
    "channel": (
        "平台", "渠道", "来源平台", "发布平台", "数据来源", "信息来源", "媒体", "媒体名称", "站点", "网站", "应用商店", "应用市场", "反馈渠道", "受理渠道", "来源渠道", "来源",
        "platform", "channel", "source", "sourceplatform", "site", "media", "store", "website",
    ),
    "url": (
        "链接", "原文链接", "帖子链接", "笔记链接", "评论链接", "微博链接", "文章链接", "网址", "链接地址", "原文地址", "url", "link", "permalink", "href", "sourceurl",
        "noteurl", "posturl", "weburl", "地址",
    ),
    "likes": (
        "点赞数", "点赞量", "点赞", "赞数", "赞", "获赞", "获赞数", "喜欢数", "喜欢", "有用数", "有用", "顶", "评论点赞数", "笔记点赞数",
        "likes", "like", "likecount", "likescount", "likenum", "likedcount", "likedcount", "upvotes", "thumbsup", "thumbsupcount", "helpful",
        "votecount", "votes", "diggcount", "attitudescount", "favoritecount", "useful",
    ),
    "comments": (
        "评论数", "评论量", "评论数量", "回复数", "回复量", "跟帖数", "留言数", "子评论数", "commentcount", "commentscount", "replycount", "replies", "commentnum",
        "numcomments", "subcommentcount", "评论", "comments", "回复",
    ),
    "reposts": (
        "转发数", "转发量", "转发", "分享数", "分享量", "分享", "转载数", "转评数", "repostcount", "repostscount", "reposts", "sharecount", "sharescount", "shares",
        "sharedcount", "retweets", "retweetcount", "forwardcount",
    ),
    "engagement": ("互动数", "互动量", "总互动", "总互动量", "engagement", "engagements", "interactions", "互动"),
    "context": ("访谈问题", "提问", "问题", "题目", "question", "题干"),
}  # fmt: skip

#: From this rank on a name of the text is weak: "remark", "备注", and names known by their ending alone.
WEAK_TEXT: Final = NAMES["text"].index("remark")

#: Names that mean a running number or an id: never text, the person in an interview table.
IDENTITY: Final = frozenset(
    [
        "序号",
        "编号",
        "id",
        "no",
        "num",
        "number",
        "index",
        "答卷编号",
        "答卷序号",
        "问卷编号",
        "样本编号",
        "被访者编号",
        "受访者编号",
        "用户编号",
        "行号",
        "person",
        "被访者",
        "受访者",
        "姓名",
        "昵称",
        "用户",
        "用户id",
        "被访人",
        "受访人",
        "访谈对象",
        "participant",
        "respondent",
        "interviewee",
        "pid",
        "访谈编号",
        "被访者id",
        "受访者id",
        "编码",
        "代号",
        "化名",
    ]
)
#: Facts about the person in an interview or survey table: they are no answers.
ATTRIBUTES: Final = frozenset(
    [
        "性别",
        "年龄",
        "年龄段",
        "职业",
        "学历",
        "教育程度",
        "城市",
        "省份",
        "地区",
        "专业",
        "年级",
        "学校",
        "学院",
        "单位",
        "公司",
        "部门",
        "岗位",
        "职位",
        "行业",
        "收入",
        "月收入",
        "婚姻",
        "婚姻状况",
        "手机",
        "手机号",
        "电话",
        "联系方式",
        "邮箱",
        "微信",
        "微信号",
        "备注",
        "会员等级",
        "注册时间",
        "访谈时长",
        "时长",
        "访谈员",
        "访谈者",
        "采访者",
        "记录人",
        "主持人",
        "访谈地点",
        "地点",
        "访谈方式",
        "来自ip",
        "ip",
        "来源",
        "来源详情",
        "所用时间",
        "总分",
        "客户等级",
        "版本",
        "渠道",
        "平台",
        "产品",
        "gender",
        "age",
        "sex",
        "job",
        "occupation",
        "education",
        "city",
        "region",
        "interviewer",
        "duration",
        "product",
        "channel",
        "version",
    ]
)


@lru_cache(maxsize=4096)
def key(name: object) -> str:
    """A column name as it is compared."""
    text = unicodedata.normalize("NFKC", str(name)).lower().translate(_TRADITIONAL)
    if "+" not in text:
        text = _BRACKETS.sub("", text) or text
        return _NOISE.sub("", text)
    return re.sub(r"[^\w+]|_", "", text)


def _lookup() -> dict[str, list[tuple[str, int]]]:
    table: dict[str, list[tuple[str, int]]] = {}
    for field, names in NAMES.items():
        for rank, name in enumerate(names):
            table.setdefault(key(name), []).append((field, rank))
    return table


_LOOKUP: Final = _lookup()
_SUFFIXES: Final = (
    (
        "text",
        re.compile(r"(内容|正文|描述|原话|反馈|吐槽|建议|意见)$|(?<!reply)(content|comment|review|text|body)$"),
    ),
    ("created_at", re.compile(r"(?<!更新)(?<!处理)(?<!完成)(?<!回复)(?<!结束)(?<!关闭)(时间|日期)$|(time|date)$")),
    ("nps", re.compile(r"推荐.{0,12}(可能|意愿|愿意|程度)|(可能|愿意).{0,12}推荐|nps|recommend")),
    ("likes", re.compile(r"(点赞|获赞|赞同)(数量|数|量)?$|likes?(count|num)?$|(up)?votes?(up)?(count|num)$")),
    ("comments", re.compile(r"(评论|回复)(数量|数|量)$|(comments?|repl(y|ies))(count|num)$")),
    ("reposts", re.compile(r"(转发|分享)(数量|数|量)$|(shares?|reposts?|retweets?)(count|num)$")),
    ("rating", re.compile(r"(评分|星级|打分)$|(rating|stars?)$")),
    ("title", re.compile(r"标题$|title$")),
    ("url", re.compile(r"(链接|网址)$|(url|link)$")),
    ("region", re.compile(r"(属地|归属地|地区|省份|城市)$")),
    ("version", re.compile(r"版本号?$|version$")),
    ("author", re.compile(r"(昵称|用户名|作者|姓名)$|(nickname|username|screenname)$")),
)
#: Keys that only hold the value of the key above them, and objects that hold the maker's answer.
_HOLDERS: Final = frozenset(("label", "value", "text", "content", "raw", "name_text"))
_ANSWERED: Final = re.compile(r"repl(y|ies)|response|developer|回复")
#: Names that look like a field by their ending and are something else.
_NOT: Final = re.compile(
    r"回复内容|处理(结果|内容|意见|描述)|商家回复|官方回复|开发者|客服回复|平均|均分|总数|店铺|粉丝|关注|采集|抓取|爬取|抓取时间"
)


def candidates(name: object) -> list[tuple[str, int]]:
    """(field, rank) pairs that a column name may stand for; rank 0 is the surest. Dotted names count by their last part."""
    text = str(name)
    found = list(_LOOKUP.get(key(text), []))
    *outer, last = [part for part in text.split(".") if part] or [text]
    if outer and key(last) in _HOLDERS:
        last = outer[-1]  # {"title": {"label": "…"}}
    if outer:
        if any(_ANSWERED.search(key(part)) for part in outer):
            return []
        found += [(field, rank + 40) for field, rank in _LOOKUP.get(key(last), [])]
    short = key(last)
    if not found and len(short) <= 16 and not _NOT.search(short):
        found = [(field, 200) for field, pattern in _SUFFIXES if pattern.search(short)][:1]
    elif not found and len(short) <= 60 and _SUFFIXES[2][1].search(short):
        found = [("nps", 210)]
    return found


def is_identity(name: object) -> bool:
    """Whether a column names the person or only numbers the rows."""
    return key(name) in IDENTITY


def is_attribute(name: object) -> bool:
    """Whether a column of an interview table tells a fact about the person rather than an answer."""
    return key(name) in ATTRIBUTES
