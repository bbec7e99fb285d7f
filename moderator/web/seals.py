"""What only this school's page can have written: seals by a key of their own for each purpose, made from that of the record."""

from __future__ import annotations

import hmac

from moderator.web.site import Site


def seal(site: Site, purpose: str, told: str) -> str:
    """64 hexadecimal digits; nobody without the key can make them, nor use those of one purpose for another."""
    key = hmac.digest(bytes.fromhex(site.settings.audit_key), f"page: {purpose}".encode(), "sha256")
    return hmac.digest(key, told.encode(), "sha256").hex()


def is_sealed(site: Site, purpose: str, told: str, given: str) -> bool:
    return hmac.compare_digest(seal(site, purpose, told).encode(), given.encode())
