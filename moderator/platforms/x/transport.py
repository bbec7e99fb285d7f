"""The road to X: another host than tweepy's own, and an end to every wait.

tweepy 4.17 names https://api.twitter.com in the middle of a function and sets no time-out
(https://github.com/tweepy/tweepy/issues/2024). Both are put right in one adapter mounted on its session.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies

TWEEPY_HOST = "https://api.twitter.com"
TIMEOUTS_S = (5.0, 15.0)
"""To connect, and between two bytes."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# At DEBUG these write down Authorization headers and whole bodies (tweepy/client.py, BaseClient.request).
TALKATIVE = ("tweepy", "oauthlib", "requests_oauthlib")


class Road(HTTPAdapter):
    """Leads what is meant for tweepy's host to `api_base`, and waits no longer than `timeouts_s`."""

    def __init__(self, api_base: str, signature: AuthBase | None, timeouts_s: tuple[float, float]) -> None:
        super().__init__()
        self._timeouts_s = timeouts_s
        self._api_base = api_base.rstrip("/")
        self._signature = signature

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        request.url = self._api_base + str(request.url).removeprefix(TWEEPY_HOST)
        if self._signature is not None:
            # OAuth 1.0a signs the host as well, so a request that goes elsewhere has to be signed anew.
            request.headers.pop("Authorization", None)
            self._signature(request)
        return super().send(
            request,
            stream=stream,
            timeout=self._timeouts_s,
            verify=verify,
            cert=cert,
            proxies=proxies_for(request.url),
        )


def proxies_for(url: str) -> dict[str, str]:
    """The proxies for the host really meant; requests chose them for tweepy's."""
    return {} if urlsplit(url).hostname in LOOPBACK else dict(get_environ_proxies(url))


def open_road(
    session: requests.Session, api_base: str, signature: AuthBase | None, timeouts_s: tuple[float, float]
) -> None:
    """Lay the road under a session, and keep the libraries from logging secrets."""
    session.mount(TWEEPY_HOST, Road(api_base, signature, timeouts_s))
    session.max_redirects = 0  # X's API never redirects; whatever does is not X.
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.INFO)
