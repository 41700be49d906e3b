"""What flows inside this room: options in, sources and tables found, batches out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

import pandas as pd

from feedback.settings import IngestSettings

#: One row of a table: its 1-based number as a spreadsheet or editor shows it, and its cells.
Cell = object
Row = tuple[int, list[Cell]]


#: The file of rows set aside; `raw` is a JSON object of the row's own columns: the file, mended, can be taken in.
QUARANTINE_COLUMNS: Final = ("file", "sheet", "row", "reason", "raw")


@dataclass(frozen=True)
class Options:
    """How files are to be understood. `as_of` None: a file's own name or modification time says what "yesterday" is.

    Times later than a day after `now` are noted.
    `mapping` (field → column name) overrules what is found; `salt` keys the author hashes.
    """

    kind: str
    product: str
    channel: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    as_of: datetime | None = None
    now: datetime | None = None
    settings: IngestSettings = field(default_factory=IngestSettings)
    salt: bytes = b""
    chunk: int = 4000


@dataclass(frozen=True)
class Source:
    """A file, a member of an archive, or standard input. `open` may be called more than once."""

    name: str
    suffix: str
    size: int
    modified: datetime
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Quarantined:
    """A row that could not be taken in, and why; `raw` is its content as JSON or text."""

    file: str
    sheet: str | None
    row: int | None
    reason: str
    raw: str


@dataclass
class Tally:
    """Counts that grow while a table is read: masks by type, and notes by name."""

    masked: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Sheet:
    """Raw rows of one sheet or file before anything is understood. `rows` may be called more than once.

    Rows that could not even be cut into cells come as `Quarantined`. `lines` says that the file has no columns;
    `expected` estimates how many rows there are; `headed` says that the first row is surely the header.
    """

    source: Source
    name: str | None
    encoding: str | None
    rows: Callable[[Tally], Iterator[Row | Quarantined]]
    lines: bool = False
    delimiter: str | None = None
    expected: int | None = None
    headed: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet understood: where its header stands (None: no header) and which column is which field.

    `columns` maps a field to the name of its column; `index` to its position. `layout` is "table", "lines", "blocks"
    (interview notes) or "questions" (interview table, one question a column). `other_text` is the unused column that
    comes next as the text.
    """

    sheet: Sheet
    layout: str
    header_row: int | None
    header: tuple[str, ...]
    columns: Mapping[str, str]
    index: Mapping[str, int]
    rating_scale: float = 5.0
    month_first: bool = True
    as_of: datetime | None = None
    as_of_from: str = ""
    date_in_name: datetime | None = None
    notes: tuple[str, ...] = ()
    other_text: str | None = None


@dataclass(frozen=True)
class Batch:
    """Some thousand rows of one table: `frame` has FEEDBACK_COLUMNS, ids may repeat."""

    table: Table
    frame: pd.DataFrame
    quarantined: tuple[Quarantined, ...]
    masked: Counter[str]
    notes: Counter[str]

    @property
    def read(self) -> int:
        """Rows of this batch."""
        return len(self.frame) + len(self.quarantined)
