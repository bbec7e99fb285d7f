"""The road to X: another host than tweepy's own, and an end to every wait.

tweepy 4.17 names https://api.twitter.com in the middle of a function and sets no time-out
(https://github.com/tweepy/tweepy/issues/2024). Both are put right in one adapter mounted on its session, which also reads
no answer larger than a page of posts can be.
"""

from __future__ import annotations

import io
import logging
import socket
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from moderator.platforms.deadline import ends_within

TWEEPY_HOST = "https://api.twitter.com"
TIMEOUTS_S = (5.0, 15.0)
"""To connect, and between two bytes. No whole call takes longer than twice the latter."""
ANSWER_BYTES = 10_000_000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# At DEBUG these write down Authorization headers and whole bodies (tweepy/client.py, BaseClient.request).
TALKATIVE = ("tweepy", "oauthlib", "requests_oauthlib")


class Road(HTTPAdapter):
    """Leads what is meant for tweepy's host to `api_base`, and waits no longer than `timeouts_s`."""

    def __init__(self, api_base: str, signature: AuthBase | None, timeouts_s: tuple[float, float]) -> None:
        super().__init__()
        self._timeouts_s = timeouts_s
        self._opened: WeakSet[HTTPConnection] = WeakSet()
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
        with ends_within(2 * self._timeouts_s[1], self._sockets):
            response = super().send(
                request,
                stream=True,
                timeout=self._timeouts_s,
                verify=verify,
                cert=cert,
                proxies=proxies_for(request.url),
            )
            response.raw = io.BytesIO(whole_body(response, request))
        return response

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """The pool for one host, whose connections are known to us, so that they can be shut."""
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        if not issubclass(pool.ConnectionCls, Known):
            pool.ConnectionCls = type("KnownConnection", (Known, pool.ConnectionCls), {"opened": self._opened})
        return pool

    def _sockets(self) -> Iterator[socket.socket | None]:
        return (connection.sock for connection in list(self._opened))


class Known:
    """Mixed into a connection class: tells which connections were opened."""

    opened: WeakSet[HTTPConnection]

    def connect(self) -> None:
        self.opened.add(self)  # type: ignore[arg-type]
        super().connect()  # type: ignore[misc]


def whole_body(response: requests.Response, request: requests.PreparedRequest) -> bytes:
    """The body, decompressed. Raises requests' errors, for one that is too large as well."""
    try:
        body: bytes = response.raw.read(ANSWER_BYTES + 1, decode_content=True)
    except (HTTPError, OSError) as error:
        raise requests.exceptions.ChunkedEncodingError(error, request=request) from error
    if len(body) > ANSWER_BYTES:
        response.close()
        raise requests.exceptions.ContentDecodingError(f"more than {ANSWER_BYTES} bytes", request=request)
    return body


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
