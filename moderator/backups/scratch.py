"""A private folder for what is under way: nobody else's to read, gone at the end, and swept up where a crash left one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moderator.backups import BackupError
from moderator.settings.private_files import give_to_owner_of, make_folder

PREFIX, LOCK = ".backup-", "backup.lock"


@contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """One backup or upgrade at a time: whoever comes second waits. Raises BackupError where the folder is not ours."""
    try:
        make_folder(state_dir)
        lock = os.open(state_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        give_to_owner_of(state_dir, state_dir / LOCK)
    except OSError as error:
        raise BackupError(
            f"{state_dir} cannot be written to: {error.strerror}. Run this as root or as the user that moderator runs as."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def scratch(state_dir: Path) -> Iterator[Path]:
    """An empty folder below `state_dir`, for its owner alone. What a crash left of another is deleted first."""
    with alone(state_dir):
        for left in state_dir.glob(f"{PREFIX}*/"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=state_dir))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
