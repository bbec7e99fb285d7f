"""A folder into which CSV files are put: each row is a comment. A faulty row is set aside with why, and the rest is kept.

A file that was read is moved to done/, its faulty rows as they stood to set-aside/. It is moved only when its rows are
stored, so that after a crash it is read again; the same row is the same comment, however often it is read.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from moderator.errors import Unavailable
from moderator.platforms.byhand.comments import Written, digest_of

COLUMNS = ("id", "platform", "author", "posted_at", "text", "url", "post", "in_reply_to")
NEEDED = ("posted_at", "text")
LARGEST_FILE = 2_000_000  # bytes
MOST_ROWS = 5_000
LONGEST = {"text": 20_000, "url": 500} | dict.fromkeys(
    ("id", "platform", "author", "posted_at", "post", "in_reply_to"), 200
)
LINES_OF_A_ROW = 100
"""Lines that one row may reach over; a quotation mark that is never closed must not swallow the rest of the file."""
SETTLES_AFTER = timedelta(seconds=5)
"""A file that was touched sooner may still be written."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
SCHOOL_TIME = ZoneInfo("Europe/London")
"""By which a time without a zone is meant, as spreadsheets write it."""
_FORMS = ("%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y %H:%M")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class RowRead:
    """One good row."""

    line: int  # where it begins, counted from 1
    native_id: str
    written: Written
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is set aside, or the whole file where `line` is 0."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class DropFile:
    path: Path
    rows: tuple[RowRead, ...]
    bad: tuple[BadRow, ...]

    def put_away(self) -> None:
        """Move it to done/, and write what is wrong with it to set-aside/. Raises Unavailable."""
        try:
            if self.bad:
                _write_bad(_free(self.path.parent / "set-aside", self.path.name), self.bad)
            os.replace(self.path, _free(self.path.parent / "done", self.path.name))
        except OSError as error:
            raise Unavailable(
                f"{self.path.parent} cannot be written to ({error.strerror}). Its files were read, and are read again until they "
                "can be moved; nothing is doubled."
            ) from error


def read_folder(folder: Path, platform: str, now: datetime) -> Iterator[DropFile]:
    """The files that wait, by name. Raises Unavailable where the folder cannot be read."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() == ".csv")
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be read ({error.strerror}). It is looked at again.") from error
    for name in names:
        if (content := _content(folder / name, now)) is not None:
            rows, bad = read_rows(content, platform, now)
            yield DropFile(folder / name, rows, bad)


def _content(path: Path, now: datetime) -> bytes | None:
    """What a file holds, one byte over the limit at most; None for what is no plain file or may still be written."""
    try:
        opened = open(path, "rb", opener=_not_followed)  # noqa: SIM115  Only opening may fail in silence.
    except OSError:  # A link, a folder of that name, or gone since it was listed.
        return None
    with opened as file:
        state = os.fstat(file.fileno())
        age = now - datetime.fromtimestamp(state.st_mtime, UTC)
        if not stat.S_ISREG(state.st_mode) or timedelta(0) <= age < SETTLES_AFTER:
            return None
        return file.read(LARGEST_FILE + 1)


def _not_followed(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def read_rows(content: bytes, platform: str, now: datetime) -> tuple[tuple[RowRead, ...], tuple[BadRow, ...]]:
    """The good and the bad rows of a file; `platform` is what its column of that name must say, where it has one."""
    if len(content) > LARGEST_FILE:
        return (), (BadRow(0, "the file is larger than 2 MB", ""),)
    lines = _decoded(content).splitlines(keepends=True)
    header = [cell.strip().lower() for cell in _cells(lines[0])] if lines else []
    if wrong := _header_fault(header):
        return (), (BadRow(0, wrong, ""),)
    rows: list[RowRead] = []
    bad: list[BadRow] = []
    seen: dict[str, str] = {}
    for line, cells, raw in _records(lines, len(header)):
        if len(rows) + len(bad) >= MOST_ROWS:
            bad.append(BadRow(line, f"the file has more than {MOST_ROWS} rows; put the rest into another file", ""))
            break
        read = _read_row(line, dict(zip(header, cells, strict=True)), platform, now) if cells else _WRONG_COUNT
        if isinstance(read, str):
            bad.append(BadRow(line, read, raw))
        elif seen.setdefault(read.native_id, read.written.text) != read.written.text:
            bad.append(BadRow(line, "its id stands further up already, with other words", raw))
        else:
            rows.append(read)
    return tuple(rows), tuple(bad)


_WRONG_COUNT = "it has more or fewer cells than the first line, or a quotation mark that is never closed"


def _decoded(content: bytes) -> str:
    """UTF-8, or else what Excel writes on a British machine."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _header_fault(header: Sequence[str]) -> str:
    missing = [name for name in NEEDED if name not in header]
    strange = [name for name in header if name not in COLUMNS]
    if missing:
        return f"the first line must name the columns, and {' and '.join(missing)} is not among them"
    if strange or len(set(header)) != len(header):
        return f"the first line may name only these columns, each once: {', '.join(COLUMNS)}"
    return ""


