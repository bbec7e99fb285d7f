"""`moderator web`: a process of its own, which needs no login of any platform."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from moderator.cli.web import chosen, opened_socket
from moderator.errors import ConfigError
from moderator.settings.web import WebSettings
from tests.web.office import CONFIG

AS_SHIPPED = WebSettings("http://localhost:8080", trusted_proxies=("127.0.0.1",))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A school whose account has no login here."""
    (tmp_path / "moderator.toml").write_text(CONFIG.format(folder=tmp_path / "state"))
    (tmp_path / "policy.toml").write_text("")
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path


@contextmanager
def served(config: Path, listen: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "moderator", "web", "--config", str(config), "--listen", listen]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONWARNINGS": "ignore"}
    ) as page:
        try:
            yield page
        finally:
            if page.poll() is None:
                page.kill()


def until_it_answers(client: httpx.Client, page: subprocess.Popen[str]) -> httpx.Response:
    for _ in range(300):
        try:
            return client.get("/healthz")
        except httpx.TransportError:
            assert page.poll() is None, page.stderr.read() if page.stderr else ""
            time.sleep(0.2)
    raise AssertionError("it did not answer")


def test_it_answers_on_a_socket_for_its_proxy_alone_and_leaves_when_told_to(config: Path) -> None:
    place = config / "page.sock"
    with served(config, str(place)) as page, httpx.Client(transport=httpx.HTTPTransport(uds=str(place))) as client:
        client.base_url = httpx.URL("http://localhost:8080")
        assert until_it_answers(client, page).json()["status"] == "ok"
        assert place.stat().st_mode & 0o777 == 0o660

        answer = client.get("/")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2F")
        assert "server" not in answer.headers
        # What a visitor wrote into the header themselves stands before what the proxy added: only the last is believed.
        tries = [
            client.post(
                "/sign-in", headers={"Origin": "http://localhost:8080", "X-Forwarded-For": f"198.51.100.{n}, 192.0.2.7"}
            )
            for n in range(6)
        ]
        assert [each.status_code for each in tries] == [403] * 5 + [429]
        other = {"Origin": "http://localhost:8080", "X-Forwarded-For": "192.0.2.8"}
        assert client.post("/sign-in", headers=other).status_code == 403

        page.send_signal(signal.SIGTERM)
        assert page.wait(timeout=20) == 0
        assert page.stderr is not None
        said = page.stderr.read()
        assert "The page is at http://localhost:8080" in said
        assert "Traceback" not in said


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = chosen(AS_SHIPPED, f"127.0.0.1:{other.getsockname()[1]}", "")
        with pytest.raises(ConfigError, match=r"Address already in use\. Another process may have it"):
            opened_socket(place)


def test_what_is_typed_counts_more_than_the_file() -> None:
    place = chosen(AS_SHIPPED, "[::1]:9000", "https://Moderation.School.example/")

    assert (place.host, place.port, place.origin) == ("::1", 9000, "https://moderation.school.example")


@pytest.mark.parametrize(("listen", "origin"), [("everywhere", ""), ("", "http://moderation.school.example")])
def test_what_cannot_be_is_told(listen: str, origin: str) -> None:
    with pytest.raises(ConfigError, match="must be"):
        chosen(AS_SHIPPED, listen, origin)
