"""`feedback track` and `feedback incidents` as others script them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from feedback import pipeline_track
from feedback.cli import doctor as doctor_verb
from feedback.cli import incidents as incidents_verb
from feedback.cli import track as track_verb
from feedback.cli import trackwatch
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.judge.prevalence import Rates
from feedback.store import Store
from tests.track.invented import at, days, fill, record
from tests.track.servers import http

ROWS = days("2026-10-01", [(10, 0), (10, 1), (10, 0)] * 10 + [(10, 2)] * 8)


class Command:
    """The command line over one store."""

    def __init__(self, folder: Path, lang: str = "zh", settings: str | None = None) -> None:
        self.store, self.lang, self.settings = folder / "s.duckdb", lang, None
        if settings is not None:
            self.settings = folder / "feedback.toml"
            self.settings.write_text(settings, encoding="utf-8")

    def __call__(self, *words: str, code: int = 0) -> Result:
        app = typer.Typer()
        track_verb.register(app)
        incidents_verb.register(app)
        doctor_verb.register(app)
        obj = Globals(self.store, self.settings, self.lang, quiet=False)
        result = CliRunner().invoke(app, list(words), obj=obj)
        if isinstance(result.exception, FeedbackError):
            assert result.exception.exit_code == code, str(result.exception)
        else:
            assert result.exit_code == code, result.output
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code).stdout)

    def refused(self, *words: str, code: int) -> str:
        return str(self(*words, code=code).exception)


@pytest.fixture(autouse=True)
def _errors_of_no_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_track, "judge_rates", lambda store, settings: {"test": Rates(1000, 900, 1000, 950)})


@pytest.fixture
def command(tmp_path: Path) -> Command:
    fill(tmp_path / "s.duckdb", ROWS, {"r000379": 2})
    return Command(tmp_path)


def test_the_document_is_that_of_the_contract(command: Command) -> None:
    found = command.json("track", "--as-of", "2026-11-07", code=3)
    series = found["keywords"][0].pop("series")
    assert len(series) == 38
    assert series[-1] == {
        "start": "2026-11-07T00:00:00+08:00", "end": "2026-11-08T00:00:00+08:00", "n": 10, "negative": 2, "share": 0.2,
        "lower": 0.0566821515, "upper": 0.5098375285, "state": "too few", "complete": True,
    }  # fmt: skip
    assert found == {
        "threshold": 0.05,
        "keywords": [
            {
                "keyword": "青舟", "product": "青舟", "state": "breach", "n": 70, "negative": 14, "share": 0.2,
                "lower": 0.1230473925, "upper": 0.308166445, "since": "2026-10-31",
                "left_out": {"duplicates": 2, "near_duplicates": 0},
                "window": {"start": "2026-11-01T00:00:00+08:00", "end": "2026-11-08T00:00:00+08:00"},
                "since_range": ["2026-10-27", "2026-11-01"], "rose": {"from": 0.0333333333, "to": 0.2},
                "by_engagement": 0.2, "adjusted": {"share": 0.1764705882, "lower": 0.0764297946, "upper": 0.2983202441},
                "alarm": {"rang": "2026-11-05", "since": "2026-10-31", "reference": 0.0460973603,
                          "evidence": 12.017, "limit": 11.381},
                "products": {"青舟": 380}, "mentions": 380, "last_mention": "2026-11-07T22:48:00+08:00",
            }
        ],
        "incidents": [
            {
                "id": "INC-0001", "keyword": "青舟", "opened_at": "2026-11-07T23:59:59+08:00",
                "due_at": "2026-11-08T23:59:59+08:00", "state": "open", "overdue": False, "product": "青舟",
                "cause": "breach", "owner": None, "acknowledged_at": None, "closed_at": None, "since": "2026-10-31",
                "n": 70, "negative": 14, "share": 0.2, "lower": 0.1230473925, "upper": 0.308166445, "threshold": 0.05,
            }
        ],
        "false_discovery_rate": 0.05,
        "signs": [],
        "judges": [{"judge": "test", "sensitivity": 0.9, "specificity": 0.95, "negative": 1000, "others": 1000}],
    }  # fmt: skip


def test_people_get_a_table_and_notes_apart(command: Command) -> None:
    result = command("track", "--as-of", "2026-11-07T12:00", code=3)
    assert "负面声量：2026-10-31 12:00 至 2026-11-07 12:00，警戒线 5.0%" in result.stdout
    assert "超线" in result.stdout
    assert "末段未完" not in result.stdout
    assert "INC-0001" in result.stdout
    assert result.stderr == (
        "新开事件 INC-0001（青舟），2026-11-08 12:00 前须给出危机公关预案\n"
        "青舟：序贯警报于 2026-11-05 响起，上升约始于 2026-10-31（证据 12.0 > 11.4 nat，基准 4.6%）\n"
    )
    english = Command(command.store.parent, lang="en")
    assert "Negative share: 2026-10-25 00:00 to 2026-11-01 00:00" in english("track", "--until", "2026-10-31").stdout


def test_dry_run_writes_nothing(command: Command) -> None:
    before = command.store.read_bytes()
    result = command("track", "--as-of", "2026-11-07", "--dry-run", "--json", code=3)
    assert json.loads(result.stdout)["incidents"] == []
    assert result.stderr.splitlines()[0] == "将会新开事件：青舟（--dry-run，未写入）"
    assert command.json("incidents", "list") == {"incidents": []}
    assert command.store.read_bytes() == before


def test_calm_is_zero_and_a_higher_line_calms(command: Command) -> None:
    assert command.json("track", "--as-of", "2026-10-20")["keywords"][0]["state"] == "calm"
    found = command.json("track", "--as-of", "2026-11-07", "--threshold", "30％")
    assert (found["keywords"][0]["state"], found["threshold"], found["incidents"]) == ("calm", 0.3, [])


def test_an_empty_window_says_where_the_data_end(command: Command) -> None:
    result = command("track", "--as-of", "2027-06-01", "--keyword", "青舟")
    assert result.stderr == "青舟：窗口内没有提及，最近一次提及在 2026-11-07 22:48；可用 --as-of 2026-11-07 回看\n"
    assert result.stdout.count("样本不足") == 1


def test_data_that_end_within_the_window_are_told_of(command: Command) -> None:
    note = "数据到 2026-11-07 22:48 为止，窗口末段没有任何记录；可用 --as-of 2026-11-07 回看"
    assert note in command("track", "--as-of", "2026-11-10", code=3).stderr.splitlines()
    assert "窗口末段" not in command("track", "--as-of", "2026-11-09T12:00", code=3).stderr


def test_a_keyword_that_no_record_names_is_an_error_after_the_result(command: Command) -> None:
    words = ("track", "--as-of", "2026-10-20", "--keyword", "青舟", "--keyword", "清舟", "--json")
    result = command(*words, code=4)
    assert [(k["keyword"], k["mentions"], k["last_mention"]) for k in json.loads(result.stdout)["keywords"]] == [
        ("青舟", 200, "2026-10-20T22:48:00+08:00"), ("清舟", 0, None),
    ]  # fmt: skip
    assert str(result.exception) == (
        "--keyword 清舟: no record before 2026-10-21 00:00 names it"
        " (named: 青舟; without --keyword all that are known are watched)"
    )
    words = ("track", "--as-of", "2026-11-07", "--keyword", "青舟", "--keyword", "清舟")
    assert "feedback: --keyword 清舟: no record" in command(*words, code=3).stderr
    known = Command(command.store.parent, settings='[track]\nkeywords = { "清舟" = ["清舟"] }\n')
    assert "清舟：没有任何提及" in known("track", "--as-of", "2026-10-20", "--keyword", "清舟").stderr


def test_a_keyword_with_rules_keeps_them_in_its_brief(command: Command) -> None:
    asked = "青舟,轻舟,-不存在的词,+用着"
    assert command.json("track", "--as-of", "2026-11-07", "--keyword", asked, code=3)["keywords"][0]["n"] == 70
    page = command("incidents", "show", "1", "--as-of", "2026-11-07").stdout
    assert "70 条中 14 条负面" in page
    assert "no word to look for" in command.refused("track", "--keyword", "-a,-b", code=2)


def test_wrong_usage_and_wrong_input(command: Command, tmp_path: Path) -> None:
    assert "'7m' is not a period" in command.refused("track", "--window", "7m", code=2)
    assert command.refused("track", "--threshold", "5", code=2) == (
        "--threshold 5.0: must be a number above 0 and below 1 (a share, such as 0.05 for 5%)"
    )
    assert "'11/21' is not a date" in command.refused("track", "--as-of", "11/21", code=2)
    assert "more than 20,000 points" in command.refused("track", "--since", "2001-01-01", "--step", "1h", code=2)
    assert "not before" in command.refused("track", "--since", "2026-11-09", "--until", "2026-11-08", code=2)
    assert "valid: 青舟" in command.refused("track", "--product", "松果", code=2)
    assert "no channel is set up" in command.refused("track", "--notify", code=2)
    assert "before the end" in command.refused("track", "--until", "2020-01-01", code=4)
    assert "valid: none" in command.refused("incidents", "ack", "INC-0001", code=2)
    Store(tmp_path / "empty.duckdb").close()
    empty = Command(tmp_path)
    empty.store = tmp_path / "empty.duckdb"
    assert "no judged record" in empty.refused("track", code=4)
    empty.store = tmp_path / "none.duckdb"
    assert "no such store" in empty.refused("track", code=4)
    assert not empty.store.exists()


def test_an_incident_from_opening_to_closing(command: Command) -> None:
    command("track", "--as-of", "2026-11-05", code=3)
    listed = command.json("incidents", "list", "--as-of", "2026-11-07")["incidents"]
    assert [(i["id"], i["overdue"]) for i in listed] == [("INC-0001", True)]
    command("incidents", "ack", "1", "--owner", "李", "--as-of", "2026-11-06T09:00")
    command("incidents", "note", "INC-0001", "已[致电]三位", "--as-of", "2026-11-06T10:00")
    shown = command("incidents", "close", "inc-1", "--as-of", "2026-11-06T11:00").stdout
    assert "2026-11-06 10:00 备注 已[致电]三位" in shown
    found = command.json("incidents", "show", "INC-0001")
    assert [(e["kind"], e["who"]) for e in found["history"]] == [
        ("opened", None), ("acknowledged", "李"), ("note", None), ("closed", "李"),
    ]  # fmt: skip
    assert found["incident"]["closed_at"] == "2026-11-06T11:00:00+08:00"
    assert "is closed" in command.refused("incidents", "close", "1", code=2)
    again = command.json("track", "--as-of", "2026-11-07", code=3)["incidents"]
    assert [(i["id"], i["state"]) for i in again] == [("INC-0001", "closed")]


def test_the_brief_names_cause_and_source_and_is_safe(tmp_path: Path) -> None:
    bad = [
        record(
            900 + i, at(f"2026-11-0{2 + i // 3}"), "negative", text=f"青舟登录闪退 <script>x</script> 第{i}次\x1b",
            codes=["function"], families=["product"], engagement=100 - i, url="https://example.com/1",
            file="my_list.csv",
        )
        for i in range(9)
    ]  # fmt: skip
    copies = [
        record(950 + i, at("2026-11-03T10:00"), "negative", near_duplicate_of="r000900", duplicate_reason="near")
        for i in range(4)
    ]
    fill(tmp_path / "s.duckdb", [*days("2026-10-01", [(10, 0)] * 38), *bad, *copies])
    command = Command(tmp_path)
    command("track", "--as-of", "2026-11-05", code=3)
    page = command("incidents", "show", "1", "--as-of", "2026-11-05").stdout
    assert "  · 功能：9 条" in page
    assert "  · 新说法：" in page
    assert "闪退" in page
    assert "  | 青舟登录闪退 <script>x</script> 第0次\n    — my_list.csv:902 · 互动 100 · https://example.com/1" in page
    assert "疑似协同：5 条雷同，5 个账号（5 个首次出现）" in page
    assert "  · 产品缺陷为主" in page
    assert "  [ ] 11-06 23:59 给出危机公关预案与整改时间表" in page
    assert "\\" not in page
    assert "\x1b" not in page
    command("incidents", "show", "1", "--as-of", "2026-11-05", "-o", str(tmp_path / "b.md"))
    marked = (tmp_path / "b.md").read_text(encoding="utf-8")
    assert "> — my\\_list.csv:902 · 互动 100" in marked
    assert "- [ ] 11-06 23:59 给出危机公关预案与整改时间表" in marked
    assert "<script>" not in marked
    command("incidents", "show", "1", "--as-of", "2026-11-05", "-o", str(tmp_path / "b.html"))
    html = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "<script>" not in html
    assert "&lt;script&gt;x&lt;/script&gt; 第0次" in html
    assert "Is a directory" in command.refused("incidents", "show", "1", "-o", str(tmp_path), code=2)


def test_messages_go_once_and_failures_are_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "s.duckdb", ROWS)
    command = Command(tmp_path, settings='[track]\nchannels = { pr = { kind = "wecom" } }\n')
    words = ("track", "--as-of", "2026-11-07", "--notify")
    with http((200, '{"errcode": 93000, "errmsg": "invalid webhook url"}'), (200, '{"errcode": 0}')) as seen:
        monkeypatch.setenv("FEEDBACK_NOTIFY_PR_URL", seen.url)
        first = command(*words, code=3)
        assert "INC-0001 未能送达 pr（试 1 次）：93000 invalid webhook url" in first.stderr
        assert "未能送达" not in command(*words, code=3).stderr
        command(*words, code=3)
        command(*words, "--dry-run", code=3)
    assert len(seen.bodies) == 2
    with Store(command.store) as store:
        kept = store.rows("SELECT incident_id, state, channel, status, attempts, last_error FROM notifications")
    assert kept == [("INC-0001", "open", "pr", "sent", 2, None)]


def test_a_channel_without_address_is_warned_of_and_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "s.duckdb", ROWS)
    settings = '[track.channels]\nfs = { kind = "feishu" }\npr = { kind = "webhook" }\nm = { kind = "mail" }\n'
    command = Command(tmp_path, settings=settings)
    monkeypatch.delenv("FEEDBACK_NOTIFY_FS_URL", raising=False)
    with http() as seen:
        monkeypatch.setenv("FEEDBACK_NOTIFY_PR_URL", seen.url)
        assert command("track", "--as-of", "2026-11-07", "--dry-run", code=3).stderr.splitlines()[-2:] == [
            "通道 fs 没有可用的网址：请设环境变量 FEEDBACK_NOTIFY_FS_URL，否则预警发不出去",
            "通道 m 缺 host、sender 或 to：请写入 [track.channels.m]，否则预警发不出去",
        ]
        told = command("track", "--as-of", "2026-11-07", "--notify", code=3).stderr
    assert [body["incident"]["id"] for body in seen.bodies] == ["INC-0001"]
    assert "INC-0001 未能送达 fs（试 0 次）：track.channels.fs: no web address" in told
    assert "否则预警发不出去" not in told
    result = command("doctor", code=1)
    assert "FAIL channels           track.channels.fs: no web address in the environment variable" in result.stdout


def test_quiet_hours_hold_a_message_until_they_are_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "s.duckdb", ROWS)
    settings = '[track]\nquiet_hours = "22:00-08:00"\nchannels = { pr = { kind = "webhook" } }\n'
    command = Command(tmp_path, settings=settings)
    with http() as seen:
        monkeypatch.setenv("FEEDBACK_NOTIFY_PR_URL", seen.url)
        command("track", "--as-of", "2026-11-06T23:00", "--notify", code=3)
        assert seen.bodies == []
        command("track", "--as-of", "2026-11-07T08:30", "--notify", code=3)
    assert [body["incident"]["id"] for body in seen.bodies] == ["INC-0001"]


def test_a_channel_with_a_wrong_key_is_refused_with_the_valid_ones(tmp_path: Path) -> None:
    fill(tmp_path / "s.duckdb", ROWS)
    command = Command(tmp_path, settings='[track]\nchannels = { pr = { kind = "wecom", url = "x" } }\n')
    message = command.refused("track", code=4)
    assert "track.channels.pr.url" in message
    assert "valid keys: kind, command, host" in message


def test_watching_takes_new_files_in_and_looks_again(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = command.store.parent / "inbox"
    inbox.mkdir()
    (inbox / "broken.xlsx").write_bytes(b"PK\x03\x04 cut off")
    looks: list[int] = []

    def sleep(seconds: float) -> None:
        with Store(command.store) as store:
            looks.append(int(store.rows("SELECT count(*) FROM feedback")[0][0]))
        if len(looks) == 3:
            raise KeyboardInterrupt
        lines = "".join(f"2026-11-0{i},青舟今天第{i + len(looks)}回登录还是闪退,某人{i}\n" for i in range(1, 6))
        (inbox / f"{len(looks)}.csv").write_text("发布时间,正文,昵称\n" + lines, encoding="utf-8")

    monkeypatch.setattr(trackwatch, "_sleep", sleep)
    words = ("track", "--watch", "15min", "--folder", str(inbox), "--product", "青舟")
    result = command(*words)
    assert looks == [380, 385, 390]
    assert result.stderr.count("broken.xlsx") == 1
    assert "only with --watch" in command.refused("track", "--folder", str(inbox), code=2)
    assert "one --product" in command.refused("track", "--watch", "1h", "--folder", str(inbox), code=2)
    assert "the present" in command.refused("track", "--watch", "1h", "--as-of", "2026-11-07", code=2)


def test_the_brief_of_an_old_rise_stays_on_the_window_that_opened_it(tmp_path: Path) -> None:
    rows = [
        *days("2026-03-01", [(2, 2)] * 40, text="青舟总闪退", codes=["function"], families=["product"], file="my.csv"),
        record(990, at("2026-04-03T12:00"), "negative", duplicate_reason="copy", near_duplicate_of="r000001"),
        *days("2026-09-01", [(10, 0)] * 10, start=500),
    ]
    fill(tmp_path / "s.duckdb", rows)
    command = Command(tmp_path)
    command("track", "--as-of", "2026-04-05", "--window", "30d", "--keyword", "青舟", code=3)
    assert "窗口" not in json.dumps(command.json("incidents", "show", "1")["incident"], ensure_ascii=False)
    page = command("incidents", "show", "1", "--as-of", "2026-09-09T12:00").stdout
    opened, *rest = page.split("【发生了什么】\n")[1].splitlines()
    assert opened.startswith(
        "  · 2026-04-05 23:59 因占比超线开启（窗口 2026-03-07 00:00 至 2026-04-06 00:00）：60 条中 60"
    )
    assert "同一窗口现在再数" not in page
    assert "  · 已剔除复制 1 条、近似 0 条" in rest
    assert any(line.startswith("  · 现况（2026-08-10 12:00 至 2026-09-09 12:00）：平稳，85 条中 0 条") for line in rest)
    assert "上升以来 64 条提及，对照此前 8 条" in page
    assert page.count("  | 青舟总闪退") == 5
    assert "含复制 65 条中 65 条负面" in page
    with Store(command.store) as store, store.write() as connection:
        connection.execute("UPDATE incidents SET window_start = NULL, window_end = NULL")
    old = command("incidents", "show", "1", "--as-of", "2026-09-09").stdout
    assert "（窗口 2026-03-29 23:59 至 2026-04-05 23:59）" in old
    assert "同一窗口现在再数：14 条中 14 条负面" in old


def test_products_of_the_bundled_lexicon_are_watched_only_where_a_record_names_them(tmp_path: Path) -> None:
    fill(tmp_path / "s.duckdb", days("2026-10-01", [(10, 0)] * 20, text="登录还是慢", kind="review"))
    command = Command(tmp_path)
    for words in ((), ("--product", "青舟")):
        found = command.json("track", "--as-of", "2026-10-20", *words)
        assert [(k["keyword"], k["n"]) for k in found["keywords"]] == [("青舟", 0)]
    (tmp_path / "named").mkdir()
    rows = [
        *days("2026-10-01", [(5, 0)] * 20, text="鲸舟今天又慢了", product="其他"),
        *days("2026-10-01", [(5, 0)] * 20, start=500, text="作业交不上", product="禾木课堂"),
    ]
    fill(tmp_path / "named" / "s.duckdb", rows)
    found = Command(tmp_path / "named").json("track", "--as-of", "2026-10-20")
    assert [k["keyword"] for k in found["keywords"]] == ["鲸舟CRM"]
    only = Command(tmp_path / "named").json("track", "--as-of", "2026-10-20", "--product", "禾木课堂")
    assert [k["keyword"] for k in only["keywords"]] == ["禾木课堂"]


def test_records_that_do_not_name_their_product_are_told_of(tmp_path: Path) -> None:
    fill(tmp_path / "s.duckdb", days("2026-10-01", [(1, 0)] * 23, text="登录还是慢", kind="review"))
    told = Command(tmp_path)("track", "--as-of", "2026-10-20").stderr
    assert "青舟：20 条属于该产品的记录正文没有提到它：只数点名的" in told.splitlines()
    told = Command(tmp_path, lang="en")("track", "--as-of", "2026-10-23").stderr
    assert "青舟: 23 records of this product do not name it: only those that do are counted" in told.splitlines()
