"""Numbers as people write them: 4.6万, 1,234, 五星, ★★★☆☆, 4/5, 0 to 10."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0, "十": 10}
_UNITS: Final = {"万": 1e4, "w": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8, "千": 1e3, "k": 1e3, "m": 1e6}
_COUNT: Final = re.compile(r"^[^\d.+-]{0,6}?([\d,]+(?:\.\d+)?)\s*([万萬wW亿億千kKmM]?)\s*\+?\s*[^\d]{0,4}$")
_NONE: Final = frozenset(
    (
        "",
        "赞",
        "点赞",
        "评论",
        "转发",
        "分享",
        "回复",
        "喜欢",
        "收藏",
        "-",
        "--",
        "—",
        "无",
        "none",
        "null",
        "nan",
        "n/a",
    )
)
_WORDS: Final = {
    "好评": 5.0, "中评": 3.0, "差评": 1.0, "力荐": 5.0, "推荐": 4.0, "还行": 3.0, "较差": 2.0, "很差": 1.0,
    "非常满意": 5.0, "很满意": 5.0, "满意": 4.0, "比较满意": 4.0, "一般": 3.0,
    "不满意": 2.0, "非常不满意": 1.0, "很不满意": 1.0,
    "超棒": 5.0, "超赞": 5.0, "excellent": 5.0, "good": 4.0, "average": 3.0, "poor": 2.0, "bad": 1.0, "terrible": 1.0,
}  # fmt: skip
_OF: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:/|out\s*of|of)\s*(\d+(?:\.\d+)?)")
_STAR: Final = re.compile(r"(?:all)?stars?[-_ ]?(\d+)|(\d+(?:\.\d+)?)\s*(?:星|颗星|stars?|分|点)")
_CHINESE: Final = re.compile(r"^([零一二两三四五六七八九十])(点半|星半|点五)?(?:颗)?(?:星|分)?(?:半)?(?:好评|级)?$")


@lru_cache(maxsize=4096)
def count(value: object) -> int | None:
    """A count of likes and the like: "4.6万" is 46000; "赞" (the button, no number) is 0; None when it is no count."""
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if text.lower() in _NONE:
        return 0
    match = _COUNT.match(text)
    if match is None:
        return None
    number = float(match[1].replace(",", "") or "nan")
    number *= _UNITS.get(match[2].lower(), 1)
    return round(number) if 0 <= number < 1e15 else None


@lru_cache(maxsize=4096)
def rating(value: object) -> tuple[float, float | None] | None:
    """(stars, scale) of a rating as written; the scale is None where the value does not tell it; None: no rating."""
    text = unicodedata.normalize("NFKC", str(value)).strip().lower()
    if not text or text in _NONE or len(text) > 40:
        return None
    if text in _WORDS:
        return _WORDS[text], 5.0
    full, empty, half = text.count("★") + text.count("⭐") + text.count("🌟"), text.count("☆"), text.count("½")
    if full or empty:
        return full + 0.5 * half, float(max(full + empty, 5) if full + empty <= 5 else full + empty)
    if match := _OF.search(text):
        return float(match[1]), float(match[2])
    if match := _STAR.search(text):
        number = float(match[1] or match[2])
        if match[1] and number > 5:  # allstar40 is four stars
            number /= 10
        return number, 5.0 if "星" in text or match[1] else None
    if match := _CHINESE.match(text):
        half_more = 0.5 if "半" in text or "点五" in text else 0.0
        return _DIGITS[match[1]] + half_more, 5.0 if "星" in text else None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return (number, None) if 0 <= number <= 1000 else None


def stars(value: object, scale: float) -> float | None:
    """A rating on 1..5: `scale` is what the column's own full mark is (5, 10 or 100). None when unknown or outside."""
    parsed = rating(value)
    if parsed is None:
        return None
    number, own = parsed
    full = own or scale
    if not full > 0:
        return None
    result = number if full == 5 else number * 5 / full
    if not 0 < result <= 5:
        return None
    return max(1.0, round(result, 2))


def scale_of(values: list[object]) -> float:
    """The full mark of a rating column from a sample: 5, 10 or 100. One slip in twenty does not change the scale."""
    numbers = sorted(parsed[0] for value in values if (parsed := rating(value)) is not None and parsed[1] is None)
    top = numbers[(len(numbers) - 1) * 19 // 20] if numbers else 5.0
    return 5.0 if top <= 5 else 10.0 if top <= 10 else 100.0


def nps(value: object) -> int | None:
    """A 0..10 score ("9分", "10/10"); None when it is none."""
    parsed = rating(value) or (0.0, None) if str(value).strip() in ("0", "0.0") else rating(value)
    if parsed is None:
        return None
    number = parsed[0]
    return int(number) if number == int(number) and 0 <= number <= 10 else None


#: A footer of sums: its label alone in a cell ("合计", "共 23 条"), every other filled cell a number.
_SUM: Final = re.compile(
    r"(?:合计|总计|小计|共计|总数|总条数|汇总|grand total|total|sum)\s*[:：]?\s*(?:\d[\d,.]*\s*[条行个份]?)?"
    r"|共\s?\d[\d,]*\s?[条行]",
    re.I,
)
_PLAIN: Final = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?\s*[%条行个份分]?")


def is_sum(texts: list[str]) -> bool:
    """Whether the filled cells of a row are a label of sums and numbers; a label without a number is someone's word."""
    label = next((text for text in texts[:2] if len(text) <= 30 and _SUM.fullmatch(text)), None)
    if label is None:
        return False
    others = [text for text in texts if text != label]
    return bool(others or re.search(r"\d", label)) and all(_PLAIN.fullmatch(text) for text in others)
