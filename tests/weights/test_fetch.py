"""What comes over the network is taken only if it is what was published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from moderator.errors import ConfigError, ModeratorError, Unavailable
from moderator.weights.fetch import download, fetch, knock

torch_hub = pytest.importorskip("torch.hub", reason="the slim installation leaves torch out")

PUBLISHED = b"weights of a model"
DIGEST = hashlib.sha256(PUBLISHED).hexdigest()[:8]
Serve = Callable[[bytes, int], str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A server of this machine that answers every address alike; torch.hub keeps what it sends in a folder of the test's."""
    before = torch_hub.get_dir()
    torch_hub.set_dir(str(tmp_path))
    servers: list[HTTPServer] = []

    def begin(body: bytes, status: int = 200) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(PUBLISHED)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *said: object) -> None:
                """Says nothing."""

        servers.append(HTTPServer(("127.0.0.1", 0), Answers))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/toxic-{DIGEST}.ckpt"

    yield begin
    torch_hub.set_dir(before)
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_checkpoint_is_downloaded_once(serve: Serve, tmp_path: Path) -> None:
    url = serve(PUBLISHED, 200)
    path = download(url)
    assert path.read_bytes() == PUBLISHED
    assert path.is_relative_to(tmp_path)
    assert download(f"http://127.0.0.1:9/{path.name}") == path, "asked again though it was there"


def test_half_a_checkpoint_left_behind_is_downloaded_anew(serve: Serve) -> None:
    url = serve(PUBLISHED, 200)
    path = download(url)
    path.write_bytes(PUBLISHED[:5])
    assert download(url).read_bytes() == PUBLISHED


@pytest.mark.parametrize("body", [PUBLISHED[:5], b"<html>Log in to SchoolNet</html>"], ids=["cut off", "a log-in page"])
def test_something_else_than_was_published_is_refused_and_not_kept(serve: Serve, body: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"since 127\.0\.0\.1 sent something else than what was published: try again"):
        download(serve(body, 200))
    assert not list(tmp_path.rglob("*.ckpt*"))


def test_a_server_that_refuses_and_one_that_is_not_there_are_told_apart(serve: Serve) -> None:
    with pytest.raises(Unavailable, match=r"since 127\.0\.0\.1 answered 404: try again"):
        download(serve(b"", 404))
    with pytest.raises(Unavailable, match=r"since 127\.0\.0\.1 cannot be reached: try again"):
        download("http://127.0.0.1:9/other-0123abcd.ckpt")


def test_a_disk_that_takes_nothing_is_told(serve: Serve) -> None:
    url = serve(PUBLISHED, 200)
    torch_hub.set_dir("/sys/moderator")  # Closed to root as well.
    with pytest.raises(ModeratorError, match=r"/sys/moderator\S*: cannot be written \("):
        download(url)


def test_any_answer_shows_that_there_is_a_network(serve: Serve) -> None:
    knock(serve(b"", 403))
    with pytest.raises(Unavailable):
        knock("http://127.0.0.1:9/")


def test_another_name_is_told_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'detoxify/unbaised' is no model that Detoxify publishes"):
        fetch("detoxify/unbaised", tmp_path / "to", "int8")
