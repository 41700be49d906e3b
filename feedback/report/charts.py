"""Charts as plain SVG: they need no script and no network, print well, and open anywhere.

Drawn here and not by a chart library because the page must stay one offline file: JavaScript charts would add megabytes
and die in mail clients, and the static libraries know no band, line and volume in one picture at phone width. Every
chart is drawn for a given width in pixels, so that text keeps its size: the page holds a wide and a narrow one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

INK, MUTED, GRID, PAPER = "#1f2933", "#66717e", "#e3e1db", "#ffffff"
STATE_COLOURS = {"breach": "#c23b2b", "watch": "#d48a1f", "calm": "#2f8a66", "too few": "#9aa3ad"}
FAMILY_COLOURS = {"product": "#3d6db3", "service": "#b8653a", "experience": "#7757a6"}


@dataclass(frozen=True, slots=True)
class SharePoint:
    """One window of a keyword's series; `share` and its bounds are None where the window is empty."""

    day: date
    n: int
    negative: int
    share: float | None
    lower: float | None
    upper: float | None
    state: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value, the colour, and a note shown behind the value."""

    label: str
    value: float
    colour: str
    note: str = ""


def share_chart(
    points: Sequence[SharePoint],
    *,
    threshold: float,
    width: int,
    labels: dict[str, str],
    marks: Sequence[tuple[date, str]] = (),
) -> Markup:
    """Negative share over time: interval band, line, points coloured by state, the threshold, and volume beneath.

    `marks` are (day, text) of incidents. `labels` gives the words for share, volume, threshold, empty.
    """
    left, right, top, plot, gap, volume, foot = 46, 14, 26, 190, 22, 54, 24
    height = top + plot + gap + volume + foot
    if not any(point.n for point in points):
        return _svg(width, 60, [_text(width / 2, 34, labels["empty"], MUTED, "middle")], labels["share"])
    first, last = points[0].day, points[-1].day
    days = max((last - first).days, 1)
    # Wide bands of small windows are cut at the top, so that the line and the threshold stay readable.
    peak = max([threshold * 1.6, *(1.3 * p.share for p in points if p.share is not None)])
    step = _nice(peak / 4)
    limit = min(1.0, math.ceil(peak / step) * step)
    most = max(point.n for point in points)
    breadth = min(26.0, max(1.0, (width - left - right) / (len(points) + 1) * 0.7))

    def x(day: date) -> float:
        return left + breadth / 2 + (width - left - right - breadth) * ((day - first).days / days)

    def y(share: float) -> float:
        return top + plot * (1 - min(share, limit) / limit)

    out: list[str] = []
    for k in range(round(limit / step) + 1):
        level = k * step
        out.append(_line(left, y(level), width - right, y(level), GRID))
        out.append(_text(left - 6, y(level) + 4, f"{level:.0%}" if step >= 0.01 else f"{level:.1%}", MUTED, "end"))
    for run in _runs(points):
        band = [(x(p.day), y(p.upper or 0)) for p in run] + [(x(p.day), y(p.lower or 0)) for p in reversed(run)]
        out.append(f'<polygon points="{_path(band)}" fill="{FAMILY_COLOURS["product"]}" opacity="0.16"/>')
        line = _path([(x(p.day), y(p.share or 0)) for p in run])
        out.append(f'<polyline points="{line}" fill="none" stroke="{FAMILY_COLOURS["product"]}" stroke-width="2"/>')
    out.append(_line(left, y(threshold), width - right, y(threshold), STATE_COLOURS["breach"], dash="5 4"))
    for point in points:
        if point.share is not None:
            tip = f"{point.day:%Y-%m-%d}: {point.negative}/{point.n} = {point.share:.1%}"
            colour = STATE_COLOURS[point.state]
            out.append(
                f'<circle cx="{x(point.day):.1f}" cy="{y(point.share):.1f}" r="3" fill="{colour}">'
                f"<title>{escape(tip)}</title></circle>"
            )
    # After the points, with a rim: the line may run through the words.
    label = f"{labels['threshold']} {threshold:.0%}"
    out.append(_text(width - right, y(threshold) - 5, label, STATE_COLOURS["breach"], "end", rim=True))
    for day, text in marks:
        if first <= day <= last:
            out.append(_line(x(day), top - 4, x(day), top + plot, STATE_COLOURS["breach"], dash="1 3"))
            side = "end" if x(day) > width * 0.6 else "start"
            out.append(_text(x(day) + (-4 if side == "end" else 4), top - 8, text, STATE_COLOURS["breach"], side))
    base = top + plot + gap + volume
    for point in points:
        tall = volume * point.n / most
        neg = volume * point.negative / most
        cx = x(point.day) - breadth / 2
        out.append(_rect(cx, base - tall, breadth, tall, "#c9ced6"))
        out.append(_rect(cx, base - neg, breadth, neg, STATE_COLOURS["breach"]))
    out.append(_text(left - 6, base - volume + 10, f"{most}", MUTED, "end"))
    out.append(_text(left - 6, base, "0", MUTED, "end"))
    out.append(_text(left, top + plot + gap - 6, labels["volume"], MUTED))
    for day in _ticks(points, 4 if width < 500 else 9):
        out.append(_text(x(day), height - 6, f"{day:%m-%d}", MUTED, "middle"))
    return _svg(width, height, out, labels["share"])


def bar_chart(bars: Sequence[Bar], *, width: int, title: str) -> Markup:
    """Horizontal bars with their values written out; the longest fills the width left by labels and notes."""
    row, note = 28, 60
    # A Chinese character is as wide as the type is high, a Latin letter about half of it.
    label = 16 + max([sum(12 if ord(c) > 0x2E80 else 6.6 for c in bar.label) for bar in bars], default=0)
    most = max([bar.value for bar in bars], default=0) or 1
    out = []
    for number, bar in enumerate(bars):
        y = number * row + 6
        long = max(1.5, (width - label - note) * bar.value / most)
        out.append(_text(label - 8, y + 14, bar.label, INK, "end"))
        out.append(_rect(label, y, long, 18, bar.colour))
        out.append(_text(label + long + 6, y + 14, bar.note or f"{bar.value:g}", MUTED))
    return _svg(width, len(bars) * row + 8, out, title)


def column_chart(
    columns: Sequence[tuple[date, Sequence[float]]], *, colours: Sequence[str], width: int, title: str, plot: int = 150
) -> Markup:
    """Stacked columns, one per period: (first day, one value per colour); `plot` is their height in pixels."""
    left, top, foot = 38, 8, 22
    most = max([sum(values) for _, values in columns], default=0) or 1
    step = _nice(most / 3)
    limit = math.ceil(most / step) * step
    slot = (width - left - 8) / max(len(columns), 1)
    out = []
    for k in range(round(limit / step) + 1):
        y = top + plot * (1 - k * step / limit)
        out.append(_line(left, y, width - 8, y, GRID))
        out.append(_text(left - 6, y + 4, f"{k * step:g}", MUTED, "end"))
    every = max(1, math.ceil(len(columns) / (5 if width < 500 else 13)))
    for number, (day, values) in enumerate(columns):
        x, base = left + slot * (number + 0.14), float(top + plot)
        for value, colour in zip(values, colours, strict=True):
            tall = plot * value / limit
            base -= tall
            out.append(_rect(x, base, slot * 0.72, tall, colour, f"{day:%Y-%m-%d}: {value:g}"))
        if number % every == 0:
            out.append(_text(x + slot * 0.36, top + plot + 16, f"{day:%m-%d}", MUTED, "middle"))
    return _svg(width, top + plot + foot, out, title)


def _runs(points: Sequence[SharePoint]) -> list[list[SharePoint]]:
    """Stretches of windows that hold records: the line breaks where a window is empty."""
    runs: list[list[SharePoint]] = [[]]
    for point in points:
        if point.share is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _ticks(points: Sequence[SharePoint], most: int) -> list[date]:
    every = max(1, math.ceil(len(points) / most))
    return [point.day for point in points[::every]]


def _nice(step: float) -> float:
    """The next of 1, 2, 5 × 10^k at or above `step`."""
    power: float = 10.0 ** math.floor(math.log10(step))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= step * 0.999)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _svg(width: int, height: float, parts: Sequence[str], title: str) -> Markup:
    return Markup(  # every part is built below from numbers and escaped text
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, colour: str, anchor: str = "start", *, rim: bool = False) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="12" text-anchor="{anchor}"'
    white = ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if rim else ""
    return f"<text {place}{white}>{escape(text)}</text>"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "none") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-dasharray="{dash}"/>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str, tip: str = "") -> str:
    title = f"<title>{escape(tip)}</title>" if tip else ""
    box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {box} rx="1.5" fill="{colour}">{title}</rect>'
