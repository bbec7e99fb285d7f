"""Make a backup: copy, look through, encrypt, keep. What fails on the way leaves no file, and never costs an older one."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from moderator.backups import BackupError
from moderator.backups.contents import CONFIG, DUMP, ERASURES, FILE, KEYS, MANIFEST, MOST_BYTES, Manifest
from moderator.backups.envelope import AT_ONCE, seal
from moderator.backups.files import Kept, backups_in, name_for, to_delete
from moderator.backups.look import Seen, look
from moderator.backups.postgres import dumped
from moderator.backups.scratch import scratch
from moderator.backups.sqlcipher import opened
from moderator.errors import ConfigError
from moderator.settings import Settings
from moderator.settings.private_files import give_to_owner_of, make_folder, settle
from moderator.store.copying import copy_file
from moderator.store.database import Database
from moderator.store.whole import snapshot

Member = tuple[str, int, Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is there now."""

    path: Path
    size: int  # in bytes
    manifest: Manifest


def make_backup(settings: Settings, database: Database, folder: Path, now: datetime, before: str = "") -> Made:
    """One encrypted file in `folder`, of the database as it is now; others may go on reading and writing.

    `before` is the version of the tables that an upgrade is about to bring; it stands in the name.

    Raises ConfigError where nobody is named who could open it, BackupError and StoreError.
    """
    refuse_without_recipient(settings)
    told: list[Manifest] = []
    with scratch(settings.state_dir) as private:
        try:
            make_folder(folder)
            target = name_for(folder, settings.school.id, now, before)
            size = write_whole(target, members(settings, database, private, now, told), settings.backup.recipients)
        except OSError as error:
            raise BackupError(
                f"No backup can be written to {folder}: {error.strerror}. Nothing was kept of it."
            ) from error
    return Made(target, size, told[0])


def refuse_without_recipient(settings: Settings) -> None:
    if not settings.backup.on:
        raise ConfigError(
            "config/moderator.toml, backup.recipients: nobody is named who could open a backup. Make a key with: "
            "moderator backup --new-key FILE"
        )


def write_whole(target: Path, what: Iterable[Member], recipients: Iterable[str]) -> int:
    """The file under its name once all of it is on the disk, and not before; returns its size. Raises OSError too."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            seal(file, what, recipients)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        give_to_owner_of(target.parent, part)
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    settle(target.parent)
    return size


def members(
    settings: Settings, database: Database, private: Path, now: datetime, told: list[Manifest]
) -> Iterator[Member]:
    """All that goes into the backup, in order; the manifest is put into `told` too."""
    digest = Digest()
    if database.file is not None:
        seen = yield from from_file(settings, database, private / FILE, digest)
    else:
        seen = yield from from_server(database, digest)
    for name, content in small_members(settings):
        yield name, len(content), [content]
    manifest = Manifest(
        program=f"moderator {version('moderator')}",
        school=settings.school.id,
        made_at=now,
        kind="sqlcipher" if database.file is not None else "postgresql",
        schema_revision=seen.revision,
        rows=seen.rows,
        audit_head=seen.audit_head,
        store_key=settings.backup.store_key,
        size=digest.size,
        sha256=digest.hash.hexdigest(),
    )
    told.append(manifest)
    sheet = manifest.model_dump_json(indent=2).encode()
    yield MANIFEST, len(sheet), [sheet]


class Digest:
    """What went by, by size and SHA-256."""

    def __init__(self) -> None:
        self.hash, self.size = sha256(), 0

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.hash.update(piece)
            self.size += len(piece)
            yield piece


def from_file(settings: Settings, database: Database, copy: Path, digest: Digest) -> Generator[Member, None, Seen]:
    copy_file(database, copy)
    with opened(copy, settings.store_key, settings.audit_key, settings.school.id) as copied, copied.reading() as tx:
        seen = look(tx)
    with copy.open("rb") as file:
        yield FILE, copy.stat().st_size, digest.of(iter(lambda: file.read(AT_ONCE), b""))
    return seen


def from_server(database: Database, digest: Digest) -> Generator[Member, None, Seen]:
    with database.reading() as tx:
        seen = look(tx)
        # The dump is of the very moment that was looked at, whatever is written meanwhile.
        for number, piece in enumerate(digest.of(dumped(database, snapshot(tx))), start=1):
            yield f"{DUMP}{number:06}", len(piece), [piece]
    return seen


def small_members(settings: Settings) -> Iterator[tuple[str, bytes]]:
    for name, content in settings.backup.keys().items():
        yield f"{KEYS}{name}", content
    config = settings.policy_path.parent
    for path in sorted((*config.glob("*.toml"), *config.glob("*.json"))):
        with suppress(OSError):
            if path.stat().st_size <= MOST_BYTES:
                yield f"{CONFIG}{path.name}", path.read_bytes()
    with suppress(FileNotFoundError):
        yield ERASURES, (settings.state_dir / ERASURES).read_bytes()


def prune(settings: Settings) -> list[Kept]:
    """Delete what is kept no longer from the school's own folder, and tell what that was. Raises BackupError."""
    backup = settings.backup
    try:
        old = to_delete(backups_in(backup.folder, settings.school.id), backup.keep_daily, backup.keep_weekly)
        for each in old:
            each.path.unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"Old backups in {backup.folder} cannot be deleted: {error.strerror}.") from error
    return old
