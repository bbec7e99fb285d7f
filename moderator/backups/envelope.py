"""One file of the age format around a tar: members go in as they come, and come out as they were or not at all.

A stream on both sides: what is sealed may be larger than the memory, and is never on the disk in the clear. age binds every
64 KiB to a key and its place, so a changed or cut file is found out at that place.
"""

from __future__ import annotations

import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import pyrage

from moderator.backups import BackupError
from moderator.backups.keys import Identity

Take = Callable[[str, IO[bytes]], None]
"""Gets each member by its name, in order, with what it holds."""
AT_ONCE = 1 << 20


def seal(target: IO[bytes], members: Iterable[tuple[str, int, Iterable[bytes]]], recipients: Iterable[str]) -> None:
    """Write members, each with its name, size and content in pieces, encrypted for all recipients. Raises BackupError."""
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    pieces = Pieces(tar(members))
    try:
        pyrage.encrypt_io(io.BufferedReader(pieces, AT_ONCE), target, keys)
    except (pyrage.EncryptError, OSError) as error:
        # What went wrong with a member is told as itself.
        raise pieces.failed or BackupError(f"The backup cannot be written: {error}. Nothing was kept of it.") from error


class Pieces(io.RawIOBase):
    """A file to read from, made of pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")
        self.failed: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        try:
            while not self._rest:
                self._rest = memoryview(next(self._pieces))
        except StopIteration:
            return 0
        except Exception as error:
            self.failed = error
            raise
        size = min(len(into), len(self._rest))
        into[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def tar(members: Iterable[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """The members as `tar` reads them: a header, the content filled up to whole blocks, and two empty blocks at the end."""
    for name, size, content in members:
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        yield header.tobuf(tarfile.PAX_FORMAT)
        yield from content
        yield bytes(-size % tarfile.BLOCKSIZE)
    yield bytes(2 * tarfile.BLOCKSIZE)


def unseal(path: Path, identities: Iterable[Identity], take: Take) -> None:
    """Hand every member of a sealed file to `take`. Raises BackupError: what was taken before then is worth nothing."""
    reading, writing = os.pipe()
    failed: list[Exception] = []
    decrypting = threading.Thread(target=decrypt, args=(path, list(identities), writing, failed), daemon=True)
    decrypting.start()
    whole = False
    try:
        with os.fdopen(reading, "rb") as stream:
            whole = hand_out(stream, take)
    except tarfile.TarError:
        pass  # It is cut short or was changed: what age says of it comes first.
    finally:
        decrypting.join()
    if failed:
        raise told(path, failed[0]) from failed[0]
    if not whole:
        raise BackupError(f"{path} opens, but does not hold a backup of moderator's. Use another file.")


def hand_out(stream: IO[bytes], take: Take) -> bool:
    """Whether there were members at all. The stream is read to its end: only there age says that nothing is missing."""
    found = False
    with tarfile.open(fileobj=stream, mode="r|") as members:
        for member in members:
            content = members.extractfile(member)
            if content is not None:
                take(member.name, content)
                found = True
    while stream.read(AT_ONCE):
        pass
    return found


def decrypt(path: Path, identities: list[Identity], writing: int, failed: list[Exception]) -> None:
    """Run in a thread of its own; what goes wrong is put into `failed`."""
    try:
        with os.fdopen(writing, "wb") as target, path.open("rb") as sealed:
            pyrage.decrypt_io(sealed, target, identities)
    except Exception as error:  # noqa: BLE001  Handed to the thread that waits for it, which tells it.
        failed.append(error)


def told(path: Path, error: Exception) -> BackupError:
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return BackupError(f"{path} cannot be read: {error.strerror}.")
    if isinstance(error, pyrage.DecryptError):
        return BackupError(
            f"{path} cannot be opened with this key: it was made for another one, or its beginning is damaged. "
            "Nothing was changed. Try the other private keys, or another backup."
        )
    return BackupError(
        f"{path} is damaged or cut short: it ends, or was changed, in the middle. Nothing was changed. "
        "Copy it anew from where it is kept, or use another backup."
    )
