"""TF-IDF over words and pairs of characters, reduced by SVD: fitted on the texts at hand, so not comparable across
runs."""

from __future__ import annotations

import numpy as np

from feedback.encode import Cut, Vectors, unit_length


class TfidfEncoder:
    """Words and character pairs, TF-IDF, truncated SVD; fitted anew by each call on its distinct texts, sorted."""

    name = "tfidf"
    stateless = False

    def __init__(self, cut: Cut, dimensions: int = 100) -> None:
        self.dimensions = dimensions
        self._cut = cut

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), d), d ≤ `dimensions`; the same for any order of the texts."""
        from scipy.sparse import hstack
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        distinct = sorted(set(texts))
        try:
            words = TfidfVectorizer(analyzer=self._cut, min_df=1 if len(distinct) < 50 else 2, sublinear_tf=True)
            pairs = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), min_df=1 if len(distinct) < 50 else 2)
            matrix = hstack([words.fit_transform(distinct), pairs.fit_transform(distinct) * 0.5]).tocsr()
        except ValueError:  # nothing but blanks
            return np.zeros((len(texts), 1), dtype=np.float32)
        width = min(self.dimensions, min(matrix.shape) - 1)
        matrix = TruncatedSVD(width, random_state=0).fit_transform(matrix) if width >= 1 else matrix.toarray()
        place = {text: number for number, text in enumerate(distinct)}
        return unit_length(matrix)[[place[text] for text in texts]]
