"""A push service on this machine, and phones that subscribed to it: they read what arrived with their own private key."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Delivery:
    """One request to the push service, as it came over the wire."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # of the monotonic clock


@dataclass
class Trouble:
    """How the service answers on one path."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0


class PushService:
    """Answers 201, or as it was told to."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.deliveries: list[Delivery] = []
        self.troubles: dict[str, Trouble] = defaultdict(Trouble)
        self.pings: list[float] = []

    def phone(self, name: str = "phone") -> Phone:
        return Phone(self, f"/push/{name}-{secrets.token_hex(4)}")

    def at(self, path: str) -> list[Delivery]:
        return [each for each in self.deliveries if each.path == path]


@dataclass
class Phone:
    """A browser with its keys; only it can read what is sent to it."""

    service: PushService
    path: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def endpoint(self) -> str:
        return f"{self.service.base}{self.path}"

    @property
    def subscription(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64url(point), "auth": base64url(self.auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def answers(self, status: int = 201, headers: Mapping[str, str] | None = None, after_s: float = 0.0) -> None:
        self.service.troubles[self.path] = Trouble(status, headers or {}, after_s)

    def asked(self) -> int:
        """How many requests reached the service for this phone."""
        return len(self.service.at(self.path))

    def read(self) -> list[dict[str, Any]]:
        """What each push said, decrypted; its signature is checked as a push service does."""
        said = []
        for delivery in self.service.at(self.path):
            check_signature(delivery, self.service.base)
            plain = http_ece.decrypt(delivery.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
            said.append(json.loads(plain))
        return said


def check_signature(delivery: Delivery, base: str) -> None:
    """RFC 8292: signed for this service and for a day at most, by the key that stands beside it."""
    authorization = delivery.headers["authorization"]
    assert Vapid02.verify(authorization)
    claims_part = authorization.split("t=", 1)[1].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(claims_part + "=="))
    assert claims["aud"] == base
    assert claims["sub"].startswith("mailto:")
    assert datetime.fromtimestamp(claims["exp"], UTC) is not None
    assert delivery.headers["content-encoding"] == "aes128gcm"
    assert int(delivery.headers["ttl"]) > 0


@contextmanager
def push_service() -> Iterator[PushService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.deliveries.append(Delivery(self.path, headers, body, time.monotonic()))
            trouble = service.troubles[self.path]
            time.sleep(trouble.after_s)
            self.answer(trouble.status, trouble.headers)

        def do_GET(self) -> None:
            service.pings.append(time.monotonic())
            self.answer(service.troubles[self.path].status, {})

        def answer(self, status: int, headers: Mapping[str, str]) -> None:
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
            except OSError:
                pass  # The caller did not wait.

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = PushService(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
