"""Where the page is found and where it listens: the [web] table of moderator.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from moderator.settings.documents import Document
from moderator.settings.faults import Fault
from moderator.settings.forms import Form

DEFAULT_PORTS = {"https": 443, "http": 80}
AN_ORIGIN = (
    "https:// and a host name, as https://moderation.school.example; http://localhost:8080 is for this machine only"
)
Proxy = Annotated[str, Field(pattern=r"^[0-9a-fA-F.:/]+$", description="an IP address such as 127.0.0.1")]


class WebForm(Form):
    origin: str = ""
    listen: str = Field(
        default="127.0.0.1:8080",
        pattern=r"^(/[^\x00-\x1f\x7f]+|([0-9.]+|\[[0-9a-fA-F:]+\]|localhost):[0-9]{1,5})$",
        description="an address and a port such as 127.0.0.1:8080, or the whole path of a Unix socket",
    )
    trusted_proxies: list[Proxy] = Field(default_factory=lambda: ["127.0.0.1", "::1"])


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Where the page is: `origin` for browsers, and a host and port or a Unix socket for the proxy before it."""

    origin: str
    host: str = "127.0.0.1"
    port: int = 8080
    socket: Path | None = None  # in the place of host and port
    trusted_proxies: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return str(self.socket) if self.socket else f"{self.host}:{self.port}"


def read_web(document: Document, form: WebForm, page: str, faults: list[Fault]) -> WebSettings:
    """The table; what is wrong with it is added to `faults`. `page` is the address that letters link to, "" for none."""
    host, port, socket = listening(form.listen)
    if port > 65535:
        faults.append(document.fault(("web", "listen"), f"{port} is no port; the highest is 65535"))
    written = form.origin or origin_of(page) or f"http://localhost:{port or 8080}"
    origin = origin_of(written)
    if not origin or urlsplit(written).path not in ("", "/"):
        faults.append(document.fault(("web", "origin"), f"must be {AN_ORIGIN}"))
    return WebSettings(origin, host, port, socket, tuple(form.trusted_proxies))


def listening(text: str) -> tuple[str, int, Path | None]:
    """Host and port, or "" and 0 with the path of a socket."""
    if text.startswith("/"):
        return "", 0, Path(text)
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port), None


def origin_of(address: str) -> str:
    """The origin as browsers write it, or "" for an address that no passkey can be bound to."""
    try:
        parts = urlsplit(address.strip().lower())
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return ""
    # A passkey belongs to a name, never to an IP address: https://www.w3.org/TR/webauthn-3/#rp-id (read 2026-11-22)
    named = any(letter.isalpha() for letter in host) and ":" not in host and host.isascii()
    if not named or parts.username is not None or not (parts.scheme == "https" or _is_this_machine(parts.scheme, host)):
        return ""
    shown = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _is_this_machine(scheme: str, host: str) -> bool:
    return scheme == "http" and host == "localhost"
