"""Leaves a host alone that does not answer, so that its silence is waited out twice and not for every picture that lies there."""

from __future__ import annotations

import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from moderator.pictures.of_comments import Fetches
from moderator.pictures.values import HostSilent

IN_VAIN = 2
REST_S = 60.0
"""Then it is asked once more. A picture that was due meanwhile meets a person."""


class Patient:
    """Fetches as another does, but for what lies on a host that was silent twice since it last gave a picture."""

    def __init__(self, fetches: Fetches, rest_s: float = REST_S) -> None:
        self._fetches, self._rest_s = fetches, rest_s
        self._in_vain: Counter[str] = Counter()  # by host
        self._rests_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def fetch(self, url: str) -> bytes:
        """The file at this address. Raises PictureNotRead, HostSilent among it."""
        host = _host(url)
        with self._lock:
            if self._rests_until.get(host, 0.0) > time.monotonic():
                raise HostSilent("its host did not answer shortly before")
        try:
            found = self._fetches.fetch(url)
        except HostSilent:
            self._was_silent(host)
            raise
        with self._lock:
            self._in_vain.pop(host, None)
        return found

    def _was_silent(self, host: str) -> None:
        with self._lock:
            self._in_vain[host] += 1
            if self._in_vain[host] >= IN_VAIN:
                self._rests_until[host] = time.monotonic() + self._rest_s


def _host(url: str) -> str:
    """Empty where the address cannot be read; nobody is asked for that one anyway."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
