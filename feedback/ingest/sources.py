"""Paths into sources: files, folders, archives and standard input. Nothing is ever unpacked to disk."""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from feedback.errors import UnreadableFile
from feedback.ingest.messages import Skipped
from feedback.ingest.model import Source

SUFFIXES: Final = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods",
                   ".docx", ".md")  # fmt: skip
#: Archives: how many members, how many bytes unpacked, and the ratio above which an archive is called a bomb.
MAX_MEMBERS: Final = 1000
MAX_UNPACKED: Final = 2 * 1024**3
MAX_RATIO: Final = 200
SMALL: Final = 64 * 1024**2


def find(paths: Iterable[Path], now: datetime) -> tuple[list[Source], list[Skipped]]:
    """The sources behind `paths`, in order of name inside a folder or archive, and what was left out and why.

    `now` is the time of standard input, which has no time of modification.

    Raises UnreadableFile for a path that does not exist, a folder without usable files, a file that is empty, an
    archive that is damaged, locked or a bomb. In a folder, or as one of several paths, an unusable file is left out
    instead, unless none can be used.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    paths = list(paths)
    first: UnreadableFile | None = None
    for path in paths:
        if str(path) == "-":
            sources.append(_stdin(now))
        elif path.is_dir() or path.is_file():
            try:
                sources += _folder(path, skipped) if path.is_dir() else _file(path, skipped)
            except UnreadableFile as error:
                if len(paths) == 1:
                    raise
                first = first or error
                skipped.append(Skipped("", str(error)))
        elif path.exists():
            raise UnreadableFile(f"{path}: not a plain file", hint="give a file, a folder, or - for standard input")
        else:
            raise UnreadableFile(f"{path}: no such file or folder", hint="check the path")
    if not sources and first is not None:
        raise first
    return sources, skipped


def _folder(path: Path, skipped: list[Skipped]) -> list[Source]:
    found: list[Source] = []
    first: UnreadableFile | None = None
    for file in sorted(path.rglob("*")):
        relative = file.relative_to(path)
        if not file.is_file() or any(part.startswith((".", "~$")) for part in relative.parts):
            continue
        if file.suffix.lower() in (*SUFFIXES, ".gz", ".zip"):
            try:
                found += _file(file, skipped)
            except UnreadableFile as error:
                first = first or error
                skipped.append(Skipped("", str(error)))
        else:
            skipped.append(Skipped(str(file), "skip_format", file.suffix or "–"))
    if not found and first is not None:
        raise first
    if not found:
        raise UnreadableFile(f"{path}: no readable files in this folder", hint=f"known formats: {_known()}")
    return found


def _file(path: Path, skipped: list[Skipped]) -> list[Source]:
    stat = path.stat()
    if stat.st_size == 0:
        raise UnreadableFile(f"{path}: the file is empty", hint="export it again")
    modified = datetime.fromtimestamp(stat.st_mtime, UTC)
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _archive(str(path), partial(zipfile.ZipFile, path), modified, skipped)
    if suffix == ".gz":
        inner = Path(path.stem).suffix.lower() or ".txt"
        return [Source(str(path), inner, stat.st_size, modified, lambda: _gzip(path, stat.st_size))]
    return [Source(str(path), suffix, stat.st_size, modified, lambda: path.open("rb"))]


def _gzip(path: Path, size: int) -> BinaryIO:
    limit = max(SMALL, size * MAX_RATIO)
    return cast(BinaryIO, io.BufferedReader(_Bounded(cast(BinaryIO, gzip.open(path)), limit, str(path))))


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes."""

    def __init__(self, stream: BinaryIO, limit: int, name: str) -> None:
        self._stream, self._left, self._name = stream, limit, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        try:
            data = self._stream.read(len(view))
        except (OSError, EOFError, zipfile.BadZipFile, ValueError) as error:
            raise UnreadableFile(f"{self._name}: damaged: {error}", hint="fetch or pack the file again") from None
        except Exception as error:  # zlib.error is not public in every build
            raise UnreadableFile(f"{self._name}: damaged: {error}", hint="fetch or pack the file again") from None
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableFile(f"{self._name}: unpacks to far more than it should", hint="is it a zip bomb?")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive (also a workbook, which is one) that would unpack to far more than it should."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if (
        len(members) > 20 * MAX_MEMBERS
        or unpacked > MAX_UNPACKED
        or (unpacked > SMALL and unpacked > MAX_RATIO * packed)
    ):
        raise UnreadableFile(
            f"{name}: {len(members)} members that unpack to {unpacked // 1024**2} MB from {packed // 1024} kB",
            hint="this looks like a zip bomb; unpack it yourself if you trust it",
        )


