"""Credential files: one JSON object per account, and the keys of the database and of the roll.

Secrets come from files and nowhere else, and only from files that nobody else on the machine can read. No message and no
repr shows a value.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationError

from moderator.settings.faults import Fault, FaultyFiles, nearest, shape_faults
from moderator.settings.forms import Form
from moderator.settings.private_files import make_private, others_may_read

Secret = Annotated[str, Field(pattern=r"^\S+$", description="filled in, without spaces or line breaks")]
_DAY = "a day such as 2026-11-22"
_KEY_BYTES = 32


class Credentials(Mapping[str, str]):
    """The fields of one credential file, `kind` among them. Its repr and str show no values."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(f'{name}=…' for name in self._values)})"


class XOAuth1(Form):
    """The four keys that the developer console of X shows for an app; they hold until they are revoked."""

    kind: Literal["oauth1"]
    consumer_key: Secret
    consumer_secret: Secret
    access_token: Secret
    access_token_secret: Secret


class XOAuth2(Form):
    """A user token that lives two hours, and the one that renews it."""

    kind: Literal["oauth2"]
    client_id: Secret
    client_secret: Secret | None = None  # confidential apps only
    access_token: Secret
    refresh_token: Secret


class YouTubeOAuth2(Form):
    kind: Literal["oauth2"] = "oauth2"
    client_id: Secret
    client_secret: Secret
    refresh_token: Secret
    token: Secret | None = None  # an access token that still lives
    token_uri: Secret | None = None  # another host than Google's
    consent_screen: Literal["testing", "internal", "production"] | None = None  # a login of "testing" dies after 7 days


class InstagramLogin(Form):
    """A token that lives 60 days and is renewed weekly."""

    kind: Literal["instagram_login"] = "instagram_login"
    access_token: Secret
    obtained_at: str | None = Field(default=None, pattern=r"^\d{4}-\d\d-\d\d(T\S+)?$", description=_DAY)


KINDS: Mapping[str, Mapping[str, type[Form]]] = {
    "x": {"oauth1": XOAuth1, "oauth2": XOAuth2},
    "youtube": {"oauth2": YouTubeOAuth2},
    "instagram": {"instagram_login": InstagramLogin},
}


def credentials_folder(environment: Mapping[str, str]) -> Path | None:
    """Where systemd put the credentials of the unit; None outside a unit."""
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    return Path(folder) if folder else None


def read_credentials(path: Path, platform: str) -> Credentials:
    """The credential file of an account. Raises ConfigError with everything that is wrong with it."""
    try:
        values = json.loads(read_private(path))
    except json.JSONDecodeError as error:
        raise FaultyFiles([Fault(path, f"is not valid JSON: {error.msg}", (), error.lineno, error.colno)]) from None
    if not isinstance(values, dict):
        raise FaultyFiles([Fault(path, 'must hold one JSON object: { "kind": …, … }')])
    form = _form(path, platform, values)
    try:
        checked = form.model_validate(values)
    except ValidationError as error:
        # What failed is told by name only; without the chain, since pydantic's own text repeats the values.
        raise FaultyFiles(shape_faults(error, form, path, {})) from None
    return Credentials(checked.model_dump(exclude_none=True))


def _form(path: Path, platform: str, values: Mapping[str, object]) -> type[BaseModel]:
    kinds = KINDS[platform]
    kind = values.get("kind", next(iter(kinds)) if len(kinds) == 1 else None)
    choices = " or ".join(f'"{name}"' for name in kinds)
    if kind is None:
        raise FaultyFiles([Fault(path, f"missing; write {choices}", ("kind",))])
    form = kinds.get(kind) if isinstance(kind, str) else None
    if form is None:
        meant = nearest(str(kind), kinds)
        hint = f'; did you mean "{meant}"?' if meant else ""
        raise FaultyFiles([Fault(path, f"unknown kind; {platform} knows {choices}{hint}", ("kind",))])
    return form


def read_private(path: Path) -> str:
    """The text of a file that nobody else may read. Raises ConfigError with the remedy."""
    try:
        return read_private_bytes(path).decode()
    except UnicodeDecodeError:
        raise FaultyFiles([Fault(path, "is not UTF-8 text")]) from None


def read_private_bytes(path: Path) -> bytes:
    """What a file holds that nobody else may read. Raises ConfigError with the remedy."""
    try:
        if others_may_read(path):
            mode = path.stat().st_mode & 0o777
            what = f"others on this machine may read it (mode {mode:04o}). Run: chmod 600 {path}"
            raise FaultyFiles([Fault(path, what)])
        return path.read_bytes()
    except OSError as error:
        raise FaultyFiles([Fault(path, f"cannot be read: {error.strerror}")]) from error


def held_at(credentials_dir: Path, state_dir: Path, name: str) -> Path:
    """Where a key lies: in the credentials folder or, where none is there, below `state_dir`, even if it is yet to be made."""
    given = credentials_dir / name
    return given if given.exists() else state_dir / "credentials" / name


def store_key(credentials_dir: Path, state_dir: Path, name: str = "store.key") -> str:
    """The key of the database or, by its `name`, another of our own making: 64 hexadecimal digits. Raises ConfigError.

    It lies where `held_at` says, and is made at the first start. A key that exists is never written again: without it the
    database is lost.
    """
    path = held_at(credentials_dir, state_dir, name)
    try:
        if not path.exists():
            make_private(path, f"{secrets.token_hex(_KEY_BYTES)}\n".encode())
    except OSError as error:
        what = f"cannot be made: {error.strerror}. Let state_dir be a folder that we may write to"
        raise FaultyFiles([Fault(path, what)]) from error
    return read_key(path)


def read_key(path: Path) -> str:
    """A key file: 64 hexadecimal digits on its first line. Raises ConfigError."""
    return read_keys(path)[0]


def read_keys(path: Path) -> list[str]:
    """The keys of a key file, one a line, at least one. Raises ConfigError."""
    keys = read_private(path).lower().split()
    if not keys or any(len(key) != 2 * _KEY_BYTES or not set(key) <= set("0123456789abcdef") for key in keys):
        raise FaultyFiles([Fault(path, "must hold 64 hexadecimal digits. Restore it from your backup")])
    return keys


def read_password(path: Path) -> str:
    """A credential file that holds one word and nothing else. Raises ConfigError."""
    password = read_private(path).strip()
    if not password:
        raise FaultyFiles([Fault(path, "is empty")])
    return password
