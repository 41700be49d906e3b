"""The taxonomy is data: fifteen codes in three families, and a broken file is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from feedback import lexicon
from feedback.errors import BadLexicon


def test_the_codebook_has_three_families_and_fifteen_codes_beside_unspecified() -> None:
    taxonomy = lexicon.taxonomy()
    by_family: dict[str | None, list[str]] = {}
    for code in taxonomy.codes.values():
        by_family.setdefault(code.family, []).append(code.name)
    assert by_family == {
        "product": ["function", "quality", "price", "supply"],
        "service": ["support", "attitude", "fulfilment", "aftersales"],
        "experience": ["usability", "responsiveness", "control", "relevance", "expectation", "comfort", "emotion"],
        None: ["unspecified"],
    }
    assert taxonomy.families_of(("comfort", "price", "unspecified")) == ("product", "experience")
    assert list(taxonomy.stages) == [
        "acquisition", "registration", "first_use", "daily_use", "payment", "delivery", "aftersales",
        "renewal", "leaving",
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "lexicons"
    shutil.copytree(lexicon.bundled("lexicons"), target)
    return target


def test_a_code_is_added_without_changing_the_program(folder: Path) -> None:
    with (folder / "codes.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[code]]\nname = "safety"\nfamily = "product"\nzh = "安全"\nen = "Safety"\n')
    assert lexicon.taxonomy(folder).codes["safety"].family == "product"


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        ('[[code]]\nname = "price"\nfamily = "product"\nzh = "x"\nen = "x"\n', ["'price'", "twice"]),
        ('[[code]]\nname = "new"\nfamily = "nowhere"\nzh = "x"\nen = "x"\n', ["'nowhere'", "product, service"]),
        ('[[code]]\nname = "new"\nfamily = "product"\n', ["number 17", "zh, en"]),
        ("[[code\n", ["TOML in UTF-8"]),
    ],
)
def test_a_broken_file_is_named_with_the_entry(folder: Path, addition: str, words: list[str]) -> None:
    with (folder / "codes.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + addition)
    with pytest.raises(BadLexicon) as caught:
        lexicon.taxonomy(folder)
    for word in ["codes.toml", *words]:
        assert word in str(caught.value)
