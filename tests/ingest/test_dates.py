"""Times as exports write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from feedback.ingest import dates
from tests.ingest.conftest import Take

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2024, 9, 10, 18, 30, tzinfo=SHANGHAI)
READING = dates.Reading(SHANGHAI, AS_OF)


@pytest.mark.parametrize(
    ("written", "expected", "how"),
    [
        ("2019-09-30 12:03:11", "2019-09-30 12:03:11", "full"),
        ("2019-09-30T12:03:11Z", "2019-09-30 20:03:11", "full"),
        ("2019-09-30T12:03:11+0900", "2019-09-30 11:03:11", "full"),
        ("2019-09-30 12:03:11.123", "2019-09-30 12:03:11", "full"),
        ("2020/6/8", "2020-06-08 00:00:00", "full"),
        ("2020/6/8 9:05", "2020-06-08 09:05:00", "full"),
        ("2020.06.08", "2020-06-08 00:00:00", "full"),
        ("2020年6月8日 下午3:05", "2020-06-08 15:05:00", "full"),
        ("2020/6/8 上午 12:10:00", "2020-06-08 00:10:00", "full"),
        ("2022年11月26日 | 22.11.24 版", "2022-11-26 00:00:00", "full"),
        ("November 25, 2022", "2022-11-25 00:00:00", "full"),
        ("Nov 25, 2022, 4:30:12 PM", "2022-11-25 16:30:12", "full"),
        ("25 Nov 2022", "2022-11-25 00:00:00", "full"),
        ("Wed Nov 25 12:00:01 +0800 2022", "2022-11-25 12:00:01", "full"),
        ("11/25/2022", "2022-11-25 00:00:00", "full"),
        ("25/11/2022", "2022-11-25 00:00:00", "full"),
        ("20190930", "2019-09-30 00:00:00", "full"),
        ("20190930120311", "2019-09-30 12:03:11", "full"),
        ("22-11-24", "2022-11-24 00:00:00", "full"),
        ("09-11", "2023-09-11 00:00:00", "yearless"),
        ("09-11 08:30", "2023-09-11 08:30:00", "yearless"),
        ("9月4日", "2024-09-04 00:00:00", "yearless"),
        ("9月4日 14:20 来自iPhone", "2024-09-04 14:20:00", "yearless"),
        ("02-29", "2024-02-29 00:00:00", "yearless"),
        ("5小时前", "2024-09-10 13:30:00", "relative"),
        ("半小时前", "2024-09-10 18:00:00", "relative"),
        ("昨天 21:02", "2024-09-09 21:02:00", "relative"),
        ("今天 08:00", "2024-09-10 08:00:00", "relative"),
        ("编辑于 3天前", "2024-09-07 18:30:00", "relative"),
        ("编辑于 3天前 广东", "2024-09-07 18:30:00", "relative"),
        ("2 weeks ago", "2024-08-27 18:30:00", "relative"),
        ("刚刚", "2024-09-10 18:30:00", "relative"),
        ("1700000000", "2023-11-15 06:13:20", "serial"),
        ("1700000000000", "2023-11-15 06:13:20", "serial"),
        (43738.5, "2019-09-30 12:00:00", "serial"),
        (20190930, "2019-09-30 00:00:00", "full"),
        (datetime(2019, 9, 30, 8, 29, 59, 999_999), "2019-09-30 08:30:00", "full"),  # noqa: DTZ001 - as a workbook may
        (datetime(2019, 9, 30, 12, 3, 11), "2019-09-30 12:03:11", "full"),  # noqa: DTZ001 - as a workbook gives it
    ],
)
def test_parse(written: object, expected: str, how: str) -> None:
    moment = dates.parse(written, READING)
    assert moment is not None
    assert f"{moment.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" == expected
    assert moment.how == how
    assert moment.at.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "",
        "昨天的事",
        "几天前",
        "2019-13-40",
        "很久以前",
        "5",
        3,
        -1,
        1e300,
        "1234567",
        "版本 3.2.1",
        "99999999999999999999",
        "二〇一九",
    ],
)
def test_unknown_is_none(written: object) -> None:
    if written == "昨天的事":
        assert dates.parse(written, READING) is not None  # a day is named; columns of words never become times
        return
    assert dates.parse(written, READING) is None


def test_order_of_month_and_day_by_evidence(take: Take) -> None:
    taken = take("日期,内容\n03/04/2022,一句话\n25/04/2022,又一句话\n2022-05-06,再一句话\n")
    assert taken.local == ["2022-04-03 00:00:00", "2022-04-25 00:00:00", "2022-05-06 00:00:00"]
    taken = take("日期,内容\n03/04/2022,一句话\n2022-05-06,再一句话\n04/13/2022,又一句\n")
    assert taken.local == ["2022-03-04 00:00:00", "2022-05-06 00:00:00", "2022-04-13 00:00:00"]
    assert "ambiguous_dates" in take("日期,内容\n03/04/2022,一句话\n").tables[0].notes


def test_relative_times_count_from_the_option_then_the_name_then_the_file(take: Take) -> None:
    content = "时间,内容\n昨天 21:02,好用\n5小时前,难用\n哪天来着,忘了\n"
    assert take(content, as_of=AS_OF).local == ["2024-09-09 21:02:00", "2024-09-10 13:30:00", None]
    named = take(content, "评论_2024-03-05.csv", as_of=None)
    assert named.local == ["2024-03-04 21:02:00", "2024-03-05 18:59:59", None]
    assert named.tables[0].as_of_from == "name"
    assert named.notes["relative_dates"] == 2
    assert named.notes["unknown_dates"] == 1
    assert take(content, as_of=None).tables[0].as_of_from == "mtime"


def test_date_in_the_name_stands_in_for_a_missing_column(take: Take) -> None:
    assert take("内容\n好用\n", "微博20240305.csv").local == ["2024-03-05 00:00:00"]
    assert take("内容\n好用\n", "微博202403.csv").local == [None]


def test_zone(take: Take) -> None:
    taken = take("时间,内容\n2024-01-01 00:00:00,好用\n", zone=ZoneInfo("UTC"))
    assert taken.local == ["2024-01-01 08:00:00"]
