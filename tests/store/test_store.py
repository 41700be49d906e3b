"""The store: migrations, busy, too new, damaged; rows in, repeats, marks."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from feedback.errors import NothingToDo, StoreBusy, StoreDamaged, StoreTooNew
from feedback.records import FEEDBACK_COLUMNS
from feedback.store import Store, write
from feedback.store.schema import MIGRATIONS

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def _frame(*ids: str, product: str = "p") -> pd.DataFrame:
    rows = [
        dict.fromkeys(FEEDBACK_COLUMNS)
        | {
            "id": i,
            "kind": "review",
            "product": product,
            "text": f"文{i}",
            "file": "a.csv",
            "row": n,
            "created_at": NOW,
        }
        for n, i in enumerate(ids, 2)
    ]
    return pd.DataFrame(rows, columns=list(FEEDBACK_COLUMNS))


def test_new_store_has_all_migrations_once(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    for _ in range(2):
        with Store(path) as store:
            assert store.rows("SELECT number, name FROM migrations ORDER BY number") == [
                (number, name) for number, (name, _) in enumerate(MIGRATIONS, 1)
            ]
            columns = [row[0] for row in store.rows("SELECT column_name FROM (DESCRIBE feedback)")]
    assert columns == list(FEEDBACK_COLUMNS)


def test_names_of_migrations_are_unique() -> None:
    assert len({name for name, _ in MIGRATIONS}) == len(MIGRATIONS)


@pytest.mark.parametrize("known", range(1, len(MIGRATIONS)))
def test_an_older_store_is_brought_up_and_keeps_its_rows(tmp_path: Path, known: int) -> None:
    path = tmp_path / "a.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMPTZ)")
    for number, (name, sql) in enumerate(MIGRATIONS[:known], 1):
        connection.execute(sql)
        connection.execute("INSERT INTO migrations VALUES (?, ?, now())", [number, name])
    connection.execute("INSERT INTO feedback (id, kind, product, text, file) VALUES ('1', 'review', 'p', '文', 'a')")
    connection.close()
    with Store(path) as store:
        assert store.rows("SELECT count(*) FROM migrations") == [(len(MIGRATIONS),)]
        assert store.rows("SELECT id FROM feedback") == [("1",)]


def test_too_new(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with Store(path) as store:
        store.rows("INSERT INTO migrations VALUES (999, 'from the future', now())")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew) as caught:
        Store(path)
    assert caught.value.exit_code == 5
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a store at all " * 1000, b"x"])
def test_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreDamaged) as caught:
        Store(path)
    assert caught.value.exit_code == 5
    assert path.read_bytes() == content


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    connection = duckdb.connect(str(path))
    connection.execute("CREATE TABLE theirs (a INTEGER)")
    connection.close()
    with pytest.raises(StoreDamaged, match="not one of feedback's"):
        Store(path)
    connection = duckdb.connect(str(path))
    assert connection.execute("SELECT table_name FROM information_schema.tables").fetchall() == [("theirs",)]
    connection.close()


def test_missing_store_and_folder(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        Store(tmp_path / "a.duckdb", create=False)
    with pytest.raises(StoreDamaged, match="folder does not exist"):
        Store(tmp_path / "no" / "a.duckdb")


def test_busy_names_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    Store(path).close()
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy) as caught:
            Store(path)
        assert caught.value.exit_code == 5
        assert str(holder.pid) in caught.value.message
    finally:
        holder.communicate("")


def test_rows_in_and_known_ids(tmp_path: Path) -> None:
    with Store(tmp_path / "a.duckdb") as store:
        write.insert_feedback(store, _frame("01", "02"), _frame("01"))
        assert write.known_ids(store, ["01", "03"]) == {"01"}
        assert write.known_ids(store, []) == set()
        write.insert_feedback(store, _frame(), _frame("01"))
        assert store.rows('SELECT id, file, sheet, "row" FROM duplicates') == [("01", "a.csv", None, 2)]
        assert store.rows("SELECT id, created_at FROM feedback ORDER BY id") == [("01", NOW), ("02", NOW)]


def test_a_batch_is_all_or_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "a.duckdb") as store:
        write.insert_feedback(store, _frame("01"), _frame())
        with pytest.raises(duckdb.ConstraintException):
            write.insert_feedback(store, _frame("02", "01"), _frame("01"))
        assert store.rows("SELECT id FROM feedback") == [("01",)]
        assert store.rows("SELECT * FROM duplicates") == []


def test_marks_are_replaced_within_the_product(tmp_path: Path) -> None:
    with Store(tmp_path / "a.duckdb") as store:
        write.insert_feedback(store, pd.concat([_frame("01", "02", "03"), _frame("11", "12", product="q")]), _frame())
        marks = pd.DataFrame({"id": ["12"], "near_duplicate_of": ["11"], "duplicate_reason": ["copy"]})
        write.mark_copies(store, "q", marks)
        write.mark_copies(store, "p", marks.assign(id="02", near_duplicate_of="01"))
        write.mark_copies(store, "p", marks.assign(id="03", near_duplicate_of="01", duplicate_reason="near"))
        assert store.rows("SELECT id, near_duplicate_of, duplicate_reason FROM feedback ORDER BY id") == [
            ("01", None, None), ("02", None, None), ("03", "01", "near"), ("11", None, None), ("12", "11", "copy"),
        ]  # fmt: skip
        write.mark_copies(store, "p", marks.head(0))
        assert store.rows("SELECT count(*) FROM feedback WHERE near_duplicate_of IS NOT NULL") == [(1,)]


def test_comparable_records_come_piece_by_piece(tmp_path: Path) -> None:
    with Store(tmp_path / "a.duckdb") as store:
        ids = [f"{i:04x}" for i in range(9000)]
        silent = _frame("f0").assign(text="")
        write.insert_feedback(store, pd.concat([_frame(*ids), silent, _frame("f1", product="q")]), _frame())
        told: list[tuple[int, int]] = []
        records = write.Comparable(store, "p", lambda done, of: told.append((done, of)))
        blocks = list(records.blocks())
        assert len(blocks) > 1
        assert [*blocks[0].columns] == ["id", "kind", "author", "text", "created_at"]
        assert sorted(pd.concat(blocks)["id"]) == ids
        assert told == [(sum(map(len, blocks[: n + 1])), 9000) for n in range(len(blocks))]
        assert records.texts(["0001", "000f"]) == {"0001": "文0001", "000f": "文000f"}
        assert records.texts([]) == {}
        assert records.voices(["000f"]).to_dict("records") == [{"author": None, "created_at": NOW}]


def test_salt_is_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "a.duckdb") as store:
        salt = write.author_salt(store)
    with Store(tmp_path / "a.duckdb") as store:
        assert write.author_salt(store) == salt
    with Store(tmp_path / "b.duckdb") as store:
        assert write.author_salt(store) != salt
    assert len(salt) == 32
