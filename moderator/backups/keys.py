"""The key pair of the backups, as age writes it: the public half stands in moderator.toml, the private one in a drawer.

https://age-encryption.org/v1 (read 2026-11); pyrage is the age implementation of its authors' Rust library.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pyrage

from moderator.errors import ConfigError
from moderator.settings.credentials import read_private
from moderator.settings.private_files import make_private

PRIVATE = "AGE-SECRET-KEY-1"


class Identity(Protocol):
    """A private key, as pyrage knows it."""

    def to_public(self) -> object: ...


def make_key(path: Path, now: datetime) -> str:
    """Write a fresh private key, mode 0600, in the form of age-keygen; returns its public half.

    Raises ConfigError where the file cannot be made, or is there: a key in use is never written over.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    text = f"# The private key of moderator's backups. Keep it away from the machine that makes them.\n# made: {now:%Y-%m-%d}\n"
    try:
        made = make_private(path.absolute(), f"{text}# public key: {public}\n{identity}\n".encode())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}. Name another place.") from error
    if not made:
        raise ConfigError(f"{path} is there already, and a key is never written over. Name another file.")
    return public


def read_identities(path: Path) -> list[Identity]:
    """The private keys in a file, one a line beside comments. Raises ConfigError, which never repeats one."""
    found: list[Identity] = []
    for line in map(str.strip, read_private(path).splitlines()):
        if line and not line.startswith("#"):
            with suppress(pyrage.IdentityError):
                found.append(pyrage.x25519.Identity.from_str(line))
    if not found:
        raise ConfigError(
            f"{path} is no private key of a backup: it must hold a line that begins with {PRIVATE}. "
            "It is the file that moderator backup --new-key made."
        )
    return found
