"""From file to store: counts that add up, runs repeated, a kill at any moment, the command line."""

from __future__ import annotations

import csv
import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feedback import pipeline
from feedback.errors import MissingColumn, UnreadableFile
from feedback.ingest import IngestReport, Options, messages
from feedback.settings import Settings
from feedback.store import Store, campaigns

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def _take(store_path: Path, *paths: Path, dry_run: bool = False, **options: Any) -> IngestReport:
    settings = Settings(store=store_path)
    plan = pipeline.plan_ingest(paths, Options(**{"kind": "review", "product": "p", "chunk": 50} | options), now=NOW)
    if dry_run:
        return pipeline.ingest(None, settings, plan, now=NOW, dry_run=True)
    with Store(store_path) as store:
        return pipeline.ingest(store, settings, plan, now=NOW)


def _counts(report: IngestReport) -> list[tuple[int, int, int, int, int, int]]:
    for file in report.files:
        assert file.read == file.stored + file.known + file.duplicates + file.quarantined
    return [(f.read, f.stored, f.known, f.duplicates, f.near_duplicates, f.quarantined) for f in report.files]


def _dump(path: Path) -> list[tuple[Any, ...]]:
    with Store(path) as store:
        return store.rows("SELECT * EXCLUDE (author) FROM feedback ORDER BY id")


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    rows = ["时间,作者,内容,评分"]
    rows += [
        f"2024-01-{i % 28 + 1:02d},用户{i},第{i}条评论：更新之后打不开了{'真的' * (i % 3)},{i % 5 + 1}"
        for i in range(180)
    ]
    rows += [
        "2024-01-01,甲,买了三台净水机，安装师傅都很热情周到，好评,5",
        "2024-01-02,乙,买了三台净水机，安装师傅都很热情周到，好评！,5",
    ]
    rows += [rows[5], rows[5], "2024-01-09,丙,,3"]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def test_counts_add_up_and_a_second_run_stores_nothing(tmp_path: Path, reviews: Path) -> None:
    store = tmp_path / "s.duckdb"
    report = _take(store, reviews)
    ((read, stored, known, duplicates, near, quarantined),) = _counts(report)
    assert (read, stored, known, duplicates, quarantined) == (185, 182, 0, 2, 1)
    assert near >= 1
    before = _dump(store)
    assert _counts(_take(store, reviews)) == [(185, 0, 182, 2, 0, 1)]
    assert _dump(store) == before
    with Store(store) as opened:
        assert opened.rows("SELECT count(*) FROM duplicates") == [(2,)]
        assert opened.rows('SELECT "read", stored, known FROM ingests ORDER BY stored DESC') == [
            (185, 182, 0),
            (185, 0, 182),
        ]


def test_known_rows_take_the_larger_count_whichever_export_comes_first(tmp_path: Path) -> None:
    rows = "时间,作者,内容,点赞,评论数\n2024-01-02,甲,更新之后打不开了,{0},{1}\n2024-01-03,乙,挺好用的,{2},\n"
    rows += "2024-01-04,丙,一般般吧,,\n"
    early, late = tmp_path / "early.csv", tmp_path / "late.csv"
    early.write_text(rows.format(3, 1, "4.6万"), encoding="utf-8")
    late.write_text(rows.format(20, 5, 7), encoding="utf-8")
    found = []
    for name, order in (("a", (early, late)), ("b", (late, early))):
        store = tmp_path / f"{name}.duckdb"
        reports = [_take(store, path).files[0] for path in order]
        assert [(r.stored, r.known) for r in reports] == [(3, 0), (0, 3)]
        with Store(store) as opened:
            found.append((opened.rows("SELECT engagement FROM feedback ORDER BY created_at"), reports[1].refreshed))
    assert found == [([(25,), (46_000,), (0,)], 1)] * 2


