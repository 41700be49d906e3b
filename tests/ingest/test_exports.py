"""Headers of widespread exports and scrapers, with invented rows: each must go in without a mapping."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import json

import pytest

from tests.ingest.conftest import Take

#: (name, kind, header, row, field → column)
TABLES = [
    ("weibo search", "social",
     "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,发布时间,发布工具,微博图片url,retweet_id,ip",
     "5e15,Nabc,7788,小王,转账入口在哪呀找不到,,,,转账,3,2,1,2024-01-02 08:00,iPhone 14,,,发布于 北京",
     {"text": "微博正文", "author": "用户昵称", "created_at": "发布时间", "likes": "点赞数", "comments": "评论数", "reposts": "转发数", "region": "ip"}),
    ("notes", "social",
     "note_id,type,title,desc,video_url,time,last_update_time,user_id,nickname,avatar,liked_count,collected_count,comment_count,share_count,"
     "ip_location,image_list,tag_list,note_url,source_keyword",
     "6a,normal,避雷,推送关不掉每天十条烦死,,1704153600000,1704240000000,99,小李,http://x/a.png,1.2万,5,10,2,广东,,,https://x/n/6a,推送",
     {"text": "desc", "title": "title", "author": "nickname", "created_at": "time", "likes": "liked_count", "comments": "comment_count",
      "reposts": "share_count", "region": "ip_location", "url": "note_url"}),
    ("notes in Chinese", "social",
     "笔记id,笔记url,笔记类型,用户id,用户主页url,昵称,头像url,标题,描述,点赞数量,收藏数量,评论数量,分享数量,上传时间,ip归属地",
     "6a,https://x/n,图文,9,https://x/u,小李,https://x/a,避雷,推送关不掉每天十条烦死,12,3,4,5,2024-01-02 08:00:00,浙江",
     {"text": "描述", "title": "标题", "author": "昵称", "created_at": "上传时间", "likes": "点赞数量", "comments": "评论数量",
      "reposts": "分享数量", "region": "ip归属地", "url": "笔记url"}),
    ("play store", "review",
     "reviewId,userName,userImage,content,score,thumbsUpCount,reviewCreatedVersion,at,replyContent,repliedAt,appVersion",
     "g1,小王,https://x/i,一直闪退根本打不开,1,7,6.1.0,2024-01-02 08:00:00,亲爱的用户您好请您联系我们的客服,2024-01-03 08:00:00,6.1.0",
     {"text": "content", "author": "userName", "created_at": "at", "rating": "score", "likes": "thumbsUpCount", "version": "appVersion"}),
    ("shop", "review",
     "id,content,creationTime,score,nickname,productColor,usefulVoteCount,replyCount",
     "1,包装破了汁漏了一箱,2024-01-02 08:00:00,1,j***d,红色,3,0",
     {"text": "content", "created_at": "creationTime", "rating": "score", "author": "nickname", "likes": "usefulVoteCount", "comments": "replyCount"}),
    ("films", "review",
     "ID,Movie_Name_EN,Movie_Name_CN,Crawl_Date,Number,Username,Date,Star,Comment,Like",
     "0,X,某片,2024-02-01,1,小王,2024-01-02,3,剧情拖沓看睡着了,20",
     {"text": "Comment", "author": "Username", "created_at": "Date", "rating": "Star", "likes": "Like"}),
    ("hotline", "survey",
     "工单编号,来电时间,来电人,联系电话,诉求标题,诉求内容,诉求区域,承办单位,处理结果,满意度",
     "G2024,2024/1/2 8:00,王某,13800138000,噪音,楼下装修早上六点就开始响,西湖区,街道办,已经联系施工方整改完毕,不满意",
     {"text": "诉求内容", "title": "诉求标题", "created_at": "来电时间", "author": "来电人", "region": "诉求区域", "rating": "满意度"}),
    ("hotel", "review", "酒店,用户名,评分,评论内容,入住时间,发布日期,房型",
     "某酒店,小王,4.5,房间隔音很差一夜没睡,2024-01-01,2024-01-02,大床房",
     {"text": "评论内容", "author": "用户名", "rating": "评分", "created_at": "发布日期"}),
    ("date and time apart", "review", "日期,时间,评论", "2024-01-02,08:00,一直在转圈打不开",
     {"text": "评论", "created_at": "日期", "clock": "时间"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "header", "row", "expected"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_columns(take: Take, kind: str, header: str, row: str, expected: dict[str, str]) -> None:
    taken = take(f"{header}\n{row}\n", kind=kind)
    assert dict(taken.tables[0].columns) == expected
    assert taken.local[0] is not None
    assert taken.local[0].startswith("2024-01-02 0")
    assert "13800138000" not in taken.frame.to_csv()


def test_store_feed_of_labels(take: Take) -> None:
    entry = {
        "author": {"uri": {"label": "https://x/u"}, "name": {"label": "小王"}},
        "updated": {"label": "2024-01-02T08:00:00-07:00"},
        "im:rating": {"label": "1"},
        "im:version": {"label": "6.1.0"},
        "title": {"label": "打不开"},
        "content": {"label": "更新之后打不开了", "attributes": {"type": "text"}},
        "im:voteCount": {"label": "2"},
    }
    taken = take(
        json.dumps({"feed": {"title": {"label": "x"}, "entry": [entry, entry | {"title": {"label": "卡"}}]}}), "a.json"
    )
    assert taken.texts == ["打不开。更新之后打不开了", "卡。更新之后打不开了"]
    assert taken.column("rating") == [1, 1]
    assert taken.column("version") == ["6.1.0", "6.1.0"]
    assert taken.column("author")[0] is not None
    assert taken.local[0] == "2024-01-02 23:00:00"


def test_the_makers_answer_is_not_the_text(take: Take) -> None:
    answer = "\"{'id': 1, 'body': '您好，感谢您的反馈，我们会尽快处理这个问题', 'modified': '2024-02-01T00:00:00Z'}\""
    taken = take(f"date,review,rating,title,userName,developerResponse\n2024-01-02,打不开,1,差,小王,{answer}\n")
    assert taken.texts == ["差。打不开"]
    assert taken.local == ["2024-01-02 00:00:00"]


def test_people_in_columns(take: Take) -> None:
    taken = take("问题,用户A,用户B\n为什么离开？,太贵了,广告多\n还回来吗？,,看情况\n", kind="interview")
    assert list(zip(taken.frame["context"], taken.texts, strict=True)) == [
        ("为什么离开？", "太贵了"), ("为什么离开？", "广告多"), ("还回来吗？", "看情况"),
    ]  # fmt: skip
    assert taken.frame["author"].nunique() == 2


def test_speakers_under_their_own_names(take: Take) -> None:
    taken = take("主持人：平时怎么用？\n小王：早上看一节课\n主持人：卡吗？\n小王：卡\n", "a.txt", kind="interview")
    assert list(zip(taken.frame["context"], taken.texts, strict=True)) == [
        ("平时怎么用？", "早上看一节课"),
        ("卡吗？", "卡"),
    ]
