"""The judges that come with the package, and which of them is asked. Light: nothing heavy is loaded to choose."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from feedback.errors import UsageError

FAST: Final = Path(__file__).parent / "fast.npz"
#: The fast model with a net beside it, and a calibration of its own.
CAREFUL: Final = Path(__file__).parent / "careful.npz"
#: The judges by name, and from how many texts on the fast one is the default.
JUDGES: Final = {"fast": FAST, "careful": CAREFUL}
LARGE: Final = 20_000


def choose(wanted: str | None, own: Path | None, count: int, before: str | None = None) -> tuple[str, Path]:
    """Name and file of the judge: the one `wanted`, else one's `own` model, else that which judged `before`, else
    by the `count` of texts. Raises UsageError, naming the valid choices.
    """
    if wanted is None and own is not None:
        return own.stem, own
    name = wanted or (before if before in JUDGES else None) or ("fast" if count >= LARGE else "careful")
    if name not in JUDGES:
        raise UsageError(f"--judge {name}: no such judge", hint=f"valid: {', '.join(JUDGES)}")
    return name, JUDGES[name]
