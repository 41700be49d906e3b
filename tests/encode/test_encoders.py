"""Encoders: unit vectors, the same for the same text, whatever stands beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from feedback.encode import Encoder, encoder, unit_length
from feedback.encode.static import FILE, WordVectors, learn, word_vectors
from feedback.errors import UsageError
from feedback.settings import TextSettings
from feedback.store import Store
from feedback.store.vectors import cached
from feedback.text.words import segmenter

CUT = segmenter(TextSettings()).cut
TEXTS = ["登录后闪退", "客服不回复", "物流太慢", "", "🙂", "登录后闪退", "发货很慢", "一登录就崩溃"]


@pytest.mark.parametrize("name", ["static", "tfidf"])
def test_vectors_have_length_one_or_are_zero(name: str) -> None:
    model: Encoder = encoder(name, CUT)
    vectors = model.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape[0] == len(TEXTS)
    length = np.linalg.norm(vectors, axis=1)
    assert np.all(np.isclose(length, 1, atol=1e-5) | (length == 0))
    assert np.array_equal(vectors[0], vectors[5])
    assert np.allclose(model.encode(TEXTS[::-1])[::-1], vectors, atol=1e-6)


def test_near_meaning_is_near() -> None:
    vectors = encoder("static", CUT).encode(TEXTS)
    near, far = vectors[0] @ vectors[7], vectors[0] @ vectors[2]
    assert near > 0.3 > far
    assert vectors[2] @ vectors[6] > far


@pytest.mark.parametrize("name", ["static", "tfidf"])
def test_nothing_and_blanks_are_zeros(name: str) -> None:
    model = encoder(name, CUT)
    assert model.encode([]).shape[0] == 0
    assert not encoder("static", CUT).encode(["", " "]).any()
    assert not model.encode(["", ""]).any()


def test_the_shipped_vectors_are_small_and_load_without_executing_code() -> None:
    assert FILE.stat().st_size < 5_000_000
    words = word_vectors()
    assert len(words.index) == len(words.share) == len(words.vectors) > 10_000
    assert words.rarity("的") < words.rarity("闪退") < words.rarity("一个谁也没有写过的词")


def test_learning_is_deterministic_and_survives_saving(tmp_path: Path) -> None:
    sentences = [["天", "气", "好"], ["天", "气", "坏"], ["水", "果", "好"], ["水", "果", "坏"]] * 10
    first, second = (learn(sentences, least=1, dimensions=3) for _ in range(2))
    assert np.array_equal(first.vectors, second.vectors)
    first.save(tmp_path / "w.npz")
    again = word_vectors(tmp_path / "w.npz")
    assert list(again.index) == list(first.index)
    assert isinstance(again, WordVectors)


def test_unit_length_leaves_zeros() -> None:
    assert unit_length(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [
        [pytest.approx(0.6), pytest.approx(0.8)],
        [0, 0],
    ]


def test_cached_vectors_are_encoded_once(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def encode(texts: list[str]) -> np.ndarray:
        asked.append(texts)
        return np.array([[float(len(text)), 1.0] for text in texts], dtype=np.float32)

    with Store(tmp_path / "s.duckdb") as store:
        with store.write():
            first = cached(store, "m", ["甲", "乙乙", "甲"], encode)
        with store.write():
            second = cached(store, "m", ["乙乙", "丙丙丙"], encode)
            other = cached(store, "another", ["甲"], encode)
            assert cached(store, "m", [], lambda texts: np.zeros((len(texts), 2), np.float32)).shape == (0, 2)
    assert first.tolist() == [[1, 1], [2, 1], [1, 1]]
    assert second.tolist() == [[2, 1], [3, 1]]
    assert other.tolist() == [[1, 1]]
    assert [sorted(texts) for texts in asked] == [["乙乙", "甲"], ["丙丙丙"], ["甲"]]


def test_an_unknown_model_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sentence_transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"encoder .*empty.*static"):
        encoder(str(tmp_path / "empty"), CUT)
