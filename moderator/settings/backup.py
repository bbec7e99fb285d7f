"""Where backups go, whom they are encrypted for and how many are kept: the [backup] table. Off while nobody is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pyrage
from pydantic import Field

from moderator.settings.credentials import held_at, read_private_bytes
from moderator.settings.documents import Document, resolved
from moderator.settings.faults import Fault
from moderator.settings.forms import Form

Recipient = Annotated[str, Field(pattern=r"^age1[a-z0-9]{50,}$")]


class BackupForm(Form):
    recipients: list[Recipient] = Field(
        default_factory=list, description="the public half of a key, which begins with age1"
    )
    folder: str = ""
    keep_daily: int = Field(default=7, ge=1, le=366)
    keep_weekly: int = Field(default=5, ge=0, le=260)


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """How the school's backups are made; off while `recipients` is empty."""

    recipients: tuple[str, ...]
    folder: Path
    keep_daily: int
    keep_weekly: int
    store_key: str = "store.key"  # the name of the database's key file
    key_files: Mapping[str, Path] = field(default_factory=dict)  # of our own making and there, by name

    @property
    def on(self) -> bool:
        return bool(self.recipients)

    def keys(self) -> dict[str, bytes]:
        """What the key files hold. Raises ConfigError where one cannot be read, or can be read by others."""
        return {name: read_private_bytes(path) for name, path in self.key_files.items()}


def read_backup(
    document: Document, form: BackupForm, config_dir: Path, state_dir: Path, faults: list[Fault]
) -> BackupSettings:
    """The table without the keys, which may still have to be made; what is wrong with it is added to `faults`."""
    for number, recipient in enumerate(form.recipients, start=1):
        if not is_recipient(recipient):
            what = f"key {number} of the list is misspelt; copy it again as moderator backup --new-key printed it"
            faults.append(document.fault(("backup", "recipients"), what))
    folder = resolved(config_dir, form.folder) if form.folder else state_dir / "backups"
    return BackupSettings(tuple(form.recipients), folder, form.keep_daily, form.keep_weekly)


def is_recipient(text: str) -> bool:
    """Whether this is the public half of an age key."""
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def key_files(names: tuple[str, ...], folder: Path, state_dir: Path) -> dict[str, Path]:
    """Where each key lies that there is."""
    places = {name: held_at(folder, state_dir, name) for name in names}
    return {name: path for name, path in places.items() if path.exists()}
