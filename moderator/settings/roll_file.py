"""The pupils' names at rest: one encrypted file, replaced whole at every import.

A CSV from the school's own records comes in, `Pupil`s go out. No name is logged, told in an error or kept in clear. The
file is AES-256-GCM (NIST SP 800-38D) with a fresh random nonce; the school's id is authenticated with it, so that the roll
of one school cannot be read as another's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from moderator.domain import Pupil
from moderator.settings.credentials import read_key, read_keys, read_private_bytes
from moderator.settings.faults import Fault, FaultyFiles
from moderator.settings.private_files import write_private
from moderator.settings.school_file import read_pupils
from moderator.settings.values import RollPlace, Settings

_MAGIC = b"moderator-roll-1"
_REFERENCE = b"moderator-pupil-reference-1"
_REFERENCE_DIGITS = 16
"""64 bits: two of a thousand pupils share a reference once in 37 million million schools."""
_NONCE_BYTES = 12
_WARN_DAYS = 14


@dataclass(frozen=True, slots=True)
class RollFile:
    """The pupils as last imported."""

    pupils: tuple[Pupil, ...] = field(repr=False)
    imported_at: datetime
    expires_at: datetime
    warning: str = ""  # to be told to a person wherever the roll is used
    references: tuple[str, ...] = field(default=(), repr=False)  # one for each pupil, in their order


@dataclass(frozen=True, slots=True)
class RollSummary:
    """What may be told and recorded of an import."""

    count: int
    digest: str  # of the CSV file, the first 16 digits of what sha256sum prints


def import_roll(settings: Settings, csv_path: Path, now: datetime, *, dry_run: bool = False) -> RollSummary:
    """Replace the roll by the pupils of a CSV file. Raises ConfigError; then the old roll stands untouched.

    Every import makes a new key and drops the old one, so that no copy of the old file can be read again. A key that
    systemd handed in cannot be dropped by us: it stays, and only the nonce is new.
    """
    pupils = read_pupils(csv_path)
    if not pupils:
        instead = "To hold no roll at all: moderator roll off"
        raise FaultyFiles([Fault(csv_path, f"holds no pupils. {instead}")])
    digest = hashlib.sha256(csv_path.read_bytes()).hexdigest()[:16]
    if not dry_run:
        try:
            _store(_packed(pupils, now), settings.roll)
        except OSError as error:
            raise FaultyFiles([Fault(settings.roll.path, f"cannot be written: {error.strerror}")]) from error
    return RollSummary(len(pupils), digest)


def load_roll(settings: Settings, now: datetime) -> RollFile | None:
    """The roll as last imported; None where none ever was: a school may choose to hold no roll.

    An expired one is still used, since a name missed harms a child, but never silently: see its `warning`.
    Raises ConfigError where the file or its key is damaged, missing or readable by others.
    """
    place = settings.roll
    if not place.path.exists():
        return None
    opened = _opened(place)
    imported_at, pupils = _unpacked(opened.packed)
    expires_at = imported_at + timedelta(days=place.expires_days)
    references = _references(pupils, opened, place)
    return RollFile(pupils, imported_at, expires_at, _warning(imported_at, expires_at, now), references)


def drop_roll(settings: Settings) -> bool:
    """Hold no roll any more: the key goes first, then the file. False where the key came from outside and stays.

    Raises ConfigError. A crash in between leaves a file that nobody can read; to drop it again, or to import, mends that.
    """
    place = settings.roll
    ours = not _is_handed_in(place)
    try:
        if ours:
            place.key_path.unlink(missing_ok=True)
        place.path.unlink(missing_ok=True)
    except OSError as error:
        raise FaultyFiles([Fault(place.path, f"cannot be removed: {error.strerror}")]) from error
    return ours


def _warning(imported_at: datetime, expires_at: datetime, now: datetime) -> str:
    if now < expires_at - timedelta(days=_WARN_DAYS):
        return ""
    when = f"expired on {expires_at:%d %B %Y}" if now >= expires_at else f"expires on {expires_at:%d %B %Y}"
    return (
        f"The pupils' roll of {imported_at:%d %B %Y} {when}: new children are missed, and leavers are still guarded. "
        "Import a fresh one: moderator roll import pupils.csv"
    )


def _store(packed: bytes, place: RollPlace) -> None:
    """Write the roll with a new key. Between any two steps a crash leaves a key file that opens the roll."""
    if _is_handed_in(place):
        _seal(packed, bytes.fromhex(read_key(place.key_path)), place)
        return
    old = read_keys(place.key_path) if place.key_path.exists() else []
    new = secrets.token_hex(32)
    _write_keys([new, *old], place)
    _seal(packed, bytes.fromhex(new), place)
    _write_keys([new], place)


def _write_keys(keys: list[str], place: RollPlace) -> None:
    write_private(place.key_path, "".join(f"{key}\n" for key in keys).encode())


def _seal(packed: bytes, key: bytes, place: RollPlace) -> None:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    write_private(place.path, _MAGIC + nonce + AESGCM(key).encrypt(nonce, packed, _bound_to(place)))


@dataclass(frozen=True, slots=True, repr=False)
class _Opened:
    packed: bytes
    key: bytes
    nonce: bytes


def _references(pupils: Sequence[Pupil], opened: _Opened, place: RollPlace) -> tuple[str, ...]:
    """What findings keep in a pupil's stead: HMAC-SHA256 of the name and class, cut short, under a key of its own.

    That key comes from the roll's by HKDF (RFC 5869), is never written down, and is new with each import even where systemd
    hands in the roll's key, since the file's nonce goes into it. So an import cuts the link from every reference that is kept
    to a pupil, for us too: the same child has another one from then on.
    """
    key = HKDF(SHA256(), 32, salt=opened.nonce, info=_REFERENCE + place.school_id.encode()).derive(opened.key)
    return tuple(_reference(pupil, key) for pupil in pupils)


def _reference(pupil: Pupil, key: bytes) -> str:
    who = json.dumps([pupil.first_name, pupil.last_name, pupil.known_as, pupil.class_name]).encode()
    return hmac.digest(key, who, "sha256").hex()[:_REFERENCE_DIGITS]


def _opened(place: RollPlace) -> _Opened:
    """The decrypted roll. After a crash in an import the key file holds several keys, and one of them fits."""
    sealed = read_private_bytes(place.path)
    nonce, body = sealed[len(_MAGIC) :][:_NONCE_BYTES], sealed[len(_MAGIC) + _NONCE_BYTES :]
    for key in read_keys(place.key_path):
        try:
            packed = AESGCM(bytes.fromhex(key)).decrypt(nonce, body, _bound_to(place))
            return _Opened(packed, bytes.fromhex(key), nonce)
        except (InvalidTag, ValueError):  # ValueError: the file is cut short.
            continue
    again = "Import the roll again: moderator roll import pupils.csv"
    raise FaultyFiles([Fault(place.path, f"does not open with {place.key_path}, or is damaged. {again}")])


def _bound_to(place: RollPlace) -> bytes:
    return _MAGIC + place.school_id.encode()


def _is_handed_in(place: RollPlace) -> bool:
    """Whether the key comes from outside the state folder, as a systemd credential does."""
    return place.key_path.parent != place.path.parent / "credentials"


def _packed(pupils: tuple[Pupil, ...], now: datetime) -> bytes:
    return json.dumps({"imported_at": now.isoformat(), "pupils": [astuple(pupil) for pupil in pupils]}).encode()


def _unpacked(packed: bytes) -> tuple[datetime, tuple[Pupil, ...]]:
    held = json.loads(packed)
    return datetime.fromisoformat(held["imported_at"]), tuple(Pupil(*row) for row in held["pupils"])
