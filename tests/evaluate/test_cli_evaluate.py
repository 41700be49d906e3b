"""`feedback evaluate GOLD` as others script it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from feedback.cli import evaluate as verb
from feedback.cli.app import Globals
from feedback.errors import FeedbackError
from feedback.lexicon import taxonomy

GOLD = [
    {"text": "一打开就闪退，根本进不去", "polarity": "negative", "codes": ["function"], "source": "甲",
     "spans": [{"code": "function", "start": 0, "end": 5}]},
    {"text": "客服半天不回消息，打电话也没人接", "polarity": "negative", "codes": ["support"], "source": "甲"},
    {"text": "非常好用，推荐给大家", "polarity": "positive", "codes": [], "source": "乙"},
    {"text": "今天几点开门", "polarity": "neutral", "codes": [], "source": "乙"},
]  # fmt: skip
SCORE = {"precision", "recall", "f1", "support", "said", "interval"}


def run(*words: object, lang: str = "zh", code: int = 0, quiet: bool = True) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    verb.register(app)
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)], obj=Globals(None, None, lang, quiet))
    if isinstance(result.exception, FeedbackError):
        assert result.exception.exit_code == code, str(result.exception)
    else:
        assert result.exit_code == code, result.output
    return result


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in GOLD), encoding="utf-8")
    return file


def test_verdicts_of_a_judge_are_not_taken_for_labels_in_silence(gold: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.jsonl"
    own.write_text(json.dumps({**GOLD[3], "scores": {}, "code_scores": {}}) + "\n", encoding="utf-8")
    said = "looks like output of classify: unless people corrected it"
    assert said in run(own, "--json", lang="en", quiet=False).stderr
    assert "像是 classify 的输出" in run(own, "--json", quiet=False).stderr
    assert said not in run(own, "--json", lang="en").stderr + run(gold, "--json", lang="en", quiet=False).stderr


def test_the_document_has_the_keys_of_the_contract(gold: Path) -> None:
    found = json.loads(run(gold, "--json").stdout)
    tax = taxonomy()
    assert found["records"] == 4
    assert {"accuracy", "macro_f1", "negative"} <= found["polarity"].keys()
    assert set(found["polarity"]["negative"]) == SCORE
    assert {"macro_f1", *tax.families} <= found["families"].keys()
    assert {"micro_f1", "macro_f1", *tax.codes} <= found["codes"].keys()
    assert all(set(found["codes"][code]) == SCORE for code in tax.codes)
    low, high = found["polarity"]["negative"]["interval"]
    assert 0 <= low <= found["polarity"]["negative"]["f1"] <= high <= 1
    assert (found["codes"]["macro_least"], found["codes"]["macro_over"], found["codes"]["macro_f1"]) == (10, [], None)
    assert found["spans"]["records"] == 1
    assert [(row["source"], row["records"]) for row in found["by_source"]] == [("乙", 2), ("甲", 2)]
    assert sum(b["n"] for b in found["calibration"]["negative"]["bins"]) == 4
    assert found["polarity"]["negative"]["f1"] == 1, "these are plain enough for any judge"


def test_the_same_in_any_order(gold: Path, tmp_path: Path) -> None:
    backwards = tmp_path / "backwards.jsonl"
    backwards.write_text("\n".join(reversed(gold.read_text(encoding="utf-8").splitlines())), encoding="utf-8")
    assert run(backwards, "--json").stdout == run(gold, "--json").stdout


def test_tables_for_people(gold: Path) -> None:
    assert "测评：4 条人工标注记录" in run(gold).stdout
    assert "功能 function" in run(gold).stdout
    english = run(gold, lang="en").stdout
    assert "Evaluation on 4 labelled records" in english
    assert "unspecified" in english


def test_faults(gold: Path, tmp_path: Path) -> None:
    gold.write_text('{"text": "好"}\n', encoding="utf-8")
    assert "line 1: lacks polarity, codes" in str(run(gold, code=4).exception)
    assert "'fast', 'careful'" in run(gold, "--judge", "wise", code=2).output
    broken = tmp_path / "model.npz"
    broken.write_bytes(b"no model")
    gold.write_text(json.dumps(GOLD[0]) + "\n", encoding="utf-8")
    assert "not a model" in str(run(gold, "--model", broken, code=4).exception)