def test_groups_of_copies_are_kept_and_follow_the_records(tmp_path: Path) -> None:
    def rows(count: int) -> str:
        lines = [f"2024-01-02 1{i}:00,账号{i},某某课堂真的太好用了强烈推荐给所有人{'！' * i}" for i in range(count)]
        pair = [f"2024-02-0{i},某{i},安装师傅迟到了三个小时还弄坏了门框" for i in (1, 2)]
        return "\n".join(["时间,作者,内容", *lines, *pair])

    store, path = tmp_path / "s.duckdb", tmp_path / "a.csv"
    for count in (4, 6):
        path.write_text(rows(count), encoding="utf-8")
        _take(store, path)
    _take(store, path, product="q")
    with Store(store) as opened:
        kept = campaigns.load(opened)
        assert [(c.product, c.records, c.accounts, c.hours, c.polarity, c.row) for c in kept] == [
            (product, 6, 6, 2.5, None, 2) for product in sorted("pq", key=[c.product for c in kept].index)
        ]
        assert kept[0].text == "某某课堂真的太好用了强烈推荐给所有人"
        assert len(campaigns.load(opened, since=datetime(2024, 1, 2, tzinfo=UTC))) == 2
        assert campaigns.load(opened, since=datetime(2024, 1, 3, tzinfo=UTC)) == []
        assert campaigns.load(opened, until=datetime(2024, 1, 2, tzinfo=UTC)) == []


def test_quarantine_file_can_be_mended_and_taken_in(tmp_path: Path, reviews: Path) -> None:
    report = _take(tmp_path / "s.duckdb", reviews)
    assert report.quarantine is not None
    text = report.quarantine.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    (row,) = list(csv.DictReader(text.decode("utf-8-sig").splitlines()))
    assert (row["file"], row["row"], row["reason"]) == (str(reviews), "186", "没有文本")
    assert json.loads(row["raw"]) == {"时间": "2024-01-09", "作者": "丙", "评分": "3"}
    row["raw"] = json.dumps(json.loads(row["raw"]) | {"内容": "补上的文本"}, ensure_ascii=False)
    mended = tmp_path / "mended.csv"
    with mended.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    assert _counts(_take(tmp_path / "s.duckdb", mended)) == [(1, 1, 0, 0, 0, 0)]
    with Store(tmp_path / "s.duckdb") as store:
        assert store.rows("SELECT text, rating FROM feedback WHERE file = ?", [str(mended)]) == [("补上的文本", 3.0)]


def _set_aside(path: Path, raws: list[str], **added: list[str]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "sheet", "row", "reason", "raw", *added])
        for i, raw in enumerate(raws):
            writer.writerow(["a.csv", "", i + 2, "没有文本", raw, *[column[i] for column in added.values()]])
    return path


def test_a_quarantine_file_is_unpacked_into_its_first_columns(tmp_path: Path) -> None:
    rows = [
        {"用户说了啥": f"第{i}次打开都要等很久，还是一样慢", "谁说的": f"某某{i}", "啥时候": f"2026-01-0{i}"}
        for i in range(1, 6)
    ]
    path = _set_aside(tmp_path / "q.csv", [*(json.dumps(row, ensure_ascii=False) for row in rows), "断了的 {"])
    assert _counts(_take(tmp_path / "s.duckdb", path)) == [(6, 5, 0, 0, 0, 1)]
    with Store(tmp_path / "s.duckdb") as store:
        found = store.rows("SELECT text, CAST(created_at AS VARCHAR)[:7], row FROM feedback ORDER BY row")
    assert [(text, row) for text, _, row in found] == [(row["用户说了啥"], i) for i, row in enumerate(rows, 2)]
    assert all(month in ("2025-12", "2026-01") for _, month, _ in found)


def test_a_quarantine_file_not_mended_is_refused_and_one_with_a_column_added_is_read(tmp_path: Path) -> None:
    raws = [json.dumps({"谁说的": f"爱吃鱼的猫{i}", "机型": "某某手机"}, ensure_ascii=False) for i in range(4)]
    with pytest.raises(MissingColumn, match=r"rows set aside, still without a text; columns in raw: 谁说的, 机型"):
        _take(tmp_path / "s.duckdb", _set_aside(tmp_path / "q.csv", raws))
    with pytest.raises(UnreadableFile, match="its raw column holds no cells"):
        _take(tmp_path / "s.duckdb", _set_aside(tmp_path / "q.csv", ["{}", "{}"]))
    path = _set_aside(tmp_path / "q.csv", raws, 内容=["打不开", "太慢", "", "很好用"])
    assert _counts(_take(tmp_path / "s.duckdb", path)) == [(4, 3, 0, 0, 0, 1)]
    with Store(tmp_path / "s.duckdb") as store:
        assert store.rows("SELECT text FROM feedback ORDER BY row") == [("打不开",), ("太慢",), ("很好用",)]


