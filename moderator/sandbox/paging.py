"""Pages of a list that goes on changing while it is read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def page(
    items: Iterable[Item], key: Callable[[Item], str], size: int, token: str = ""
) -> tuple[list[Item], str | None]:
    """At most `size` items, greatest key first, and the token of the next page (None: this was the last).

    The token holds the key of the last item given, so that items which come or go meanwhile neither repeat nor skip
    the others. Raises ValueError where the token is not one of ours.
    """
    ordered = sorted(items, key=key, reverse=True)
    if token:
        before = _open(token)
        ordered = [item for item in ordered if key(item) < before]
    given = ordered[:size]
    return given, seal(key(given[-1])) if len(ordered) > size else None


def seal(key: str) -> str:
    """The token for what comes after this key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _open(token: str) -> str:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not a page token of this sandbox") from error
