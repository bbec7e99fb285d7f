"""A page in the place of the plain words with which a form that is too long is answered before any of our own code runs."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderator.web import trouble

TOO_LONG = 413


class TooLong:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        plain = False

        async def sending(message: Message) -> None:
            nonlocal plain
            if message["type"] == "http.response.start" and message["status"] == TOO_LONG:
                plain = Headers(raw=message["headers"]).get("content-type", "").startswith("text/plain")
            if not plain:
                await send(message)

        await self._app(scope, receive, sending)
        if plain:
            request = Request(scope, receive)
            await trouble.by_status(request, HTTPException(TOO_LONG))(scope, receive, send)
