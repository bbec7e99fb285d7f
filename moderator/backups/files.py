"""The backups in a folder, by their names, and which of them are kept. Pure but for looking into the folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

FORM_OF_TIME = "%Y-%m-%dT%H%MZ"
SUFFIX = ".age"
BEFORE = "-before-"
KEEP_UPGRADES = timedelta(days=30)
"""A backup made before an upgrade is the only way back to the version before; after a month nobody goes it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One backup; `made_at` is as its name says, to the minute."""

    path: Path
    made_at: datetime
    before_upgrade: bool = False


def name_for(folder: Path, school: str, made_at: datetime, before: str = "") -> Path:
    """Where a new backup goes: a name that no other has. A second one of the same minute gets a number.

    `before` is the version of the tables that an upgrade is about to bring.
    """
    stem = f"moderator-{school}-{made_at.astimezone(UTC).strftime(FORM_OF_TIME)}{f'{BEFORE}{before}' if before else ''}"
    names = (folder / f"{stem}{f'-{number}' if number > 1 else ''}{SUFFIX}" for number in count(1))
    return next(path for path in names if not path.exists())


def backups_in(folder: Path, school: str) -> list[Kept]:
    """The school's backups, newest first. Raises OSError where the folder is there and cannot be read."""
    form = re.compile(
        rf"moderator-{re.escape(school)}-(?P<at>\d{{4}}-\d\d-\d\dT\d{{4}}Z)(?P<before>{BEFORE}\w+)?(-(?P<number>\d{{1,4}}))?{SUFFIX}"
    )
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if named := form.fullmatch(path.name):
            made_at = datetime.strptime(named["at"], FORM_OF_TIME).replace(tzinfo=UTC)
            found.append((made_at, int(named["number"] or 1), Kept(path, made_at, bool(named["before"]))))
    return [kept for *_, kept in sorted(found, key=lambda each: each[:2], reverse=True)]


def told_last(folder: Path, school: str) -> str:
    """Which backup a person would put back, as a sentence."""
    try:
        found = backups_in(folder, school)
    except OSError:
        found = []
    return f"The last one is {found[0].path}." if found else f"There is none in {folder}."


def to_delete(backups: Sequence[Kept], keep_daily: int, keep_weekly: int) -> list[Kept]:
    """What is kept no longer, oldest last: all but the last of each of the latest days, and of each of the latest weeks.

    `backups` are newest first, and the newest one always stays. Days and weeks without a backup are not counted, so that
    after a long pause the old ones are still there. One made before an upgrade stays for a month, whatever came after it.
    """
    ordinary = [each for each in backups if not each.before_upgrade]
    days = first_of_each(((each.made_at.date(), each) for each in ordinary), max(1, keep_daily))
    weeks = first_of_each(((each.made_at.isocalendar()[:2], each) for each in ordinary), keep_weekly)
    recent = [each for each in backups if each.before_upgrade and backups[0].made_at - each.made_at <= KEEP_UPGRADES]
    kept = {each.path for each in (*days, *weeks, *recent)}
    return [each for each in backups if each.path not in kept]


def first_of_each(named: Iterable[tuple[object, Kept]], most: int) -> list[Kept]:
    """The first backup of each name, for the first `most` names."""
    found: dict[object, Kept] = {}
    for name, each in named:
        found.setdefault(name, each)
    return list(found.values())[:most]