def test_formulas_in_the_quarantine_are_neutralised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "=cmd.csv"
    path.write_text("时间,内容\n=1+1,\n2024-01-01,好用\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    report = _take(tmp_path / "s.duckdb", Path("=cmd.csv"))
    assert report.quarantine is not None
    assert report.quarantine.read_text(encoding="utf-8-sig").splitlines()[1].startswith("'=cmd.csv,")


def test_times_more_than_a_day_ahead_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "时间,内容\n2030-01-01,好用\n2026-11-21 08:00,太慢\n2026-11-22 08:00,打不开\n2026-11-19,闪退\n,没有时间\n",
        encoding="utf-8",
    )
    (file,) = _take(tmp_path / "s.duckdb", path).files
    assert (file.stored, dict(file.notes)) == (5, {"future_dates": 2})
    assert messages.notes((), dict(file.notes), "zh", as_of_from="", scale=5) == [
        "2 个时间在明天之后（如 2030-01-01），照原样入库，请核对"
    ]


def test_dry_run_stores_nothing_and_shows_rows(tmp_path: Path, reviews: Path) -> None:
    report = _take(tmp_path / "s.duckdb", reviews, dry_run=True)
    assert _counts(report)[0][:4] == (185, 182, 0, 2)
    assert len(report.files[0].sample) == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == ["reviews.csv"]


def test_another_product_keeps_its_own_records(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("内容\n好用\n", encoding="utf-8")
    assert _counts(_take(tmp_path / "s.duckdb", path)) == [(1, 1, 0, 0, 0, 0)]
    assert _counts(_take(tmp_path / "s.duckdb", path, product="q")) == [(1, 1, 0, 0, 0, 0)]


def test_order_of_files_does_not_matter(tmp_path: Path, reviews: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("时间,作者,内容\n2023-12-31,丁,买了三台净水机，安装师傅都很热情周到，好评,5\n", encoding="utf-8")
    _take(tmp_path / "a.duckdb", reviews, other)
    _take(tmp_path / "b.duckdb", other)
    _take(tmp_path / "b.duckdb", reviews)
    assert _dump(tmp_path / "a.duckdb") == _dump(tmp_path / "b.duckdb")


PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from feedback import pipeline
from feedback.ingest import Options
from feedback.settings import Settings
from feedback.store import Store, campaigns
store, path = Path(sys.argv[1]), Path(sys.argv[2])
plan = pipeline.plan_ingest([path], Options(kind="review", product="p", chunk=20), now=datetime.now(UTC))
with Store(store) as opened:
    tell = lambda report: print(report.stored, flush=True)
    pipeline.ingest(opened, Settings(store=store), plan, now=datetime.now(UTC), progress=tell)
print("done", flush=True)
"""


def test_sigkill_loses_and_doubles_nothing(tmp_path: Path, reviews: Path) -> None:
    reference = tmp_path / "reference.duckdb"
    _take(reference, reviews)
    chance = random.Random(7)
    store = tmp_path / "s.duckdb"
    for attempt in range(3):
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(store), str(reviews)], stdout=subprocess.PIPE, text=True
        )
        assert program.stdout is not None
        told = 0
        for number, line in enumerate(program.stdout):
            if line.strip() == "done":
                break
            told = int(line)
            if number >= attempt * 2:
                time.sleep(chance.random() * 0.01)
                program.send_signal(signal.SIGKILL)
                break
        program.stdout.close()
        program.wait()
        with Store(store) as opened:
            ((rows,),) = opened.rows("SELECT count(*) FROM feedback")
            assert rows >= told
            assert opened.rows("SELECT id FROM feedback GROUP BY id HAVING count(*) > 1") == []
    _take(store, reviews)
    assert _dump(store) == _dump(reference)
    with Store(store) as opened:
        assert opened.rows("SELECT count(*) FROM duplicates") == [(2,)]
