"""Any sentence-transformers model by path or name; needs the extra `semantic`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from feedback.encode import Vectors, unit_length
from feedback.errors import UsageError

_INSTALL = "install it with: pip install 'feedback-mining[semantic]'"


class SentenceEncoder:
    """A sentence-transformers model: a folder, or a name that is in the local cache or can be fetched.

    `progress` is called with (texts done, texts in all) after each batch. Raises UsageError when the library is not
    installed or the model cannot be loaded.
    """

    stateless = True

    def __init__(
        self, model: Path | str, *, batch: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise UsageError(f"encoder {str(model)!r} needs sentence-transformers", hint=_INSTALL) from None
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            # trust_remote_code stays off: a model is data.
            self._model: Any = SentenceTransformer(str(model), device="cpu", trust_remote_code=False)
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
            first = (str(error) or type(error).__name__).splitlines()[0]
            raise UsageError(
                f"encoder {str(model)!r}: {first}",
                hint="give 'static', 'tfidf', the folder of a sentence-transformers model, or the name of one",
            ) from None
        self.name = f"sentence:{model}"
        self.batch = batch
        self._progress = progress

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), d). Each distinct text is encoded once, sorted by length to waste no
        padding."""
        distinct = sorted(set(texts), key=lambda text: (len(text), text))
        parts = []
        for start in range(0, len(distinct), self.batch):
            chunk = distinct[start : start + self.batch]
            parts.append(
                np.asarray(self._model.encode(chunk, batch_size=self.batch, show_progress_bar=False), dtype=np.float32)
            )
            if self._progress:
                self._progress(start + len(chunk), len(distinct))
        if not parts:
            return np.zeros((0, 1), dtype=np.float32)
        place = {text: number for number, text in enumerate(distinct)}
        return unit_length(np.concatenate(parts))[[place[text] for text in texts]]
