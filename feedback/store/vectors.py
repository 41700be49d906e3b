"""Vectors of texts kept by model, so that a slow encoder reads each text once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from feedback.store.connection import Store


def cached(
    store: Store, model: str, texts: list[str], encode: Callable[[list[str]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Vectors (n, d) of `texts` by `model`: those kept come from the store, the others from `encode` and are kept.

    The caller holds the transaction.
    """
    if not texts:
        return encode(texts)
    hashes = [hashlib.sha256(text.encode()).hexdigest()[:32] for text in texts]
    wanted = pd.DataFrame({"text_hash": sorted(set(hashes))})
    connection = store.connection
    connection.register("wanted", wanted)
    known: dict[str, Any] = dict(
        connection.execute(
            "SELECT v.text_hash, v.vector FROM vectors v JOIN wanted USING (text_hash) WHERE v.model = ?", [model]
        ).fetchall()
    )
    connection.unregister("wanted")
    missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
    if missing:
        keys = sorted(missing)
        fresh = encode([missing[key] for key in keys])
        frame = pd.DataFrame({"model": model, "text_hash": keys, "vector": list(fresh)})
        connection.register("incoming", frame)
        connection.execute("INSERT INTO vectors SELECT model, text_hash, vector FROM incoming")
        connection.unregister("incoming")
        known.update(zip(keys, fresh, strict=True))
    return np.asarray([known[key] for key in hashes], dtype=np.float32)
