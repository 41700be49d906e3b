"""The smallest xlsb workbook: no library writes them, so the records are written here (MS-XLSB 2.1)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Sequence


def _number(value: int) -> bytes:
    out = b""
    while True:
        value, low = value >> 7, value & 0x7F
        out += bytes([low | (0x80 if value else 0)])
        if not value:
            return out


def _record(kind: int, data: bytes = b"") -> bytes:
    name = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return name + _number(len(data)) + data


def _text(text: str) -> bytes:
    wide = text.encode("utf-16-le")
    return struct.pack("<I", len(wide) // 2) + wide


def sheet(cells: Iterable[tuple[int, int, str | float]]) -> bytes:
    """A worksheet part with these (row, column, value), both from 0 and rising."""
    out = [_record(129), _record(148, struct.pack("<4I", 0, 0, 0, 0)), _record(145)]
    at = -1
    for row, column, value in cells:
        if row != at:
            at = row
            out.append(_record(0, struct.pack("<IIHHBI", row, 0, 0, 0, 0, 0)))
        head = struct.pack("<II", column, 0)
        if isinstance(value, str):
            out.append(_record(6, head + _text(value)))
        else:
            out.append(_record(5, head + struct.pack("<d", value)))
    return b"".join([*out, _record(146), _record(130)])


def workbook(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook of one sheet."""
    return packed(name, sheet((r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)))


def packed(name: str, part: bytes) -> bytes:
    """A workbook around one worksheet part."""
    types = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    book = b"".join([
        _record(131), _record(143), _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(name)),
        _record(144), _record(132),
    ])  # fmt: skip
    schema = "http://schemas.openxmlformats.org"
    stream = io.BytesIO()
    relation = (
        f'<Relationship Id="rId1" Type="{schema}/officeDocument/2006/relationships/worksheet"'
        ' Target="worksheets/sheet1.bin"/>'
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{schema}/package/2006/content-types">'
        f'<Default Extension="bin" ContentType="{types}"/></Types>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{schema}/package/2006/relationships">{relation}'
        "</Relationships>",
        "xl/workbook.bin": book,
        "xl/worksheets/sheet1.bin": part,
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in parts.items():
            archive.writestr(member, content)
    return stream.getvalue()
