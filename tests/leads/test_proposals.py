"""Proposals: what a person might merge, split or rename; nothing is done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from feedback import pipeline
from feedback.leads.proposals import Proposal, propose
from feedback.settings import LeadSettings, Settings
from feedback.store import Store
from tests.leads.invented import APP, NOW, row, store
from tests.leads.test_cli import Command

GROUPS = {"app.push": "app.push", "app.alert": "app.push", "app.crash": "app.run"}


class World:
    """Leads whose members point in given directions."""

    def __init__(self) -> None:
        self.leads: list[dict[str, Any]] = []
        self.members: list[dict[str, Any]] = []
        self.vectors: list[list[float]] = []

    def lead(self, name: str, aspect: str, *directions: tuple[int, list[float]], days: float = 0.0) -> None:
        people = sum(n for n, _ in directions)
        self.leads.append(
            {"id": name, "product": "p", "code": "c", "aspects": [aspect], "people": people, "title": f"title {name}"}
        )
        for part, (count, direction) in enumerate(directions):
            for n in range(count):
                at = NOW - timedelta(days=days * (part == 0) * (1 + n / 100))
                who = f"{name}-{part}-{n}"
                self.members.append(
                    {"lead_id": name, "feedback_id": who, "person": who, "quote": f"{part} said", "created_at": at}
                )
                wobble = np.random.default_rng(n).normal(0, 0.1, len(direction))
                self.vectors.append(list(np.asarray(direction) + wobble))

    def propose(self, *declined: tuple[str, frozenset[str]]) -> list[Proposal]:
        vectors = np.asarray(self.vectors, dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return propose(pd.DataFrame(self.leads), pd.DataFrame(self.members), vectors, GROUPS, LeadSettings(), declined)


UP, SIDE, NEAR = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.999, 0.03, 0.0]
NEIGHBOUR = [0.95, 0.3, 0.0]


def test_leads_of_one_kind_and_meaning_are_proposed_for_merging() -> None:
    world = World()
    world.lead("A", "app.push", (9, UP))
    world.lead("B", "app.alert", (8, NEAR))
    world.lead("C", "app.crash", (8, UP))
    world.lead("D", "app.alert", (8, SIDE))
    (found,) = world.propose()
    assert (found.kind, found.ids, found.titles) == ("merge", ("A", "B"), ("title A", "title B"))
    assert found.facts["cosine"] > 0.9
    assert found.command == "feedback leads merge A B"


def test_mere_neighbours_are_not_proposed() -> None:
    world = World()
    world.lead("A", "app.push", (9, UP))
    world.lead("B", "app.push", (8, NEIGHBOUR))
    assert world.propose() == []


def test_a_lead_stands_in_one_merge_and_the_greater_comes_first() -> None:
    world = World()
    for name, count in (("A", 5), ("B", 9), ("C", 7)):
        world.lead(name, "app.push", (count, UP))
    (found,) = world.propose()
    assert found.ids[0] == "B"
    (other,) = world.propose(found.key)
    assert other.key != found.key, "what is declined makes room for the next"


def test_a_lead_of_two_groups_is_proposed_for_splitting_with_the_records() -> None:
    world = World()
    world.lead("A", "app.push", (9, UP), (6, SIDE))
    world.lead("B", "app.crash", (12, UP), (3, SIDE))
    (found,) = world.propose()
    assert (found.kind, found.ids) == ("split", ("A",))
    assert found.records == tuple(f"A-1-{n}" for n in range(6))
    assert found.command == f"feedback leads split A {' '.join(found.records)}"
    assert found.quotes == (("0 said",), ("1 said",))
    assert (found.facts["stay"], found.facts["leave"]) == (9, 6)


def test_a_lead_that_says_something_else_lately_is_drift() -> None:
    world = World()
    world.lead("A", "app.push", (12, UP), (11, [0.6, 0.8, 0.0]), days=90)
    world.lead("B", "app.crash", (12, UP), (11, UP), days=90)
    found = [one for one in world.propose() if one.kind == "drift"]
    assert [one.ids for one in found] == [("A",)]
    assert found[0].records == tuple(sorted(f"A-1-{n}" for n in range(11)))
    assert found[0].facts["p"] <= 0.01


def test_nothing_is_changed_and_the_command_that_is_printed_works(tmp_path: Path) -> None:
    made = [row(f"a{n:02d}", "function", "一打开就闪退", at=NOW - timedelta(days=n)) for n in range(9)]
    made += [row(f"b{n:02d}", "usability", "老是闪退打不开", at=NOW - timedelta(days=n)) for n in range(8)]
    path = store(tmp_path / "s.duckdb", made)
    with Store(path, create=False) as opened:
        pipeline.leads_build(opened, Settings(leads=LeadSettings(bootstrap=0)), now=NOW)
        before = pipeline.leads(opened)
        found = pipeline.leads_proposals(opened, Settings())
        assert pipeline.leads(opened) == before
        assert pipeline.leads_proposals(opened, Settings(), products=["nobody"]) == []
    command = Command(path)
    shown = command.json("proposals")["proposals"]
    assert [one["command"] for one in shown] == [one.command for one in found]
    assert {one["product"] for one in shown} <= {APP}
    text = command("proposals").stdout
    for one in found:
        assert f"  {one.command}\n" in text
        assert one.kind in command("proposals", lang="en").stdout
        command(*one.command.split()[2:])
    assert command("proposals", "--kind", "drift").stderr == "0 条建议；未作改动\n"


def test_what_is_declined_is_not_proposed_again_until_undone(tmp_path: Path) -> None:
    made = [row(f"a{n:02d}", "function", "一打开就闪退", at=NOW - timedelta(days=n)) for n in range(9)]
    made += [row(f"b{n:02d}", "usability", "一打开就闪退", at=NOW - timedelta(days=n)) for n in range(8)]
    command = Command(store(tmp_path / "s.duckdb", made))
    command("build")
    (one,) = command.json("proposals")["proposals"]
    assert one["kind"] == "merge"
    assert one["decline"] == f"feedback leads decline merge {' '.join(one['ids'])}"
    said = command(*one["decline"].split()[2:], "--reason", "两个团队")
    assert said.stderr == f"不再建议：merge {' '.join(one['ids'])}\n"
    assert command.json("proposals")["proposals"] == []
    assert "declined already" in str(command("decline", "merge", *reversed(one["ids"]), code=2).exception)
    assert "for 2 leads" in str(command("decline", "merge", one["ids"][0], code=2).exception)
    assert "for 1 lead" in str(command("decline", "split", *one["ids"], code=2).exception)
    command("undo")
    assert command.json("proposals")["proposals"] == [one]
