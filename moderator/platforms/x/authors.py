"""Who wrote what: X gives only ids with its posts, so each author is looked up once and remembered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from moderator.domain import Author
from moderator.errors import LoginExpired, PlatformError
from moderator.platforms.x.endpoints import Endpoints

REMEMBERED = 5_000


class Authors:
    """Handles and display names by user id, those asked for last kept longest."""

    def __init__(self, endpoints: Endpoints, remembered: int = REMEMBERED) -> None:
        self._endpoints, self._remembered = endpoints, remembered
        self._known: dict[str, Author] = {}

    def named(self, native_ids: Iterable[str], now: datetime) -> dict[str, Author]:
        """An author for each id. Where X cannot be asked, only the id: reading a comment must not wait for a name."""
        wanted = dict.fromkeys(native_id for native_id in native_ids if native_id)
        unknown = [native_id for native_id in wanted if native_id not in self._known]
        if unknown:
            try:
                found = self._endpoints.users(unknown, now)
            except LoginExpired:
                raise
            except PlatformError:
                found = {}
            else:
                # Whom X no longer knows is not asked for again either.
                self._known |= {native_id: found.get(native_id, Author(native_id)) for native_id in unknown}
        named = {native_id: self._recalled(native_id) for native_id in wanted}
        while len(self._known) > self._remembered:
            del self._known[next(iter(self._known))]
        return named

    def _recalled(self, native_id: str) -> Author:
        author = self._known.pop(native_id, None)
        if author is None:
            return Author(native_id)
        self._known[native_id] = author  # To the end of the line, away from being forgotten.
        return author
