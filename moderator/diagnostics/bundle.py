"""The archive: a few text files, made in memory, each looked through for what must not be in it before it is packed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from moderator.backups.look import look
from moderator.checkup import Line
from moderator.diagnostics.redact import clean, parts_to_remove, redacted_settings
from moderator.settings import Settings
from moderator.settings.main_form import MainForm
from moderator.store import users
from moderator.store.database import Database

LOG_LINES = 500
ABOUT = """moderator: diagnostics for support, made {now:%Y-%m-%d %H:%M} UTC.

versions.json   the program and its libraries
settings.json   numbers, switches and choices; of everything else only whether it is set
check.json      what `moderator check` says
rows.json       how many rows each table has, and the version of the tables
log.txt         the last lines of the log, where they were at hand

No password, key, token, name, handle, address or comment is in it. Look through it before you send it: it is plain text.
"""


def files_of(
    settings: Settings,
    form: MainForm,
    database: Database,
    lines: Sequence[Line],
    versions: Mapping[str, str],
    log: Iterable[str],
    now: datetime,
) -> dict[str, str]:
    """Raises StoreError, and BackupError where the audit trail was changed."""
    with database.reading() as tx:
        seen, people = look(tx), users.people(tx, settings.people)
    parts = parts_to_remove(settings, form) | set(people.roles)
    checked = [
        {"what": line.what, "level": line.level.value, "detail": line.detail, "remedy": line.remedy} for line in lines
    ]
    files = {
        "about.txt": ABOUT.format(now=now),
        "versions.json": packed(dict(sorted(versions.items()))),
        "settings.json": packed(redacted_settings(form)),
        "check.json": packed(checked),
        "rows.json": packed({"revision": seen.revision, "rows": seen.rows}),
        "log.txt": "".join(f"{line.rstrip()}\n" for line in list(log)[-LOG_LINES:]),
    }
    return {name: clean(text, parts) for name, text in files.items()}


def packed(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n"


def zipped(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()
