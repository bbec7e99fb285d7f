"""An account's renewed tokens, in a file of their own that only the service reads."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from moderator.errors import StoreError


class Saved(BaseModel):
    """The file: the tokens, and a digest of the credentials they were renewed from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    renewed_from: str
    tokens: dict[str, str]


class FileTokens:
    """Tokens in a JSON file of mode 0600, replaced whole: after a crash either the old or the new ones are there.

    Renewed tokens are used as long as `initial`, the content of the credential file, is what they were renewed from: a
    person who logs in anew and puts other credentials there is heard at the next start.
    """

    def __init__(self, path: Path, initial: Mapping[str, str]) -> None:
        self._path = path
        self._initial = dict(initial)

    def load(self) -> dict[str, str]:
        try:
            saved = Saved.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return dict(self._initial)
        except (OSError, ValidationError):
            # Not chained: the reason would quote the file.
            raise StoreError(
                f"The tokens in {self._path} cannot be read. Nothing was changed. "
                "Remove the file to begin again with those of the credential file."
            ) from None
        return dict(saved.tokens if saved.renewed_from == self._digest() else self._initial)

    def save(self, tokens: dict[str, str]) -> None:
        """Raises StoreError where the file cannot be written; the tokens before are then still there."""
        written = Saved(renewed_from=self._digest(), tokens=tokens).model_dump_json().encode()
        try:
            replace_file(self._path, written)
        except OSError as error:
            raise StoreError(
                f"The renewed tokens cannot be written to {self._path}: {error.strerror}. Make room there, or let the user "
                "that runs moderator own the folder; without them the account must be connected anew."
            ) from error

    def _digest(self) -> str:
        return blake2b(json.dumps(self._initial, sort_keys=True).encode(), digest_size=16).hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 so that a reader, or a start after a power cut, finds it old or new and never torn."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
