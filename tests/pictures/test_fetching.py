"""Where a picture may come from: sixty hosts and addresses, name servers that lie, and a real server with a real certificate."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from moderator.pictures.fetching import CheckedRoad, Fetcher, host_of, is_public
from moderator.pictures.values import HostSilent, PictureNotRead
from moderator.platforms.image_hosts import IMAGE_HOSTS

HOST = "pbs.twimg.com"
HOSTS = IMAGE_HOSTS["x"]
PICTURE = b"\xff\xd8" + b"x" * 5000 + b"\xff\xd9"

REFUSED_ADDRESSES = (
    "http://pbs.twimg.com/a.jpg",
    "ftp://pbs.twimg.com/a.jpg",
    "file:///etc/passwd",
    "//pbs.twimg.com/a.jpg",
    "pbs.twimg.com/a.jpg",
    "https://pbs.twimg.com:8443/a.jpg",
    "https://pbs.twimg.com:22/",
    "https://user@pbs.twimg.com/a.jpg",
    "https://user:word@pbs.twimg.com/a.jpg",
    "https://pbs.twimg.com@evil.example/a.jpg",
    "https://pbs.twimg.com.evil.example/a.jpg",
    "https://evilpbs.twimg.com/a.jpg",
    "https://twimg.com/a.jpg",
    "https://pbs.twimg.com./a.jpg",
    "https://pbs.twimg.com%2eevil.example/a.jpg",
    "https://pbs.twimg.com\\@evil.example/a.jpg",
    "https://pbs.twimg.com\x00.evil.example/a.jpg",
    "https://pbs.twimg.com\r\nHost: evil.example/",
    "https://pbs.twimg.com /a.jpg",
    "https://рbs.twimg.com/a.jpg",
    "https://evil.example/?pbs.twimg.com",
    "https://evil.example/#@pbs.twimg.com",
    "https://127.0.0.1/a.jpg",
    "https://[::1]/a.jpg",
    "https://2130706433/a.jpg",
    "https://0x7f000001/a.jpg",
    "https://localhost/a.jpg",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/",
    "https://[pbs.twimg.com]/a.jpg",
    "https://pbs.twimg.com:99999/a.jpg",
    "https://",
    "",
    "https://pbs.twimg.com/" + "a" * 3000,
)
NOT_PUBLIC = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.254",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "not an address",
)
PUBLIC = ("104.244.42.1", "151.101.0.159", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:104.244.42.1")


def test_there_are_sixty_of_them() -> None:
    assert len(REFUSED_ADDRESSES) + len(NOT_PUBLIC) >= 60


@pytest.mark.parametrize("url", REFUSED_ADDRESSES)
def test_an_address_of_anybody_elses_is_not_asked(url: str) -> None:
    with pytest.raises(PictureNotRead):
        host_of(url, HOSTS)


@pytest.mark.parametrize(
    "url", [f"https://{HOST}/media/a.jpg?name=small", f"https://{HOST}:443/a", "https://PBS.twimg.com/a"]
)
def test_the_platforms_own_is(url: str) -> None:
    assert host_of(url, HOSTS) == HOST


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_no_way_leads_into_the_schools_own_network(address: str) -> None:
    assert not is_public(address)
    for found in ([address], ["104.244.42.1", address]):
        with pytest.raises(PictureNotRead, match="not of the open internet"):
            CheckedRoad(lambda _host, found=found: found, below=Street(1)).connect_tcp(HOST, 443)  # type: ignore[misc]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(address)


class Street(httpcore.NetworkBackend):
    """Connects to a server on this machine, whichever address is asked for, and remembers which it was."""

    def __init__(self, port: int) -> None:
        self.port, self.asked = port, list[str]()

    def connect_tcp(self, host: str, port: int, *how: Any, **more: Any) -> httpcore.NetworkStream:
        self.asked.append(host)
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, *how, **more)


@dataclass
class Rebinding:
    """A name server that tells the truth once, and then sends whoever asks into the house."""

    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        return ["104.244.42.1"] if len(self.asked) == 1 else ["127.0.0.1"]


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", f"https://{HOST}/picture")
            self.end_headers()
            return
        if self.path.startswith("/drips"):
            self._drip()
            return
        body = PICTURE if self.path.startswith("/picture") else b"x" * (6 * 1024 * 1024)
        self.send_response(404 if self.path.startswith("/gone") else 200)
        if not self.path.startswith("/endless"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """A byte of the head, or of the body, again and again."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: " + (b"" if "head" in self.path else b"no\r\n\r\n"))
        with suppress(OSError):
            for _ in range(600):
                self.wfile.write(b"x")
                time.sleep(0.1)

    def log_message(self, *args: object) -> None:
        """Nothing is told."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[tuple[Street, ssl.SSLContext]]:
    """A server with a certificate for X's host of pictures, and who trusts it."""
    made, trust = certificate(tmp_path)
    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.socket = made.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Street(server.server_port), trust
    server.shutdown()
    server.server_close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = signed.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "both.pem").write_bytes(secret + text)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "both.pem")
    return serving, ssl.create_default_context(cadata=text.decode())


def fetcher(street: tuple[Street, ssl.SSLContext], resolve: Callable[[str], list[str]]) -> Fetcher:
    return Fetcher(HOSTS, CheckedRoad(resolve, below=street[0]), street[1])


def test_a_picture_is_fetched_from_the_address_that_was_checked(street: tuple[Street, ssl.SSLContext]) -> None:
    name_server = Rebinding()
    assert fetcher(street, name_server).fetch(f"https://{HOST}/picture?name=small") == PICTURE
    assert (name_server.asked, street[0].asked) == ([HOST], ["104.244.42.1"])
    with pytest.raises(PictureNotRead, match="not of the open internet"):
        fetcher(street, name_server).fetch(f"https://{HOST}/picture")
    assert street[0].asked == ["104.244.42.1"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/moved", "answered 302"),
        ("/gone", "answered 404"),
        ("/large", "larger than 5 MB"),
        ("/endless", "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_there_is_not_taken(street: tuple[Street, ssl.SSLContext], path: str, told: str) -> None:
    with pytest.raises(PictureNotRead, match=told):
        fetcher(street, lambda _host: ["104.244.42.1"]).fetch(f"https://{HOST}{path}")


@pytest.mark.parametrize("path", ["/drips/head", "/drips/body"])
def test_a_server_that_drips_is_left_when_the_time_is_over(street: tuple[Street, ssl.SSLContext], path: str) -> None:
    asked = Fetcher(HOSTS, CheckedRoad(lambda _host: ["104.244.42.1"], below=street[0]), street[1], within_s=1.0)
    began = time.monotonic()
    with pytest.raises(HostSilent, match="could not be fetched"):
        asked.fetch(f"https://{HOST}{path}")
    assert 0.9 < time.monotonic() - began < 3


def test_a_server_with_somebody_elses_certificate_is_not_believed(street: tuple[Street, ssl.SSLContext]) -> None:
    google = next(iter(IMAGE_HOSTS["youtube"]))
    asked = Fetcher(IMAGE_HOSTS["youtube"], CheckedRoad(lambda _host: ["104.244.42.1"], below=street[0]), street[1])
    with pytest.raises(PictureNotRead, match="could not be fetched"):
        asked.fetch(f"https://{google}/picture")


def test_a_host_that_no_name_server_knows_is_told_as_such(street: tuple[Street, ssl.SSLContext]) -> None:
    def unknown(_host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(PictureNotRead, match="its host was not found"):
        fetcher(street, unknown).fetch(f"https://{HOST}/picture")
    assert street[0].asked == []
