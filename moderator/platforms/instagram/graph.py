"""The wire to Instagram: one request goes out, a decoded answer or a PlatformError comes back.

It knows tokens, time-outs, errors and the usage header; it knows nothing of comments. The token travels in the
Authorization header, except to the one endpoint that wants it in the address, and addresses are never logged.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from weakref import WeakSet

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from moderator.errors import QuotaSpent
from moderator.platforms.base import Meter
from moderator.platforms.deadline import ends_within
from moderator.platforms.instagram.errors import Asked, GraphError, from_exception, from_graph, no_answer, wait_after

ANSWER_BYTES = 10_000_000


class UsageLine(BaseModel):
    """One entry of X-Business-Use-Case-Usage: percentages of what may be used in 24 hours."""

    call_count: float = 0
    total_cputime: float = 0
    total_time: float = 0
    estimated_time_to_regain_access: float = 0  # minutes

    @property
    def percent(self) -> int:
        return int(max(self.call_count, self.total_cputime, self.total_time))


USAGE = TypeAdapter(dict[str, list[UsageLine]])


class Graph:
    """Requests to one host with one token at a time. Used by one thread at a time."""

    def __init__(self, api_base: str, meter: Meter, timeouts_s: tuple[float, float]) -> None:
        # httpx tells every address at INFO, and the address that renews a token holds it.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        direct = {"all://127.0.0.1": None, "all://localhost": None}  # a proxy cannot reach our own loopback
        connect_s, read_s = timeouts_s
        timeout = httpx.Timeout(read_s, connect=connect_s)
        self._whole_s = 2 * read_s
        self._opened: WeakSet[socket.socket] = WeakSet()
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, mounts=direct)
        self._base = api_base.rstrip("/")
        self._meter = meter
        self._throttled_in_a_row = 0
        self._rests: QuotaSpent | None = None
        self.usage = 0
        """Percent of the calls that Instagram allows in 24 hours, as its last answer told."""

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        asked: Asked,
        now: datetime,
        *,
        token: str | None,
    ) -> dict[str, Any]:
        """The decoded answer of a success. Raises PlatformError; `token` None sends no Authorization header."""
        if self._rests is not None and now < self._rests.retry_at:
            until = self._rests.retry_at
            words = f"Did not {asked.what}: too many calls before; asked again after {until:%Y-%m-%d %H:%M} UTC."
            raise QuotaSpent(words, retry_at=until)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._meter.add("calls", f"{now:%Y-%m-%d}", 1)
        trace = {"trace": self._hear}
        address = f"{self._base}/{path}"
        try:
            with (
                ends_within(self._whole_s, self._sockets),
                self._client.stream(
                    method, address, params=dict(params), headers=headers, extensions=trace
                ) as response,
            ):
                body = _whole_body(response, asked)
        # Besides its own classes, httpx lets through what a wrong address or header makes of the encoders.
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, ValueError) as error:
            raise from_exception(error, asked) from error
        return self._understood(response, body, asked, now)

    def _hear(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember each socket that is opened, so that it can be shut: https://www.encode.io/httpcore/extensions/ (trace)."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and info.get("return_value") is not None:
            self._opened.add(info["return_value"].get_extra_info("socket"))

    def _sockets(self) -> Iterator[socket.socket]:
        return iter(list(self._opened))

    def _understood(self, response: httpx.Response, body: bytes, asked: Asked, now: datetime) -> dict[str, Any]:
        minutes_to_wait = self._note_usage(response.headers)
        answer = _decoded(body)
        if response.is_success and answer is not None and "error" not in answer:
            self._throttled_in_a_row = 0
            return answer
        error = _graph_error(answer)
        retry_at = now + wait_after(self._throttled_in_a_row, minutes_to_wait)
        if error is None and response.status_code != 429:
            raise no_answer(asked, f"status {response.status_code}, {len(body)} bytes")
        trouble = from_graph(response.status_code, error or GraphError(), asked, retry_at)
        if isinstance(trouble, QuotaSpent):
            self._throttled_in_a_row += 1
            self._rests = trouble
        raise trouble

    def _note_usage(self, headers: httpx.Headers) -> int:
        """Keep the usage told by the header; give the minutes after which Instagram will answer again, 0 where it does."""
        told = headers.get("x-business-use-case-usage", "")
        try:
            lines = [line for lines in USAGE.validate_json(told).values() for line in lines]
        except ValidationError:
            return 0  # Absent, or in a form of tomorrow's: nothing is known then.
        self.usage = max((line.percent for line in lines), default=0)
        return int(max((line.estimated_time_to_regain_access for line in lines), default=0))


def _whole_body(response: httpx.Response, asked: Asked) -> bytes:
    """The body, within a size."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > ANSWER_BYTES:
            raise no_answer(asked, f"more than {ANSWER_BYTES} bytes")
    return bytes(body)


def _decoded(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body; None for a page of HTML, an empty body, a bare list."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _graph_error(answer: dict[str, Any] | None) -> GraphError | None:
    try:
        return GraphError.model_validate((answer or {}).get("error"))
    except ValidationError:
        return None
