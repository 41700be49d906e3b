"""Tables as export buttons, colleagues and scrapers leave them."""

# ruff: noqa: E501 - rows of data read best one a line
from __future__ import annotations

import json
import time
from pathlib import Path

import openpyxl
import pytest

from feedback.errors import MissingColumn, UsageError
from tests.ingest.conftest import Take


def _book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_store_export_with_notice_empty_column_footer_and_stray_sheet(take: Take, tmp_path: Path) -> None:
    reviews = [
        [None, "2019-10-05 10:17:51", "甲", 5, "必备", "家里的灯都连上了，必备！"],
        [None, "2019-10-04 09:00:00", "乙", 1, "连不上。", "（该条评论已经被删除）更新后一直连不上"],
        [None, "2019-10-03 09:00:00", "丙", 3, "一般", "一般\n ------------ \n 开发者回复：您好，请联系我们。"],
        [None, "2019-10-02 09:00:00", "丁", 2, "只有标题", None],
        [None, "2019-10-01 09:00:00", "戊", 2, None, None],
    ]
    path = _book(
        tmp_path / "评论.xlsx",
        {
            "某应用_评论详情": [
                [None, "某应用_评论详情"],
                [None, "如果您对数据导出功能有任何意见或建议，欢迎反馈给小助手，谢谢。"],
                [None, "发表时间", "作者", "评级", "标题", "内容"],
                *reviews,
                [None, "数据支持一次性导出5000条，超过限制建议分批导出。"],
            ],
            "Sheet1": [[None], ["内容"], *[[row[5]] for row in reviews[:2]], ["被切开", "的半句"]],
        },
    )
    taken = take(path)
    assert taken.texts == [
        "必备。家里的灯都连上了，必备！",
        "连不上。（该条评论已经被删除）更新后一直连不上",
        "一般\n------------\n开发者回复：您好，请联系我们。",
        "只有标题",
    ]
    assert taken.column("row") == [4, 5, 6, 7]
    assert taken.column("rating") == [5, 1, 3, 2]
    assert taken.local[0] == "2019-10-05 10:17:51"
    assert taken.column("sheet") == ["某应用_评论详情"] * 4
    assert [(bad.row, bad.reason) for bad in taken.quarantined] == [(8, "no_text")]
    assert json.loads(taken.quarantined[0].raw) == {"发表时间": "2019-10-01 09:00:00", "作者": "戊", "评级": "2"}
    assert taken.notes == {"deleted_mark": 1, "maker_reply": 1, "notice": 1, "cut_at": 5000}


def test_stray_sheet_that_repeats_is_left_out_and_monthly_sheets_are_kept(take: Take, tmp_path: Path) -> None:
    rows: list[list[object]] = [[f"2024-01-{i:02d}", f"第{i}条，物流很慢很慢"] for i in range(1, 10)]
    head: list[object] = ["时间", "内容"]
    path = _book(
        tmp_path / "a.xlsx",
        {
            "一月": [head, *rows],
            "抄": [["内容"], *[[row[1]] for row in rows]],
            "二月": [head, ["2024-02-01", "二月的一条"]],
        },
    )
    taken = take(path)
    assert [table.sheet.name for table in taken.tables] == ["一月", "二月"]
    assert len(taken.skipped) == 1
    assert "[抄]" in taken.skipped[0]
    assert len(take(path, sheet="抄").frame) == 9


def test_text_split_by_its_own_commas_is_joined_again(take: Take) -> None:
    taken = take("时间,内容,评分\n2024-01-01,不错,5\n2024-01-02,慢,真的慢,太慢,1\n")
    assert taken.texts == ["不错", "慢,真的慢,太慢"]
    assert taken.column("rating") == [5, 1]
    assert taken.notes["rejoined"] == 1


def test_unbalanced_quotes_do_not_swallow_the_file(take: Take) -> None:
    body = '1,"说好的""次日达""呢\n' + "".join(f"{i},第{i}条评论\n" for i in range(2, 400))
    taken = take("编号,内容\n" + body, chunk=500)
    assert len(taken.frame) == 399
    assert taken.texts[0] == '"说好的""次日达""呢'
    assert taken.texts[-1] == "第399条评论"
    assert taken.notes["unbalanced_quotes"] == 1


def test_hostile_quotes_are_read_in_bounded_time(take: Take) -> None:
    start = time.perf_counter()
    taken = take('内容,时间\n"' + ",a" * 100_000 + "\n" + '"a,' * 20_000 + "\n好用,2024-01-01\n")
    assert taken.texts[-1] == "好用"
    assert time.perf_counter() - start < 10


def test_line_breaks_inside_cells_and_row_numbers(take: Take) -> None:
    taken = take('内容,时间\r\n"第一行\r\n第二行",2024-01-01\r\n\r\n好用,2024-01-02\r\n')
    assert taken.texts == ["第一行\n第二行", "好用"]
    assert taken.column("row") == [2, 4]


