"""Building, again and again: identity over time, hand work that stays, undo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from feedback import pipeline
from feedback.errors import NothingToDo, UsageError
from feedback.records import Lead
from feedback.settings import LeadSettings, Settings
from feedback.store import Store
from feedback.store.leadread import to_measure
from feedback.store.leads import to_rank
from tests.leads.invented import APP, NOW, fill, row, rows, store

SETTINGS = Settings(leads=LeadSettings(bootstrap=20))


def build(opened: Store, **options: bool) -> pipeline.LeadsBuilt:
    return pipeline.leads_build(opened, SETTINGS, now=NOW, **options)


def by_story(opened: Store, *, everything: bool = False) -> dict[str, Lead]:
    """The lead of each story, by the story's name."""
    return {lead.members[0][:-3]: lead for lead in pipeline.leads(opened, everything=everything) if lead.members}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with records, made once; every test works on a copy."""
    return store(tmp_path_factory.mktemp("filled") / "s.duckdb", rows())


@pytest.fixture
def opened(filled: Path, tmp_path: Path) -> Iterator[Store]:
    with Store(Path(shutil.copy(filled, tmp_path / "s.duckdb")), create=False) as copy:
        yield copy


def test_another_salt_of_authors_changes_nothing(opened: Store, filled: Path, tmp_path: Path) -> None:
    build(opened)
    with Store(Path(shutil.copy(filled, tmp_path / "other.duckdb")), create=False) as other:
        other.connection.execute("UPDATE feedback SET author = md5(author || 'another salt')")
        build(other)
        assert pipeline.leads(other) == pipeline.leads(opened)
        # What is drawn by person must be drawn alike: the frames themselves name people alike.
        for read in (to_rank, to_measure):
            for one, two in zip(read(opened), read(other), strict=True):
                assert_frame_equal(one, two)


def test_a_build_places_everything_and_counts_agree(opened: Store) -> None:
    built = build(opened)
    assert built == pipeline.LeadsBuilt(complaints=41, placed=40, single=1, unspecified=0, leads=5, joined=0, created=5)
    leads = by_story(opened)
    assert set(leads) == {"crash", "entry", "support", "push", "invoice"}
    assert sorted(lead.rank or 0 for lead in leads.values()) == [1, 2, 3, 4, 5]
    crash = leads["crash"]
    assert (crash.people, crash.records, len(crash.members), crash.copies) == (8, 8, 8, 0)
    assert crash.share == pytest.approx(8 / 41)
    assert (crash.code, crash.family, crash.stage, crash.product) == ("function", "product", "daily_use", APP)
    assert "闪退" in crash.title
    assert "找不到" in leads["entry"].title
    assert crash.title_en == "Function: crashes"
    assert (crash.versions, crash.mean_rating, crash.status) == (("3.2.0",), 1.0, "new")
    assert crash.first_seen is not None
    assert crash.last_seen is not None
    assert crash.first_seen < crash.last_seen


def test_every_quote_stands_verbatim_in_its_record(opened: Store) -> None:
    build(opened)
    texts = dict(opened.rows("SELECT id, text FROM feedback"))
    places = {row[0]: row[1:] for row in opened.rows('SELECT id, file, sheet, "row" FROM feedback')}
    for lead in pipeline.leads(opened):
        assert 1 <= len(lead.quotes) <= 5
        assert len({quote.feedback_id for quote in lead.quotes}) == len(lead.quotes)
        for quote in lead.quotes:
            assert texts[quote.feedback_id][quote.start : quote.end] == quote.quote
            assert (quote.source.file, quote.source.sheet, quote.source.row) == places[quote.feedback_id]
        assert any(all(c in quote.quote for c in lead.title if c != " ") for quote in lead.quotes), lead.title


def test_building_again_changes_nothing(opened: Store) -> None:
    build(opened)
    before = pipeline.leads(opened)
    built = build(opened)
    assert (built.joined, built.created) == (0, 0)
    assert pipeline.leads(opened) == before


def test_the_same_leads_for_any_order_of_rows(tmp_path: Path) -> None:
    found = []
    for seed in range(3):
        with Store(store(tmp_path / f"{seed}.duckdb", rows(seed=seed))) as opened:
            build(opened)
            found.append([(x.id, x.title, x.rank, x.score, x.stability, x.members) for x in pipeline.leads(opened)])
    assert found[0] == found[1] == found[2]


def test_new_complaints_join_old_leads_and_new_themes_get_new_ids(opened: Store) -> None:
    build(opened)
    before = by_story(opened)
    fill(opened, rows(4, start=100))
    fill(opened, [row(f"login{n:03d}", "function", "账号登录不了") for n in range(4)])
    built = build(opened)
    after = by_story(opened)
    assert (built.joined, built.created) == (20, 1)
    assert {story: after[story].id for story in before} == {story: lead.id for story, lead in before.items()}
    assert {after[story].people for story in before} == {12}
    assert {after[story].title for story in before} == {lead.title for lead in before.values()}, "titles stay"
    assert after["login"].id == "LEAD-0006"


def test_what_people_did_stays(opened: Store) -> None:
    build(opened)
    leads = by_story(opened)
    pipeline.lead_change(opened, SETTINGS, leads["crash"].id, {"title": "修复 闪退"}, now=NOW)
    pipeline.lead_change(opened, SETTINGS, leads["push"].id, {"status": "dismissed", "reason": "商业决定"}, now=NOW)
    pipeline.leads_merge(opened, SETTINGS, leads["support"].id, [leads["invoice"].id], now=NOW)
    fill(opened, rows(20, start=100))
    build(opened)
    after = {lead.id: lead for lead in pipeline.leads(opened, everything=True)}
    crash, push = after[leads["crash"].id], after[leads["push"].id]
    assert (crash.title, crash.title_by, crash.people) == ("修复 闪退", "person", 28)
    assert crash.shown("en") == "修复 闪退"
    assert (push.status, push.reason, push.rank, push.score, push.people) == ("dismissed", "商业决定", None, None, 28)
    merged, target = after[leads["invoice"].id], after[leads["support"].id]
    assert (merged.status, merged.merged_into, merged.records, merged.rank) == ("merged", target.id, 0, None)
    assert target.people == 16 + 40, "new complaints of both come to what a person merged"
    assert [event.action for event in pipeline.lead_history(opened, target.id)] == ["merge"]
    assert push.id not in {lead.id for lead in pipeline.leads(opened)}


def test_a_dismissed_lead_leaves_the_others_ranked_without_gap(opened: Store) -> None:
    build(opened)
    first = pipeline.leads(opened)[0]
    pipeline.lead_change(opened, SETTINGS, first.id, {"status": "dismissed", "reason": "x"}, now=NOW)
    assert [lead.rank for lead in pipeline.leads(opened)] == [1, 2, 3, 4]


def test_split_move_and_undo(opened: Store) -> None:
    build(opened)
    before = pipeline.leads(opened, everything=True)
    crash = by_story(opened)["crash"]
    rest, new = pipeline.lead_split(opened, SETTINGS, crash.id, crash.members[:3], now=NOW)
    assert (rest.people, new.people, new.id) == (5, 3, "LEAD-0006")
    assert new.title
    assert new.quotes
    pipeline.lead_move(opened, SETTINGS, crash.members[0], rest.id, now=NOW)
    assert pipeline.lead(opened, rest.id).people == 6
    assert pipeline.leads_undo(opened, SETTINGS, now=NOW) == f"{rest.id} move {crash.members[0]}"
    assert pipeline.leads_undo(opened, SETTINGS, now=NOW) == f"{crash.id} split {new.id}"
    assert pipeline.leads(opened, everything=True) == before
    with pytest.raises(UsageError, match="nothing to undo"):
        pipeline.leads_undo(opened, SETTINGS, now=NOW)
    _, again = pipeline.lead_split(opened, SETTINGS, crash.id, [], now=NOW)
    assert again.id == "LEAD-0007", "an id is never used twice"
    assert 0 < again.people < 8


def test_undo_of_merge_and_rename(opened: Store) -> None:
    build(opened)
    before = pipeline.leads(opened, everything=True)
    pipeline.leads_merge(opened, SETTINGS, "1", ["2", "3"], now=NOW)
    pipeline.lead_change(opened, SETTINGS, "1", {"title": "合并"}, now=NOW)
    for _ in range(2):
        pipeline.leads_undo(opened, SETTINGS, now=NOW)
    assert pipeline.leads(opened, everything=True) == before


def test_fresh_keeps_what_people_touched(opened: Store) -> None:
    build(opened)
    leads = by_story(opened)
    pipeline.lead_change(opened, SETTINGS, leads["crash"].id, {"status": "planned"}, now=NOW)
    build(opened, fresh=True)
    after = by_story(opened)
    assert after["crash"].id == leads["crash"].id
    assert after["crash"].status == "planned"
    assert {story: lead.id for story, lead in after.items()} == {story: lead.id for story, lead in leads.items()}
    fill(opened, [row(f"login{n:03d}", "function", "账号登录不了") for n in range(4)])
    build(opened, fresh=True)
    assert by_story(opened)["login"].id == "LEAD-0006"


def test_spans_that_the_judge_no_longer_gives_leave_their_leads(opened: Store) -> None:
    build(opened)
    crash = by_story(opened)["crash"]
    opened.connection.execute("DELETE FROM complaints WHERE feedback_id = ?", [crash.quotes[0].feedback_id])
    build(opened)
    after = pipeline.lead(opened, crash.id)
    assert after.people == 7
    assert crash.quotes[0].feedback_id not in {quote.feedback_id for quote in after.quotes}


def test_another_encoder_keeps_the_leads(opened: Store) -> None:
    build(opened)
    before = {story: lead.id for story, lead in by_story(opened).items()}
    fill(opened, rows(4, start=100))
    other = SETTINGS.model_copy(update={"leads": SETTINGS.leads.model_copy(update={"encoder": "tfidf"})})
    pipeline.leads_build(opened, other, now=NOW)
    assert {story: lead.id for story, lead in by_story(opened).items()} == before


def test_unspecified_records_are_counted_apart(tmp_path: Path) -> None:
    made = [*rows(), *(row(f"bad{n:03d}", "unspecified", "差评") for n in range(6))]
    with Store(store(tmp_path / "s.duckdb", made)) as opened:
        built = build(opened)
    assert (built.unspecified, built.complaints) == (6, 41)


def test_nothing_judged_is_said(tmp_path: Path) -> None:
    with Store(tmp_path / "s.duckdb") as opened, pytest.raises(NothingToDo, match="no judged record"):
        build(opened)


def test_a_store_without_complaints_builds_no_leads(tmp_path: Path) -> None:
    made = [row(f"bad{n:03d}", "unspecified", "差评") for n in range(6)]
    with Store(store(tmp_path / "s.duckdb", made)) as opened:
        assert build(opened).leads == 0
        assert pipeline.leads(opened) == []


@pytest.mark.parametrize(
    ("lead_id", "fields", "words"),
    [
        ("LEAD-9999", {"status": "done"}, "LEAD-0001 to LEAD-0005"),
        ("1", {"status": "gone"}, "new, confirmed, planned, done, dismissed"),
        ("1", {"status": "dismissed"}, "--reason"),
        ("1", {"title": " \n"}, "title is empty"),
    ],
)
def test_wrong_hand_work_is_refused(opened: Store, lead_id: str, fields: dict[str, str], words: str) -> None:
    build(opened)
    with pytest.raises(UsageError) as caught:
        pipeline.lead_change(opened, SETTINGS, lead_id, fields, now=NOW)
    assert words in str(caught.value)


def test_merging_needs_other_living_leads_of_one_product(opened: Store) -> None:
    fill(opened, [row(f"x{n}", "function", "登录不了", product="另一个") for n in range(4)])
    build(opened)
    foreign = next(lead.id for lead in pipeline.leads(opened) if lead.product == "另一个")
    ours = [lead.id for lead in pipeline.leads(opened) if lead.product == APP]
    pipeline.leads_merge(opened, SETTINGS, ours[0], [ours[1]], now=NOW)
    for target, others in ((ours[0], [ours[0]]), (ours[0], [foreign]), (ours[0], [ours[1]]), (ours[1], [ours[2]])):
        with pytest.raises(UsageError):
            pipeline.leads_merge(opened, SETTINGS, target, others, now=NOW)
    with pytest.raises(UsageError, match="not none or all"):
        pipeline.lead_split(opened, SETTINGS, ours[2], pipeline.lead(opened, ours[2]).members, now=NOW)
    with pytest.raises(UsageError, match="not a record"):
        pipeline.lead_split(opened, SETTINGS, ours[2], ["nobody"], now=NOW)
    with pytest.raises(UsageError, match="no complaint of this record"):
        pipeline.lead_move(opened, SETTINGS, "nobody", ours[0], now=NOW)