def _records(lines: Sequence[str], width: int) -> Iterator[tuple[int, list[str], str]]:
    """Rows with the line on which each begins; one that does not fit is given alone, without cells, and the next is tried."""
    at = 1
    while at < len(lines):
        size = _lines_of_row(lines, at)
        cells = _cells("".join(lines[at : at + size])) if size else []
        raw = "".join(lines[at : at + (size or 1)])
        if size > 1 and len(cells) != width:
            size, cells, raw = 1, [], lines[at]
        if raw.strip():
            yield at + 1, cells if len(cells) == width else [], raw
        at += size or 1


def _lines_of_row(lines: Sequence[str], at: int) -> int:
    """How many lines until every quotation mark is closed; 0 where that takes too many."""
    marks = 0
    for size, line in enumerate(lines[at : at + LINES_OF_A_ROW], start=1):
        marks += line.count('"')
        if marks % 2 == 0:
            return size
    return 0


def _cells(text: str) -> list[str]:
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return []
    return found[0] if len(found) == 1 else []


def _read_row(line: int, cells: Mapping[str, str], platform: str, now: datetime) -> RowRead | str:
    """The row, or what is wrong with it, without its words."""
    for name, cell in cells.items():
        if len(cell) > LONGEST[name]:
            return f"{name} is longer than {LONGEST[name]} characters"
        if _CONTROL.search(cell):
            return f"{name} holds unprintable characters"
    told = {name: cell.strip() for name, cell in cells.items()}
    if not told["text"]:
        return "text is empty"
    if told.get("platform", platform).lower() not in ("", platform):
        return f"platform is not {platform}"
    url = told.get("url", "")
    if url and not url.startswith("https://"):
        return "url does not begin with https://"
    when = read_time(told["posted_at"])
    if when is None:
        return "posted_at is no time such as 2026-11-22 15:04 or 22/11/2026 15:04"
    if not EARLIEST <= when <= now + timedelta(days=1):
        return "posted_at lies before the year 2000 or in the future"
    author, post = told.get("author", ""), told.get("post", "")
    written = Written(told["text"], author, post, url, told.get("in_reply_to", ""))
    key = told.get("id", "")
    native_id = key or digest_of("row", author, when.isoformat(), post, told["text"])
    return RowRead(line, native_id, written, when)


def read_time(written: str) -> datetime | None:
    """A time as people and spreadsheets write it, by the school's clock where it names no zone; None where it is none."""
    for form in ("", *_FORMS):
        try:
            if form:
                return datetime.strptime(written, form).replace(tzinfo=SCHOOL_TIME).astimezone(UTC)
            when = datetime.fromisoformat(written)
            return (when if when.tzinfo else when.replace(tzinfo=SCHOOL_TIME)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _free(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has yet: yesterday's file of the same name stays."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path, number = folder / name, 2
    while path.exists():
        path, number = folder / f"{Path(name).stem}-{number}.csv", number + 1
    return path


def _write_bad(path: Path, bad: Sequence[BadRow]) -> None:
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    ) as file:
        writer = csv.writer(file)
        writer.writerow(("line", "reason", "row"))
        for each in bad:
            raw = each.raw.rstrip("\r\n")
            # A spreadsheet would carry out a cell that begins like a formula.
            writer.writerow((each.line or "all", each.reason, f"'{raw}" if raw.startswith(_FORMULA) else raw))