def test_header_repeated_midway_is_no_record(take: Take) -> None:
    taken = take("时间,内容\n2024-01-01,好\n时间,内容\n2024-01-02,差\n")
    assert taken.texts == ["好", "差"]


def test_header_names_with_spaces_breaks_brackets_and_traditional_characters(take: Take) -> None:
    taken = take('"發表\n時間"," 評 論 內 容 ",評分（1-5分）,暱稱,點讚數\n2024-01-01,很好用,4,甲,"1,234"\n')
    (table,) = taken.tables
    assert set(table.columns) == {"created_at", "text", "rating", "author", "likes"}
    assert taken.column("engagement") == [1234]


def test_no_header_is_read_by_content(take: Take) -> None:
    taken = take(
        "2024-01-01,这个应用很好用,5\n2024-01-02,更新之后打不开了,1\n2024-01-03,客服没人理,2\n2024-01-03,还行吧凑合,3\n"
    )
    assert taken.tables[0].header_row is None
    assert taken.texts[0] == "这个应用很好用"
    assert taken.column("rating") == [5, 1, 2, 3]
    assert taken.local[1] == "2024-01-02 00:00:00"


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", "，"])
def test_any_delimiter(take: Take, delimiter: str) -> None:
    rows = [["时间", "内容", "评分"], ["2024-01-01", "好用", "5"], ["2024-01-02", "不好用", "1"]]
    taken = take("\n".join(delimiter.join(row) for row in rows), "a.txt")
    assert taken.texts == ["好用", "不好用"]
    assert taken.column("rating") == [5, 1]


def test_plain_lines(take: Take) -> None:
    taken = take("物流太慢，等了三天\n\n客服态度好\n能不能出个夜间模式，晃眼\n", "a.txt")
    assert taken.texts == ["物流太慢，等了三天", "客服态度好", "能不能出个夜间模式，晃眼"]
    assert taken.column("row") == [1, 3, 4]


def test_tab_separated_without_header_keeps_its_first_row(take: Take) -> None:
    taken = take("酒店\t房间很小\n酒店\t早餐凉的\n应用\t闪退\n", "a.tsv")
    assert taken.texts == ["房间很小", "早餐凉的", "闪退"]


def test_social_posts_with_platform_link_and_counts(take: Take) -> None:
    taken = take(
        "发布时间,昵称,平台,正文,转发数,评论数,点赞数,链接\n"
        "2024-03-01 08:00,@小王,微博,通知又晚了,12,4.6万,赞,https://example.com/p?id=1&xsec_token=ABCdef123\n",
        kind="social",
    )
    assert taken.column("engagement") == [46012]
    assert taken.column("channel") == ["微博"]
    assert taken.column("url") == ["https://example.com/p?id=1&xsec_token=〔令牌〕"]
    assert taken.masked == {"令牌": 1}


def test_dict_columns_are_taken_apart(take: Take) -> None:
    user = "\"{'id': 7, 'screen_name': '小李', 'ip': {'city': '杭州'}}\""
    taken = take(f"id,text,user,created_at\n1,转账入口找不到,{user},1700000000\n2,又找不到了,{user},1700000000000\n")
    assert taken.tables[0].columns["author"] == "user.id"
    assert taken.column("region") == ["杭州", "杭州"]
    assert taken.local == ["2023-11-15 06:13:20"] * 2


def test_scientific_ids_are_no_authors(take: Take) -> None:
    taken = take("用户ID,评论内容\n1.00008E+11,好用得很\n1.00008E+11,难用得很\n")
    assert taken.column("author") == [None, None]
    assert taken.notes["scientific_ids"] == 2


def test_numbers_and_scales(take: Take) -> None:
    taken = take("内容,评分\n一,五星\n二,★★★☆☆\n三,4/5\n四,好评\n五,star4\n六,4.5分\n七,0\n")
    assert taken.column("rating") == [5, 3, 4, 5, 4, 4.5, None]
    assert take("内容,评分\n一句话,10\n一句话二,7\n").column("rating") == [5, 3.5]


def test_survey_scores(take: Take) -> None:
    taken = take(
        "序号,提交答卷时间,您有多大可能把我们推荐给朋友？,您的建议\n1,2024/1/2 10:00:00,9,多出点课\n2,2024/1/3 10:00:00,3,\n"
        "3,2024/1/3 10:00:00,3,\n",
        kind="survey",
    )
    assert taken.column("nps") == [9, 3, 3]
    assert taken.texts == ["多出点课", "", ""]
    assert taken.frame["id"].is_unique


def test_map_overrules_and_names_what_is_there(take: Take) -> None:
    content = "备注,内容\n甲的话很长很长,短\n乙的话很长很长,短\n"
    assert take(content, mapping={"text": "备注"}).texts == ["甲的话很长很长", "乙的话很长很长"]
    with pytest.raises(UsageError, match="no such column") as caught:
        take(content, mapping={"text": "正文"})
    assert caught.value.hint == "columns: 备注, 内容"


