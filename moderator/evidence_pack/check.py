"""Whether a pack is as it was signed: needs the file alone and, to know who signed it, the fingerprint of the school's key.

The file comes from anybody, so nothing in it is unpacked to the disk and nothing is read beyond a limit.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from moderator.errors import ModeratorError
from moderator.evidence_pack.pack import FINGERPRINT_DIGITS, FORMAT, KEY, MANIFEST, SIGNATURE, fingerprint_of

LARGEST_FILE = 64 * 1024 * 1024
MOST_FILES = 100


class NoPack(ModeratorError):
    """There is no file, or it is no zip at all."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a look at a pack says. `misfit` is the first file in it that does not fit; empty: all fit."""

    misfit: str = ""
    why: str = ""
    fingerprint: str = ""  # of the key it was signed with, where there is one
    manifest: Mapping[str, Any] | None = None  # once its signature was found good

    @property
    def whole(self) -> bool:
        return not self.misfit


class _Misfit(Exception):
    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why


def check(path: Path, fingerprint: str = "") -> Inspected:
    """Look whether every file in the pack is the one that was signed, by the key with that fingerprint where one is given.

    Raises NoPack.
    """
    expected = "".join(fingerprint.lower().replace(":", " ").split())
    if expected and (len(expected) != FINGERPRINT_DIGITS or not set(expected) <= set("0123456789abcdef")):
        raise NoPack(f"A fingerprint has {FINGERPRINT_DIGITS} digits, 0-9 and a-f; got {len(expected)}. Copy it whole.")
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect(archive, expected)
    except OSError as error:
        raise NoPack(f"{path} cannot be read: {error.strerror or error}.") from None
    except zipfile.BadZipFile:
        raise NoPack(f"{path} is no zip file, or not a whole one. Ask for it to be sent again.") from None


def _inspect(archive: zipfile.ZipFile, expected: str) -> Inspected:
    signed_with, manifest = "", None
    try:
        _check_names(archive)
        key = _public_key(_content(archive, KEY))
        signed_with = fingerprint_of(key)
        if expected and signed_with.replace(" ", "") != expected:
            raise _Misfit(KEY, "is another key than the one with that fingerprint")
        manifest = _signed_manifest(archive, key)
        _compare(archive, manifest)
    except _Misfit as misfit:
        return Inspected(misfit.name, misfit.why, signed_with, manifest)
    return Inspected("", "", signed_with, manifest)


def _check_names(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if len(names) > MOST_FILES:
        raise _Misfit(names[MOST_FILES], "is one file too many")
    for index, name in enumerate(names):
        if name in names[:index]:
            raise _Misfit(name, "stands in it twice")


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as file:
            content = file.read(LARGEST_FILE + 1)
    except KeyError:
        raise _Misfit(name, "is missing") from None
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError):
        raise _Misfit(name, "cannot be unpacked") from None
    if len(content) > LARGEST_FILE:
        raise _Misfit(name, "is larger than any that moderator makes")
    return content


def _public_key(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise _Misfit(KEY, "is no key that moderator makes")
    return key


def _signed_manifest(archive: zipfile.ZipFile, key: Ed25519PublicKey) -> Mapping[str, Any]:
    signed = _content(archive, MANIFEST)
    try:
        key.verify(_content(archive, SIGNATURE), signed)
    except InvalidSignature:
        raise _Misfit(MANIFEST, "is not what was signed") from None
    try:
        manifest = json.loads(signed)
    except ValueError:
        manifest = None
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != FORMAT
        or not isinstance(manifest.get("files"), dict)
    ):
        raise _Misfit(MANIFEST, "is of a form that this version of moderator does not know")
    return manifest


def _compare(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    files: Mapping[str, Any] = manifest["files"]
    for name, digest in files.items():
        if sha256(_content(archive, name)).hexdigest() != digest:
            raise _Misfit(name, "was changed after it was signed")
    if KEY not in files:
        raise _Misfit(KEY, "was put in after it was signed")
    for name in archive.namelist():
        if name not in files and name not in (MANIFEST, SIGNATURE):
            raise _Misfit(name, "was put in after it was signed")
