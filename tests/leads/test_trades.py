"""Grouping follows what must be changed in trades of every kind; the texts are invented, so this shows only that
the lexicon covers how such things are said. tests/benchmarks/leads_ami.py measures on real ones."""

from __future__ import annotations

import pytest
from sklearn.metrics import adjusted_mutual_info_score

from tests.leads.invented import frame, row
from tests.leads.test_grouping import group
from tests.leads.trades import TRADES


@pytest.mark.parametrize("trade", TRADES)
def test_groups_are_near_what_the_complaints_are_about(trade: str) -> None:
    said = [(subject, text) for subject, texts in TRADES[trade].items() for text in texts]
    units = frame([row(f"{trade}{n:02d}", "quality", text) for n, (_, text) in enumerate(said)])
    placed = group(units)
    found = [theme if theme >= 0 else -1 for theme in placed.theme]
    assert adjusted_mutual_info_score([subject for subject, _ in said], found) >= 0.4


def test_the_order_of_rows_plays_no_part_in_any_trade() -> None:
    for trade, subjects in TRADES.items():
        texts = [text for some in subjects.values() for text in some]
        units = frame([row(f"{trade}{n:02d}", "quality", text) for n, text in enumerate(texts)])
        assert group(units).theme == group(units.iloc[::-1]).theme[::-1]
