"""The careful judge's net as PyTorch trains it; feedback.judge.net runs what `in_whole_numbers` makes of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from feedback.judge import net as runner

WIDTH, INNER, LOOKS, LABELS = 128, 192, 4, 23
FARS = (1, 1, 2, 4)
#: Words of one batch in pre-training, words hidden of it, and words that the hidden one is told apart from.
WORDS_EACH, HIDDEN, OTHERS = 4000, 0.18, 3000
EPOCHS, BATCH, RATED_FIRST, RATED_EACH = 3, 32, 24_000, 6
HIDE_FROM = 2


class Block(nn.Module):
    """See feedback.judge.net.Block."""

    def __init__(self, far: int) -> None:
        super().__init__()
        self.norm, self.far = nn.LayerNorm(INNER), far
        self.gate, self.out = nn.Linear(3 * INNER, 2 * INNER), nn.Linear(INNER, INNER)

    def given(self, state: torch.Tensor, inside: torch.Tensor) -> torch.Tensor:
        return self.norm(state) * inside

    def told(self, given: torch.Tensor) -> torch.Tensor:
        far, count = self.far, given.shape[1]
        wide = functional.pad(given, (0, 0, far, far))
        value, gate = self.gate(torch.cat([wide[:, :count], given, wide[:, 2 * far :]], -1)).chunk(2, -1)
        return value * torch.sigmoid(gate)

    def forward(self, state: torch.Tensor, inside: torch.Tensor, drop: float) -> torch.Tensor:
        return state + functional.dropout(self.out(self.told(self.given(state, inside))), drop, self.training)


class Encoder(nn.Module):
    """ids (texts × words, 0 pads) → states (texts × words × INNER) and where there are words."""

    def __init__(self, vectors: np.ndarray, fixed: bool) -> None:
        super().__init__()
        self.vectors = nn.Embedding.from_pretrained(
            torch.tensor(vectors), freeze=fixed, padding_idx=0, sparse=not fixed
        )
        self.hidden = nn.Parameter(torch.randn(WIDTH) * 0.1)
        self.first, self.last = nn.Linear(WIDTH, INNER), nn.LayerNorm(INNER)
        self.blocks = nn.ModuleList(Block(far) for far in FARS)

    def forward(
        self, ids: torch.Tensor, hide: torch.Tensor | None = None, drop: float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        given, inside = self.vectors(ids), (ids != 0)[..., None].float()
        if hide is not None:
            given = torch.where(hide[..., None], self.hidden, given)
        state = self.first(functional.dropout(given, drop, self.training)) * inside
        for block in self.blocks:
            state = block(state, inside, drop)
        return self.last(state), inside


class Judge(nn.Module):
    """An encoder, four attentions, strongest and mean, one layer to all labels; column 23 learns ratings."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.look, self.head = nn.Linear(INNER, LOOKS), nn.Linear((LOOKS + 2) * INNER, LABELS + 1)

    def pooled(self, ids: torch.Tensor) -> torch.Tensor:
        hide = (torch.rand(ids.shape) < 0.1) if self.training else None
        state, inside = self.encoder(ids, hide, 0.15 if self.training else 0.0)
        looks = self.look(state).masked_fill(inside == 0, -1e4).softmax(1)
        seen = torch.einsum("blk,blw->bkw", looks, state).flatten(1)
        strongest = state.masked_fill(inside == 0, -1e4).amax(1)
        return torch.cat([seen, strongest, (state * inside).sum(1) / inside.sum(1).clamp(min=1)], 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(functional.dropout(self.pooled(ids), 0.3, self.training))


def padded(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Rows as one tensor, 0 behind the shorter ones."""
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    return torch.from_numpy(ids)


def pretrained(
    vectors: np.ndarray, texts: list[np.ndarray], minutes: float, report: int = 500
) -> dict[str, torch.Tensor]:
    """An encoder that has guessed hidden words of `texts` (places of words) for so long; vectors stay as they are."""
    torch.manual_seed(0)
    draw, shuffle = np.random.default_rng(0), random.Random(0)
    count = np.bincount(np.concatenate(texts), minlength=len(vectors)).astype(float)
    chance = count**0.75
    chance[:HIDE_FROM] = 0
    chance /= chance.sum()
    summed, meanings = np.cumsum(chance), torch.tensor(vectors)
    encoder, guess = Encoder(vectors, fixed=True), nn.Linear(INNER, WIDTH)
    learned = [p for p in (*encoder.parameters(), *guess.parameters()) if p.requires_grad]
    optimiser = torch.optim.AdamW(learned, 1.5e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began, step, mean = time.monotonic(), 0, 0.0
    for ids in _streamed(texts, shuffle):
        done = (time.monotonic() - began) / 60 / minutes
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = 1.5e-3 * min(1, (step + 1) / 200) * max(0.02, 1 - done)
        hide = (torch.rand(ids.shape) < HIDDEN) & (ids >= HIDE_FROM)
        if not hide.any():
            continue
        said, truth = guess(encoder(ids, hide)[0][hide]), ids[hide]
        drawn = np.searchsorted(summed, draw.random(OTHERS)).clip(HIDE_FROM, len(vectors) - 1)
        among = torch.from_numpy(np.unique(np.concatenate([truth.numpy(), drawn])))
        # A frequent word is drawn more often: what it gains by that is taken off (sampled softmax).
        often = torch.log(torch.tensor(chance[among.numpy()] * OTHERS + 1e-9, dtype=torch.float32)).clamp(max=0)
        loss = functional.cross_entropy(said @ meanings[among].T - often, torch.searchsorted(among, truth))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        step, mean = step + 1, 0.98 * mean + 0.02 * loss.item()
        if step % report == 0:
            print(f"step {step}, loss {mean / (1 - 0.98**step):.3f}, {done:.0%}", flush=True)
    return encoder.state_dict()


def _streamed(texts: list[np.ndarray], shuffle: random.Random) -> Iterator[torch.Tensor]:
    """Batches of texts of like length, without end."""
    order = list(range(len(texts)))
    while True:
        shuffle.shuffle(order)
        for start in range(0, len(order), 8192):
            block, batches = sorted(order[start : start + 8192], key=lambda i: len(texts[i])), [[]]
            for i in block:
                if (len(batches[-1]) + 1) * len(texts[i]) > WORDS_EACH and batches[-1]:
                    batches.append([])
                batches[-1].append(i)
            shuffle.shuffle(batches)
            for batch in batches:
                yield padded([texts[i].tolist() for i in batch])


def _batches(order: Sequence[int], lengths: list[int], size: int, draw: random.Random) -> list[list[int]]:
    order = list(order)
    draw.shuffle(order)
    found: list[list[int]] = []
    for start in range(0, len(order), size * 20):
        block = sorted(order[start : start + size * 20], key=lambda i: lengths[i])
        found += [block[at : at + size] for at in range(0, len(block), size)]
    draw.shuffle(found)
    return found


def fine_tuned(
    vectors: np.ndarray, start: dict[str, torch.Tensor], rows: list[list[int]], labels: np.ndarray,
    weight: np.ndarray, rated: list[list[int]], praise: np.ndarray, seed: int = 0,
) -> Judge:  # fmt: skip
    """Polarity from ratings first, then all labels at once (n × 23: polarities, codes, families), ratings beside."""
    torch.manual_seed(seed)
    draw = random.Random(seed)
    judge = Judge(Encoder(vectors, fixed=False))
    judge.encoder.load_state_dict(start)
    body = [p for name, p in judge.encoder.named_parameters() if name != "vectors.weight"]
    heads = [*judge.look.parameters(), *judge.head.parameters()]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW([{"params": body, "lr": 6e-4}, {"params": heads, "lr": 1.5e-3}], weight_decay=0.02),
        torch.optim.SparseAdam([judge.encoder.vectors.weight], lr=3e-4),
    ]
    groups = [group for optimiser in optimisers for group in optimiser.param_groups]
    rates = [group["lr"] for group in groups]

    def step(loss: torch.Tensor, share: float) -> None:
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate * share
        for optimiser in optimisers:
            optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(body + heads, 1.0)
        for optimiser in optimisers:
            optimiser.step()

    def rated_loss(batch: list[int]) -> torch.Tensor:
        said = judge(padded([rated[i] for i in batch]))[:, LABELS]
        return functional.binary_cross_entropy_with_logits(said, torch.tensor(praise[batch]))

    judge.train()
    sizes, rated_sizes = [len(row) for row in rows], [len(row) for row in rated]
    chosen = draw.sample(range(len(rated)), min(RATED_FIRST, len(rated)))
    for k, batch in enumerate(_batches(chosen, rated_sizes, 64, draw)):
        step(rated_loss(batch), min(1.0, (k + 1) / 60))
    each = -(-len(rows) // BATCH)
    done = 0
    for _ in range(EPOCHS):
        beside = draw.sample(range(len(rated)), min(each * RATED_EACH + 200, len(rated)))
        ratings = iter(_batches(beside, rated_sizes, RATED_EACH, draw))
        for batch in _batches(range(len(rows)), sizes, BATCH, draw):
            said, told = judge(padded([rows[i] for i in batch])), torch.tensor(labels[batch])
            w = torch.tensor(weight[batch])
            stand = functional.cross_entropy(said[:, :4], told[:, :4].argmax(1), label_smoothing=0.05, reduction="none")
            signs = functional.binary_cross_entropy_with_logits(said[:, 4:LABELS], told[:, 4:], reduction="none")
            codes, families = w[:, None] * signs[:, :-3], w[:, None] * signs[:, -3:]
            loss = (w * stand).mean() + 6 * codes.mean() + 2 * families.mean() + 0.3 * rated_loss(next(ratings))
            step(loss, min(1.0, (done + 1) / 100) * (1 - done / (EPOCHS * each)))
            done += 1
    return judge.eval()


@torch.no_grad()
def in_whole_numbers(judge: Judge, words: Sequence[str], rows: list[list[int]]) -> runner.Net:
    """The trained net for feedback.judge.net; what its layers read is scaled by what they met in `rows`."""
    met: dict[str, float] = {}

    def meet(name: str, values: torch.Tensor, inside: torch.Tensor) -> None:
        here = values[inside[..., 0] > 0].abs().flatten()
        high = float(here.sort().values[int(0.9999 * (len(here) - 1))])
        met[name] = max(met.get(name, 0.0), high)

    encoder = judge.encoder
    for at in range(0, len(rows), 64):
        ids = padded(rows[at : at + 64])
        inside = (ids != 0)[..., None].float()
        state = encoder.first(encoder.vectors(ids)) * inside
        for k, block in enumerate(encoder.blocks):
            given = block.given(state, inside)
            told = block.told(given)
            meet(f"gate_{k}", given, inside)
            meet(f"out_{k}", told, inside)
            state = state + block.out(told)
        meet("last", encoder.last(state), inside)

    def layer(part: nn.Linear, strongest: float, count: int | None = None) -> runner.Layer:
        return runner.layer(part.weight.numpy().T[:, :count], part.bias.numpy()[:count], strongest)

    def norm(part: nn.LayerNorm) -> runner.Norm:
        return runner.Norm(part.weight.numpy(), part.bias.numpy())

    vectors = encoder.vectors.weight.numpy()
    blocks = [
        runner.Block(norm(b.norm), layer(b.gate, met[f"gate_{k}"]), layer(b.out, met[f"out_{k}"]), b.far)
        for k, b in enumerate(encoder.blocks)
    ]
    return runner.Net(
        tuple(words), vectors, layer(encoder.first, float(np.abs(vectors).max())), tuple(blocks), norm(encoder.last),
        layer(judge.look, met["last"]), layer(judge.head, met["last"], LABELS),
    )  # fmt: skip