def test_no_text_column(take: Take) -> None:
    with pytest.raises(MissingColumn, match="no column with text") as caught:
        take("id,amount\n1,2\n3,4\n")
    assert caught.value.exit_code == 4


def test_title_and_body(take: Take) -> None:
    taken = take("标题,内容\n好用,真的好用\n好用！,推荐\n一样的话,一样的话\n开头,开头就这样\n")
    assert taken.texts == ["好用。真的好用", "好用！推荐", "一样的话", "开头就这样"]


def test_ids_do_not_depend_on_order_or_salt(take: Take) -> None:
    rows = [f"2024-01-0{i},用户{i},第{i}条" for i in range(1, 9)]
    one = take("时间,作者,内容\n" + "\n".join(rows))
    two = take("时间,作者,内容\n" + "\n".join(reversed(rows)), "b.csv", salt=b"other")
    assert sorted(one.frame["id"]) == sorted(two.frame["id"])
    assert set(one.frame["author"]).isdisjoint(two.frame["author"])


@pytest.mark.parametrize(
    "header",
    [
        "编号,用户,,评价内容,发表时间\n,昵称,地区,,\n",  # merged downwards: names of the upper row stand alone
        "用户评价数据导出,,,,\n编号,用户,,评价内容,发表时间\n,昵称,地区,,\n",
        "基本信息,,,评价,\n编号,昵称,地区,评价内容,发表时间\n",  # groups above: the lower row has all names
        ",用户,,评价,\n编号,昵称,地区,,发表时间\n",
    ],
)
def test_a_header_of_two_rows(take: Take, header: str) -> None:
    rows = "1,小王,广东,总是闪退没法用,2026-01-02 10:00\n2,小李,北京,好用，就是贵,2026-01-03 11:00\n"
    taken = take(header + rows.replace("，", "、"))
    assert taken.texts == ["总是闪退没法用", "好用、就是贵"]
    assert taken.column("region") == ["广东", "北京"]
    assert taken.local == ["2026-01-02 10:00:00", "2026-01-03 11:00:00"]
    assert taken.frame["author"].nunique() == 2
    assert taken.column("row") == [header.count("\n") + 1, header.count("\n") + 2]


def test_a_first_row_of_short_words_is_not_taken_for_a_second_header(take: Take) -> None:
    taken = take("评价内容,地区,时间,昵称\n很好,广东,今天,小王\n不错,北京,昨天,小李\n")
    assert taken.texts == ["很好", "不错"]


SPOKEN = [
    f"2026-01-{i + 1:02d} 09:00,第{i}次打开都要等很久，昨天换了网络还是一样慢,{'已跟进' if i == 3 else ''},不错,会员{i}"
    for i in range(24)
]


@pytest.mark.parametrize("name", ["备注", "评论内容", "备注内容"])
def test_a_nearly_empty_column_is_not_the_text_whatever_its_name(take: Take, name: str) -> None:
    taken = take("\n".join([f"啥时候说的,用户说了啥,{name},顺手,谁说的", *SPOKEN]))
    assert taken.tables[0].columns["text"] == "用户说了啥"
    assert (len(taken.texts), taken.quarantined) == (24, [])


def test_the_makers_replies_and_titles_do_not_replace_a_sparse_text(take: Take) -> None:
    reply = "您好，感谢您的支持，我们会继续努力第{0}天"
    rows = "\n".join(f"{reply.format(i)},{reply.format(i)},{'真的很难用' if i == 2 else ''}" for i in range(24))
    assert take(f"商家回复,商品名称,评论内容\n{rows}\n").tables[0].columns["text"] == "评论内容"


@pytest.mark.parametrize(
    "footer", ["合计,23", "总计：,23", "合计：23条,", ",共 23 条", "Total,23", "23,合计", "小计,1"]
)
def test_a_footer_of_sums_is_no_record(take: Take, footer: str) -> None:
    for header in ("内容,评分", "评分,内容"):
        rows = ["好用得很,5", "难用得很,1"]
        if header == "评分,内容":
            rows = [",".join(reversed(row.split(","))) for row in rows]
        taken = take("\n".join([header, *rows, footer]))
        assert taken.texts == ["好用得很", "难用得很"]
        assert (taken.quarantined, taken.notes["notice"]) == ([], 1)


@pytest.mark.parametrize(
    "row", ["合计,2024-01-01,5", "合计金额算错了,,1", "总数,,", "共 3 条建议没人理,,2", "合计,小王,1"]
)
def test_words_about_sums_are_records(take: Take, row: str) -> None:
    taken = take(f"内容,昵称,评分\n好用得很,甲,5\n难用得很,乙,1\n{row}\n")
    assert (len(taken.texts), taken.notes["notice"]) == (3, 0)
