"""Does grouping follow what must be changed? python -m tests.benchmarks.leads_ami FILE.csv [OPTIONS]

FILE has the columns content, subject, sentiment_value. Texts that are negative and bear one subject are grouped without
their subjects; adjusted mutual information (AMI) of groups and subjects is printed. The order of rows is shuffled three
times: groups must be the same.

    --without-domain D  without the lexicon's aspects of trade D: what to expect of a trade that it does not know
    --baselines         k-means and, where installed, BERTopic on TF-IDF/SVD vectors beside it
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score

from feedback.encode import encoder
from feedback.leads.build import Grouper, cutter
from feedback.settings import LeadSettings, TextSettings


def load(path: str) -> pd.DataFrame:
    """One row a negative text that bears one subject."""
    table = pd.read_csv(path)
    subjects = table.groupby("content")["subject"].nunique()
    chosen = table[table["content"].isin(subjects[subjects == 1].index) & (table["sentiment_value"] == -1)]
    return chosen.drop_duplicates("content").reset_index(drop=True)


def as_units(texts: pd.Series, codes: list[str]) -> pd.DataFrame:
    """Whole texts as units."""
    return pd.DataFrame(
        {
            "feedback_id": [f"{n:06d}" for n in range(len(texts))],
            "code": codes,
            "span_start": 0,
            "span_end": texts.str.len(),
            "quote": texts,
            "text": texts,
            "product": "car",
            "person": [f"p{n}" for n in range(len(texts))],
            "near_duplicate_of": None,
        }
    )


def grouper_without(domain: str) -> Grouper:
    """A grouper that does not know the aspects of `domain`."""
    grouper = Grouper(LeadSettings(), TextSettings())
    if domain:
        kept = {key: aspect for key, aspect in grouper.known.items() if aspect.domain != domain}
        print(f"{len(grouper.known) - len(kept)} aspects of {domain} left out")
        grouper.know(kept)
    return grouper


def main(path: str, baselines: bool, without: str) -> None:
    data = load(path)
    truth = data["subject"].to_numpy()
    cut = cutter(TextSettings())
    grouper = grouper_without(without)
    units = as_units(data["content"], ["quality"] * len(data))
    print(f"{len(data)} texts, {len(set(truth))} subjects")
    for name in ("static", "tfidf"):
        model = encoder(name, cut)
        began = time.monotonic()
        placed = grouper.group(units, model.encode(list(units["quote"])), [])
        took = time.monotonic() - began
        again = []
        for seed in range(3):
            mixed = units.sample(frac=1, random_state=seed)
            other = grouper.group(mixed, model.encode(list(mixed["quote"])), [])
            again.append(adjusted_mutual_info_score(np.array(placed.theme)[mixed.index], other.theme))
        print(
            f"leads, {name}: AMI {adjusted_mutual_info_score(truth, placed.theme):.3f}, {len(placed.themes)} leads, "
            f"{placed.single:.1%} single, {took:.2f} s, same when shuffled: {min(again):.3f}"
        )
    if baselines:
        vectors = encoder("tfidf", cut).encode(list(units["quote"]))
        _kmeans(vectors, truth)
        _bertopic(vectors, truth, list(data["content"]))


def _kmeans(vectors: np.ndarray, truth: np.ndarray) -> None:
    from sklearn.cluster import KMeans

    for k in (10, 20, 40):
        scores = [
            adjusted_mutual_info_score(truth, KMeans(k, n_init=4, random_state=seed).fit_predict(vectors))
            for seed in range(3)
        ]
        print(f"k-means, k={k}: AMI {np.mean(scores):.3f}")


def _bertopic(vectors: np.ndarray, truth: np.ndarray, texts: list[str]) -> None:
    try:
        from bertopic import BERTopic
    except ImportError:
        print("BERTopic is not installed: pip install bertopic")
        return
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(len(texts))
        began = time.monotonic()
        topics = np.array(BERTopic(language="chinese").fit_transform([texts[i] for i in order], vectors[order])[0])
        took = time.monotonic() - began
        print(
            f"BERTopic: AMI {adjusted_mutual_info_score(truth[order], topics):.3f}, {len(set(topics))} topics, "
            f"{(topics < 0).mean():.1%} outliers, {took:.1f} s"
        )


if __name__ == "__main__":
    left_out = sys.argv[sys.argv.index("--without-domain") + 1] if "--without-domain" in sys.argv else ""
    main(sys.argv[1], "--baselines" in sys.argv, left_out)
