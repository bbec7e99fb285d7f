"""The school as its own files describe it: school.json and pupils.csv.

Nothing of a pupil's row is repeated in a message: rows are told by number, cells by column.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from moderator.domain import Pupil, School
from moderator.settings.faults import Fault, FaultyFiles, nearest, shape_faults
from moderator.settings.forms import Id

COLUMNS = ("first_name", "last_name", "known_as", "class", "photo_consent")
_NEEDED = ("first_name", "last_name")
_CONSENT = {"yes": True, "no": False, "": None}
_LONGEST_CELL = 80
_TOLD_ROWS = 20
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


class SchoolFile(BaseModel):
    """school.json. Whatever else it holds is the school's own business."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    id: Id | None = None
    name: str = Field(min_length=1, examples=["Valewood Primary"])
    official_accounts: dict[str, str] = Field(default_factory=dict)
    allowed_accounts: list[str] = Field(default_factory=list)
    staff: list[str] = Field(default_factory=list)
    public_figures: list[str] = Field(default_factory=list)
    classes: list[str] = Field(default_factory=list)


def read_school(folder: Path) -> tuple[School, tuple[Pupil, ...]]:
    """The school in `folder`/school.json and its roll in `folder`/pupils.csv. Raises ConfigError."""
    return read_school_file(folder / "school.json"), read_pupils(folder / "pupils.csv")


def read_school_file(path: Path, school_id: str = "school") -> School:
    """A school.json; `school_id` where it names none. Raises ConfigError with everything that is wrong with it."""
    try:
        read = json.loads(_text(path))
        held = SchoolFile.model_validate(read)
    except json.JSONDecodeError as error:
        raise FaultyFiles([Fault(path, f"is not valid JSON: {error.msg}", (), error.lineno, error.colno)]) from None
    except ValidationError as error:
        raise FaultyFiles(shape_faults(error, SchoolFile, path, {})) from error
    meant = {key: nearest(key, SchoolFile.model_fields) for key in read if key not in SchoolFile.model_fields}
    if typos := [Fault(path, f"unknown key; did you mean {word}?", (key,)) for key, word in meant.items() if word]:
        raise FaultyFiles(typos)
    return School(
        id=held.id or school_id,
        name=held.name,
        official_accounts=held.official_accounts,
        allowed_accounts=tuple(held.allowed_accounts),
        staff=tuple(held.staff),
        public_figures=tuple(held.public_figures),
        classes=tuple(held.classes),
    )


def read_pupils(path: Path) -> tuple[Pupil, ...]:
    """The rows of a pupils.csv: first_name,last_name,known_as,class,photo_consent (yes, no or empty).

    The columns may stand in any order and all but the first two may be missing. A column that matching does not need is
    refused: what is not held cannot leak. Raises ConfigError with every bad row by its number, counted as a spreadsheet
    counts them, the header being row 1.
    """
    try:
        rows = list(csv.reader(io.StringIO(_text(path), newline=""), strict=True))
    except csv.Error as error:
        raise FaultyFiles([Fault(path, f"is not a CSV file: {error}")]) from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    if faults := _header_faults(path, header):
        raise FaultyFiles(faults)
    pupils, faults = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        wrong = _row_fault(header, row)
        if wrong:
            faults.append(Fault(path, f"row {number}: {wrong}"))
        else:
            pupils.append(_pupil(dict(zip(header, (cell.strip() for cell in row), strict=True))))
    if len(faults) > _TOLD_ROWS:
        more = len(faults) - _TOLD_ROWS
        faults = [*faults[:_TOLD_ROWS], Fault(path, f"and {more} more rows like these")]
    if faults:
        raise FaultyFiles(faults)
    return tuple(pupils)


def _header_faults(path: Path, header: Sequence[str]) -> list[Fault]:
    faults = []
    for column in header:
        if column in COLUMNS:
            continue
        meant = nearest(column, [name for name in COLUMNS if name not in header])
        hint = f"did you mean {meant}?" if meant else "delete it, so that it is not held here"
        faults.append(Fault(path, f'column "{column}" is not one of {", ".join(COLUMNS)}; {hint}', line=1))
    faults += [Fault(path, f"column {name} is missing", line=1) for name in _NEEDED if name not in header]
    faults += [
        Fault(path, f"column {name} stands there twice", line=1)
        for name in dict.fromkeys(header)
        if header.count(name) > 1
    ]
    return faults


def _row_fault(header: Sequence[str], row: Sequence[str]) -> str:
    """What is wrong with a row, without its words; "" if nothing is."""
    if len(row) != len(header):
        return f"has {len(row)} cells where the header has {len(header)}"
    cells = dict(zip(header, row, strict=True))
    if not cells["first_name"].strip():
        return "first_name is empty"
    if cells.get("photo_consent", "").strip().lower() not in _CONSENT:
        return "photo_consent must be yes, no or empty"
    for column, cell in cells.items():
        if len(cell) > _LONGEST_CELL:
            return f"{column} is longer than {_LONGEST_CELL} characters"
        if _UNPRINTABLE.search(cell):
            return f"{column} holds a line break or another unprintable character"
    return ""


def _pupil(cells: dict[str, str]) -> Pupil:
    return Pupil(
        first_name=cells["first_name"],
        last_name=cells["last_name"],
        known_as=cells.get("known_as", ""),
        class_name=cells.get("class", ""),
        photo_consent=_CONSENT[cells.get("photo_consent", "").lower()],
    )


def _text(path: Path) -> str:
    try:
        # A spreadsheet that saves "CSV UTF-8" puts a byte order mark in front.
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FaultyFiles([Fault(path, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError:
        raise FaultyFiles([Fault(path, "is not UTF-8 text. Save it again with the encoding UTF-8")]) from None
