"""sentence-transformers models load from a folder; the model here is a tiny real one, made by the fixture."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from feedback.encode import encoder
from feedback.encode.sentence import SentenceEncoder
from feedback.errors import UsageError

pytest.importorskip("sentence_transformers")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT over single characters with mean pooling, random weights from a seed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Pooling, Transformer
        from transformers import BertConfig, BertModel, BertTokenizer

        base = tmp_path_factory.mktemp("tiny") / "bert"
        base.mkdir()
        letters = "登录后闪退客服不回复物流太慢"
        (base / "vocab.txt").write_text(
            "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(letters)])
        )
        torch.manual_seed(7)
        size = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        BertModel(BertConfig(vocab_size=32, max_position_embeddings=64, **size)).save_pretrained(base)
        BertTokenizer(str(base / "vocab.txt")).save_pretrained(base)
        body = Transformer(str(base), max_seq_length=32)
        model = SentenceTransformer(modules=[body, Pooling(16)], device="cpu")
        target = base.parent / "model"
        model.save(str(target))
    assert json.loads((target / "modules.json").read_text())
    return target


def test_a_model_folder_encodes_in_batches_and_tells_progress(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    model = SentenceEncoder(folder, batch=2, progress=lambda done, total: told.append((done, total)))
    texts = ["登录后闪退", "客服不回复", "物流慢", "登录后闪退", ""]
    vectors = model.encode(texts)
    assert vectors.shape == (5, 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[3])
    assert np.allclose(model.encode(texts[::-1])[::-1], vectors, atol=1e-5)
    assert told[:2] == [(2, 4), (4, 4)]
    assert model.encode([]).shape[0] == 0


def test_any_other_name_is_a_model(folder: Path) -> None:
    model = encoder(str(folder), list)
    assert model.name == f"sentence:{folder}"
    assert model.stateless


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="sentence-transformers model"):
        SentenceEncoder(tmp_path)