#: An archive that can be opened again and again: a zip file, or a zip within one.
_Open = Callable[[], zipfile.ZipFile]


def _archive(
    path: str, open_zip: _Open, modified: datetime, skipped: list[Skipped], *, nested: bool = False
) -> list[Source]:
    """The files of a zip, and of the zips in it; deeper ones are left out."""
    try:
        with open_zip() as archive:
            check_archive(archive, path)
            members = sorted(archive.infolist(), key=_member_name)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise UnreadableFile(f"{path}: not a readable zip: {error}", hint="pack or download it again") from None
    found: list[Source] = []
    before = len(skipped)
    for member in members:
        name = _member_name(member)
        pure = PurePosixPath(name.replace("\\", "/"))
        suffix = pure.suffix.lower()
        if member.is_dir() or "__MACOSX" in pure.parts or pure.name.startswith((".", "~$")):
            continue
        if pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0]:
            skipped.append(Skipped(path, "skip_outside", repr(name)))
        elif member.flag_bits & 1:
            raise UnreadableFile(f"{path}: {name}: the archive has a password", hint="unpack it first")
        elif suffix == ".zip" and nested:
            skipped.append(Skipped(path, "skip_deep", name))
        elif suffix not in (*SUFFIXES, ".zip"):
            skipped.append(Skipped(path, "skip_format", name))
        elif member.file_size == 0:
            skipped.append(Skipped(path, "skip_empty", name))
        elif suffix == ".zip":
            inner = partial(_inner, f"{path}!{name}", open_zip, member)
            found += _archive(f"{path}!{name}", inner, modified, skipped, nested=True)
        else:
            opener = partial(_member, path, open_zip, member, name)
            found.append(Source(f"{path}!{name}", suffix, member.file_size, modified, opener))
        if len(found) > MAX_MEMBERS:
            raise UnreadableFile(f"{path}: more than {MAX_MEMBERS} files", hint="unpack it into folders")
    if not found and nested and len(skipped) == before:
        skipped.append(Skipped(path, "skip_nothing"))
    elif not found and not nested:
        why = f": {skipped[-1].words('en')}" if len(skipped) > before else ""
        raise UnreadableFile(f"{path}: no readable files in this archive{why}", hint=f"known formats: {_known()}")
    return found


def _inner(path: str, open_zip: _Open, member: zipfile.ZipInfo) -> zipfile.ZipFile:
    """A zip within a zip, held in memory."""
    if member.file_size > SMALL:
        raise UnreadableFile(f"{path}: larger than {SMALL // 1024**2} MB within an archive", hint="unpack it first")
    with open_zip() as archive:
        return zipfile.ZipFile(io.BytesIO(archive.read(member)))


def _member(path: str, open_zip: _Open, member: zipfile.ZipInfo, name: str) -> BinaryIO:
    archive = open_zip()
    try:
        stream = cast(BinaryIO, archive.open(member))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise UnreadableFile(f"{path}: {name}: damaged: {error}", hint="pack the archive again") from None
    return cast(BinaryIO, io.BufferedReader(_Bounded(stream, member.file_size + 1, f"{path}: {name}")))


def _member_name(member: zipfile.ZipInfo) -> str:
    """The member's name; Chinese Windows writes GBK without saying so, which zipfile reads as cp437."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _stdin(now: datetime) -> Source:
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the source
    while chunk := sys.stdin.buffer.read(1 << 20):
        spool.write(chunk)
    size = spool.tell()
    if size == 0:
        raise UnreadableFile("-: nothing on standard input", hint="pipe a file in")
    number = spool.fileno()

    def opener() -> BinaryIO:
        spool.seek(0)
        return open(number, "rb", closefd=False)

    return Source("-", _guess_suffix(spool.fileno()), size, now, opener)


def _guess_suffix(number: int) -> str:
    with open(number, "rb", closefd=False) as stream:
        stream.seek(0)
        head = stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if head.startswith(b"PK"):
        return ".xlsx"
    return ".jsonl" if head.startswith(b"{") else ".json" if head.startswith(b"[") else ".csv"


def _known() -> str:
    return ", ".join((*SUFFIXES, ".gz", ".zip"))
