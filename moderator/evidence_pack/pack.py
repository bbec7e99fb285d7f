"""A case file in, the bytes of a signed zip out.

The manifest holds the SHA-256 of every other file; the signature (Ed25519, RFC 8032) is over the manifest.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderator.evidence_pack.case_file import CaseFile, as_json
from moderator.evidence_pack.page import page

FORMAT = "moderator evidence 1"
PAGE, CASE, HOW, KEY = "page.html", "case.json", "how-to-check.txt", "public_key.pem"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
FINGERPRINT_DIGITS = 32
"""128 bits: nobody makes a second key with the same."""
HOW_TO_CHECK = """How to check that nothing in here was changed

With moderator, on any machine:

    moderator evidence --verify FILE.zip --key "{fingerprint}"

Without it, in the folder that this was unpacked into:

    openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig
    sha256sum page.html case.json how-to-check.txt public_key.pem

The first must say that the signature is good, the second must print the sums that stand in manifest.json. Then ask the
school by another way, by telephone or in person, whether its key is the one with this fingerprint:

    {fingerprint}
"""


def key_from(digits: str) -> Ed25519PrivateKey:
    """The signing key from its 64 hexadecimal digits."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(digits))


def fingerprint_of(key: Ed25519PublicKey) -> str:
    """What people compare: the first half of the key's SHA-256, in groups of four digits."""
    digits = sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:FINGERPRINT_DIGITS]
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def pack(case: CaseFile, key: Ed25519PrivateKey, program: str, by: str, now: datetime) -> bytes:
    """The zip. `program` names what made it, with its version; `by` is who asked for it."""
    public = key.public_key()
    fingerprint = fingerprint_of(public)
    files = {
        PAGE: page(case, program, by, now).encode("utf-8"),
        CASE: as_json(case),
        HOW: HOW_TO_CHECK.format(fingerprint=fingerprint).encode("utf-8"),
        KEY: public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    }
    manifest = {
        "format": FORMAT,
        "program": program,
        "made_at": now.isoformat(),
        "made_by": by,
        "comment": case.comment.id,
        "audit_head": asdict(case.head),
        "fingerprint": fingerprint,
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    signed = json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8")
    return _zipped({MANIFEST: signed, SIGNATURE: key.sign(signed), **files}, now)


def _zipped(files: Mapping[str, bytes], now: datetime) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return whole.getvalue()
