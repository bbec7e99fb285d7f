"""Round every answer: a nonce of its own, the headers that keep a browser safe, no other host's name, nothing told of a fault.

What the headers are for stands in docs/page.md. Whatever fails inside ends here as a page without details and one line in the log.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderator.logs import Log
from moderator.web.pages import style_source

STATIC = "/static/"
HEALTH = "/healthz"
A_YEAR_S = 31536000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'nonce-{nonce}' 'strict-dynamic'",
    "style-src": "{style}",
    "img-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}


def policy_with(nonce: str) -> str:
    """The Content-Security-Policy of one answer."""
    return "; ".join(f"{name} {value.format(nonce=nonce, style=style_source())}" for name, value in POLICY.items())


class Guard:
    """The outermost of our own: an ASGI middleware."""

    def __init__(self, app: ASGIApp, origin: str, log: Log | None, trouble: Callable[[Request], Response]) -> None:
        self._app = app
        parts = urlsplit(origin)
        self._host = parts.netloc
        self._fixed = dict(HEADERS)
        if parts.scheme == "https":
            self._fixed["Strict-Transport-Security"] = f"max-age={A_YEAR_S}"
        self._log = log
        self._trouble = trouble

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # No page opens a web socket: it is left unanswered, which ends it.
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        await self._answer(scope, receive, self._with_headers(scope, nonce, send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        # Another name for this site would let somebody else's page read it (DNS rebinding).
        if Headers(scope=scope).get("host", "").lower() != self._host and scope["path"] != HEALTH:
            await PlainTextResponse("This site has another address.", 421)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # noqa: BLE001 - the last place where it can be told
            self._tell(scope, error)
            if not started:
                await self._trouble(Request(scope, receive))(scope, receive, send)

    def _tell(self, scope: Scope, error: Exception) -> None:
        """Where it happened, and never what the error says: that may quote a comment."""
        if self._log is not None:
            last = traceback.extract_tb(error.__traceback__)[-1]
            route = getattr(scope.get("route"), "path", "")
            where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
            self._log.error("page.failed", route=route, method=scope["method"], error=type(error).__name__, at=where)

    def _with_headers(self, scope: Scope, nonce: str, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._fixed)
                headers["Content-Security-Policy"] = policy_with(nonce)
                # What a page shows is kept by no cache; scripts and icons, which everybody may have, are.
                if not (scope["path"].startswith(STATIC) and message["status"] in (200, 304)):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return sending
