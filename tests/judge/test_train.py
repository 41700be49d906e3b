"""`feedback train`: a new model, new codes as data, and a better model that stays."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from feedback import pipeline_train
from feedback.errors import UsageError
from feedback.judge import folds
from feedback.judge import model as models
from feedback.judge.combine import Judge
from feedback.judge.rules import RuleBook
from feedback.judge.train import Labelled, Recipe, train
from feedback.lexicon import bundled, taxonomy
from feedback.settings import Settings

from .invented import records


def write(file: Path, found: Sequence[Labelled]) -> Path:
    rows = [{"text": r.text, "polarity": r.polarity, "codes": list(r.codes), "source": r.source} for r in found]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_worse_model_never_replaces_a_better_one_silently(tmp_path: Path) -> None:
    gold, output = write(tmp_path / "gold.jsonl", records()), tmp_path / "m.npz"
    first = pipeline_train.learn(Settings(), [gold], output)
    assert (first.gold, first.examples, first.before) == (240, 0, None)
    better = output.read_bytes()
    labels = records()
    random.Random(1).shuffle(labels)
    shuffled = [replace(r, polarity=p.polarity, codes=p.codes) for r, p in zip(records(), labels, strict=True)]
    noise = write(tmp_path / "noise.jsonl", shuffled)
    with pytest.raises(UsageError, match="the model there is better"):
        pipeline_train.learn(Settings(), [noise], output)
    assert output.read_bytes() == better
    again = pipeline_train.learn(Settings(), [noise], output, replace=True)
    assert again.before == first.after
    assert output.read_bytes() != better


def test_the_same_gold_gives_the_same_file(tmp_path: Path) -> None:
    one, two = (write(tmp_path / f"{n}.jsonl", found) for n, found in enumerate((records(), records()[::-1])))
    for number, gold in enumerate((one, two)):
        pipeline_train.learn(Settings(), [gold], tmp_path / f"{number}.npz")
    first, second = (models.load(tmp_path / f"{number}.npz") for number in range(2))
    assert first.meta == second.meta
    assert (first.table == second.table).all()


def test_a_code_of_ones_own_is_data(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    codes = (bundled("lexicons") / "codes.toml").read_text(encoding="utf-8")
    own = '\n[[code]]\nname = "delivery_drone"\nfamily = "service"\nzh = "无人机"\nen = "Drone"\nis = "drones"\n'
    (folder / "codes.toml").write_text(codes + own, encoding="utf-8")
    for name in ("stages.toml",):
        (folder / name).write_text((bundled("lexicons") / name).read_text(encoding="utf-8"), encoding="utf-8")
    found = [
        Labelled(f"无人机把包裹扔进了河里，{n}", "negative", ("delivery_drone",), f"shop_{n % 4}") for n in range(60)
    ]
    settings = Settings(lexicons=folder)
    gold, output = write(tmp_path / "gold.jsonl", [*records(), *found]), tmp_path / "m.npz"
    pipeline_train.learn(settings, [gold], output)
    verdict = Judge.load(file=output, folder=folder).judge(["无人机把包裹扔进了河里"])[0]
    assert verdict.codes == ("delivery_drone",)
    assert verdict.families == ("service",)
    # Without the code in the taxonomy the same model never gives it.
    assert "delivery_drone" not in Judge.load(file=output).judge(["无人机把包裹扔进了河里"])[0].codes


def test_a_source_to_halve_must_be_there(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", records())
    with pytest.raises(UsageError, match="weibo"):
        pipeline_train.learn(Settings(), [gold], tmp_path / "m.npz", halved=["weibo"])


def test_records_beside_the_gold_are_learned_from_and_never_measured_on(tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.jsonl", records())
    told = [Labelled(f"外壳一捏就碎成渣，{n}", "negative", ("quality",), f"mall_{n % 3}") for n in range(60)]
    beside = write(tmp_path / "beside.jsonl", told)
    learned = pipeline_train.learn(Settings(), [gold], tmp_path / "m.npz", beside=[beside])
    assert (learned.gold, learned.examples, learned.beside) == (240, 0, 60)
    meta = models.load(tmp_path / "m.npz").meta
    assert meta.trained_on == {"gold": 240, "examples": 0, "beside": 60, "sources": 4}
    assert Judge.load(file=tmp_path / "m.npz").judge(["外壳一捏就碎成渣"])[0].codes == ("quality",)
    trained = train([*records()], [], RuleBook.load(), taxonomy(), Recipe(), beside=told)
    assert len(trained.gold) == len(trained.calibration.polarity) == 240


def test_a_source_that_is_judged_is_not_learned_from_in_any_form() -> None:
    fold = np.array([0, 0, 1, 1, 0, 1, *[folds.BESIDE] * 5])
    sources = ["shop", "shop", "app", "app", "", "", "shop", "app", "hotel", "", "mall"]
    texts = [*"abcdefghij", "a"]
    assert folds.learned_from(fold, sources, texts, 0, judged=4).tolist() == [2, 3, 5, 7, 8, 9]
    assert folds.learned_from(fold, sources, texts, 1, judged=4).tolist() == [0, 1, 4, 6, 8, 9, 10]
