"""What is inside a backup, by the names of its members, and the sheet that lies on top of the pile.

    moderator.db            SQLCipher's file as it is, still encrypted with its key
    moderator.dump.000001…  or a dump of PostgreSQL in its custom format, in pieces of at most 1 MiB
    keys/NAME               the keys of our own making: of the database, of the audit trail, of evidence, of pushes
    config/NAME             the settings, which hold no secret
    erasures.jsonl          whose words were erased
    manifest.json           the sheet, last, so that it can tell of all that came before it

Logins of the platforms and the pupils' roll are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from moderator.backups import BackupError
from moderator.backups.envelope import AT_ONCE, unseal
from moderator.backups.keys import Identity

FILE, DUMP, MANIFEST, ERASURES = "moderator.db", "moderator.dump.", "manifest.json", "erasures.jsonl"
KEYS, CONFIG = "keys/", "config/"
MOST_BYTES = 16 << 20
"""More than this no member but the database may have."""
Feed = Callable[[bytes], object]


class Manifest(BaseModel):
    """What a backup holds, as it was told when it was made."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1] = 1
    program: str
    school: str
    made_at: datetime
    kind: Literal["sqlcipher", "postgresql"]
    schema_revision: str
    rows: dict[str, int]
    audit_head: str  # number:seal, as the log and the weekly letter tell it; empty before there was a chain
    store_key: str  # the name of the database's key file
    size: int  # of the database, in bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A backup that was read to its end and found whole."""

    path: Path
    manifest: Manifest
    keys: dict[str, bytes]
    config: dict[str, bytes]
    erasures: bytes

    def key(self, name: str) -> str | None:
        content = self.keys.get(name)
        return content.decode().split()[0].lower() if content else None


def nowhere(_piece: bytes) -> None:
    pass


def open_backup(path: Path, identities: Iterable[Identity], feed: Feed = nowhere) -> Opened:
    """Read a whole backup and compare it with its manifest; `feed` gets the database's bytes, which may yet prove false.

    Raises BackupError.
    """
    small: dict[str, bytes] = {}
    digest, size = sha256(), 0

    def take(name: str, content: IO[bytes]) -> None:
        nonlocal size
        if name != FILE and not name.startswith(DUMP):
            small[name] = content.read(MOST_BYTES)
            return
        while piece := content.read(AT_ONCE):
            digest.update(piece)
            size += len(piece)
            feed(piece)

    unseal(path, identities, take)
    manifest = read_manifest(path, small.pop(MANIFEST, b""))
    if (digest.hexdigest(), size) != (manifest.sha256, manifest.size):
        raise BackupError(
            f"{path} holds another database than its manifest says. Nothing was changed. Use another backup."
        )
    return Opened(path, manifest, below(KEYS, small), below(CONFIG, small), small.get(ERASURES, b""))


def read_manifest(path: Path, text: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError:
        raise BackupError(
            f"{path} has no manifest that this version of moderator can read. Nothing was changed. "
            "If a newer version made it, install that one."
        ) from None


def below(folder: str, members: dict[str, bytes]) -> dict[str, bytes]:
    """The members of a folder by their plain names. A name that leads elsewhere is nobody's of ours and left out."""
    named = {name.removeprefix(folder): content for name, content in members.items() if name.startswith(folder)}
    return {name: content for name, content in named.items() if name and name == Path(name).name and name[0] != "."}
