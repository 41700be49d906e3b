"""The model file, the features and the learner."""

from __future__ import annotations

import dataclasses
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from feedback.errors import BadModel, InputError
from feedback.judge import calibrate, features, folds, linear, model
from feedback.judge.combine import Judge
from feedback.judge.rules import RuleBook
from feedback.judge.train import Labelled, Recipe, Trained, train
from feedback.lexicon import taxonomy

from .invented import records


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(records(), records(24, seed=9), RuleBook.load(), taxonomy(), Recipe(fold_count=4))


def test_rows_do_not_depend_on_the_batch() -> None:
    texts = ["太贵了", "", "a\0b", "  两个  空格", "😡👎", "\ud800"]
    together = features.ngrams(texts, 3)
    for row, text in enumerate(texts):
        alone = features.ngrams([text], 3)
        assert together[row].indices.tolist() == alone.indices.tolist()
    assert features.ngrams([], 3).shape == (0, 1 << features.BITS)
    assert features.ngrams(["太贵了"], 3).nnz == 6
    assert (features.ngrams(["a  b"], 3) != features.ngrams(["a\n b"], 3)).nnz == 0


def test_learner_finds_the_optimum_that_scikit_learn_finds() -> None:
    from sklearn.linear_model import LogisticRegression

    draw = np.random.default_rng(3)
    rows = sparse.csr_matrix(draw.normal(size=(300, 12)).astype(np.float32))
    truth = (rows.toarray()[:, 0] + draw.normal(size=300) > 0).astype(np.float32)
    labels = np.stack([1 - truth, truth, truth], 1).astype(np.float32)
    found, bias = linear.fit(rows, labels, np.ones_like(labels), exclusive=2, penalty=1.0, iterations=200)
    other = LogisticRegression(C=1.0, tol=1e-8).fit(rows.toarray(), truth)
    np.testing.assert_allclose(found[:, 2], other.coef_[0], atol=0.02)
    np.testing.assert_allclose(bias[2], other.intercept_[0], atol=0.02)
    assert linear.probabilities(rows @ found + bias, 2)[:, :2].sum(1) == pytest.approx(1)


def test_a_model_reads_back_as_it_was_written(trained: Trained, tmp_path: Path) -> None:
    file = tmp_path / "m.npz"
    model.save(trained.model, file)
    again = model.load(file)
    assert again.meta == trained.model.meta
    forms = ["太贵了", "很好用", ""]
    np.testing.assert_allclose(again.outputs(forms), trained.model.outputs(forms), atol=1e-5)
    assert not list(tmp_path.glob("*.part"))


def test_training_does_not_depend_on_the_order_of_records(trained: Trained) -> None:
    again = train(records()[::-1], records(24, seed=9)[::-1], RuleBook.load(), taxonomy(), Recipe(fold_count=4))
    assert again.model.meta == trained.model.meta
    np.testing.assert_array_equal(again.model.table, trained.model.table)


def test_what_is_learned_is_used_on_unseen_shops(trained: Trained) -> None:
    measures = trained.model.meta.measures
    assert measures["negative_f1"] > 0.9
    assert measures["codes_micro_f1"] > 0.8
    assert trained.model.meta.rates["negative"] == 120
    assert trained.model.meta.trained_on == {"gold": 240, "examples": 24, "beside": 0, "sources": 4}


def test_the_judge_of_a_model_judges(trained: Trained) -> None:
    judge = Judge(trained.model, RuleBook.load(), taxonomy())
    texts = ["店员态度恶劣，再见", "非常满意，推荐给大家", "", "开发者回复：谢谢您"]
    verdicts = judge.judge(texts)
    assert [v.polarity for v in verdicts] == ["negative", "positive", "neutral", "neutral"]
    assert "attitude" in verdicts[0].codes
    assert verdicts == [judge.judge([text])[0] for text in texts]


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "m.npz"
    file.write_bytes(content)
    with pytest.raises(BadModel, match=r"m\.npz"):
        model.load(file)
    with pytest.raises(BadModel, match="no such model"):
        model.load(tmp_path / "absent.npz")


def test_a_model_runs_no_code(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("executed",))

    stream = io.BytesIO()
    np.savez(stream, meta=np.array([Evil()], dtype=object), allow_pickle=True)
    file = tmp_path / "evil.npz"
    file.write_bytes(stream.getvalue())
    with pytest.raises(BadModel):
        model.load(file)
    file.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(BadModel):
        model.load(file)


def test_too_little_gold_is_refused() -> None:
    with pytest.raises(InputError, match="too few"):
        train([Labelled("好", "positive", ())] * 10, [], RuleBook.load(), taxonomy(), Recipe())


def test_a_source_stands_in_one_fold_and_halves_in_two() -> None:
    sources = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
    texts = [f"text {i}" for i in range(100)]
    fold = folds.by_source(sources, texts, count=3)
    assert [len(set(fold[:50])), len(set(fold[50:80])), len(set(fold[80:]))] == [1, 1, 1]
    assert len(set(folds.by_source(sources, texts, count=3, halved=("a",))[:50])) == 2


def test_scores_are_calibrated_by_platt() -> None:
    draw = np.random.default_rng(5)
    output = draw.normal(size=4000).astype(np.float32) * 3
    truth = (draw.random(4000) < 1 / (1 + np.exp(-(0.5 * output - 1)))).astype(np.float32)
    slope, shift = calibrate.platt(output, truth)
    assert (slope, shift) == (pytest.approx(0.5, abs=0.05), pytest.approx(-1, abs=0.15))
    chance = (1 / (1 + np.exp(-(slope * output + shift)))).astype(np.float32)
    assert calibrate.calibration_error(chance, truth) < 0.03
    assert calibrate.platt(output, np.zeros(4000, np.float32)) == (1.0, 0.0)


def test_places_go_by_the_array_itself(trained: Trained) -> None:
    """An array that is gone leaves its id to the next: what is remembered is kept alive, and another is not taken."""
    fewer = dataclasses.replace(
        trained.model,
        buckets=trained.model.buckets[9:].copy(),
        table=trained.model.table[9:],
        idf=trained.model.idf[9:],
    )
    for asked in (trained.model, fewer, trained.model):
        asked.outputs(["太贵了"])
        assert model._PLACES[0][0] is asked.buckets
        assert len(model._PLACES) == 1
