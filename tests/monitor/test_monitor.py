"""The daemon's /metrics and /healthz: asked of the real process, over TCP on loopback and over a Unix socket."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from moderator.checkup.freshness import Fresh
from moderator.errors import ConfigError, StoreError
from moderator.monitor.figures import Figures, backup_age_s, roll_age_s
from moderator.monitor.server import Monitor, healthz
from moderator.monitor.text import Page
from moderator.reports.quota import Quota
from moderator.settings.monitor import MonitorSettings
from moderator.store.reports import Waiting
from tests.conftest import NOON
from tests.journeys.street import Street, open_street, wait_until
from tests.settings.conftest import Folder, shipped

CANARY = "zyqcanary"


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path) as opened:
        yield opened


def figures(**more: object) -> Figures:
    fresh = Fresh("youtube", NOON - timedelta(seconds=30), None, (), timedelta(minutes=30))
    known: dict[str, object] = {
        "fresh": {"youtube": fresh},
        "quotas": {"youtube": Quota("units", "day", 120, 10_000)},
        "actions": {"youtube": 3},
        "stumbling": {"youtube": 1},
        "waiting": Waiting(4, 1, NOON - timedelta(hours=2)),
        "late": 1,
        "tasks": 2,
        "letters": 5,
        "roll_age_s": None,
        "backup_age_s": 3600.0,
        "now": NOON,
    }
    return Figures(**(known | more))  # type: ignore[arg-type]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_daemon_tells_how_it_is_and_no_word_of_anybody(street: Street, tmp_path: Path) -> None:
    port = free_port()
    with (street.config / "moderator.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[monitor]\nlisten = "127.0.0.1:{port}"\n')
    native_id = street.comment("youtube", f"shut up you stupid b1tch {CANARY}", handle=f"@{CANARY}")
    with street.daemon(tmp_path / "log"):
        street.wait_hidden("youtube", native_id, 60)
        at = f"http://127.0.0.1:{port}"
        wait_until(lambda: httpx.get(f"{at}/healthz").status_code == 200, 30, "all accounts read")
        health = httpx.get(f"{at}/healthz").json()
        told = httpx.get(f"{at}/metrics").text
        assert httpx.get(f"{at}/").status_code == 404
        assert httpx.post(f"{at}/metrics").status_code == 501
    assert set(health["accounts"]) == {"x", "youtube", "instagram"}
    assert "moderator_waiting_comments 1.0" in told
    judged = re.search(r'moderator_judge_seconds_count{account="youtube"} (\S+)', told)
    assert judged is not None
    assert float(judged[1]) == 1
    assert float(re.findall(r'last_read_age_seconds{account="x"} (\S+)', told)[0]) < 60
    assert CANARY not in told + json.dumps(health)
    labels = set(re.findall(r'="([^"]*)"', told)) - {"x", "youtube", "instagram", "auto", "dollars", "units", "+Inf"}
    assert all(re.fullmatch(r"[0-9.]+", label) for label in labels), labels


def test_a_unix_socket_is_for_the_owner_and_the_group(tmp_path: Path) -> None:
    place = MonitorSettings(socket=tmp_path / "monitor.sock")
    monitor = Monitor(place, Page(figures, "auto"), figures)
    monitor.start()
    try:
        assert place.socket is not None
        assert place.socket.stat().st_mode & 0o777 == 0o660
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(place.socket)), base_url="http://here") as client:
            assert client.get("/healthz").json()["ok"] is True
            told = client.get("/metrics").text
    finally:
        monitor.close()
    for line in (
        'moderator_last_read_age_seconds{account="youtube"} 30.0',
        'moderator_quota_used{account="youtube",unit="units"} 120.0',
        'moderator_actions_failing{account="youtube"} 1.0',
        "moderator_waiting_oldest_seconds 7200.0",
        "moderator_backup_age_seconds 3600.0",
    ):
        assert f"\n{line}\n" in told
    assert "\nmoderator_roll_age_seconds" not in told
    # Left behind by a daemon that was killed: the next one takes its place.
    second = Monitor(place, Page(figures, "auto"), figures)
    second.start()
    second.close()


def test_health_is_freshness() -> None:
    assert healthz(figures())[0] == 200
    quiet = Fresh("youtube", NOON - timedelta(hours=1), None, (), timedelta(minutes=30))
    for each in (
        quiet,
        Fresh("youtube", None, None, (), timedelta(1)),
        Fresh("youtube", NOON, "revoked", (), timedelta(1)),
    ):
        status, _kind, body = healthz(figures(fresh={"youtube": each}))
        assert (status, json.loads(body)["quiet"]) == (503, ["youtube"])


def test_a_taken_port_is_told_with_the_key_to_change() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match=r"\[monitor\]"):
            Monitor(MonitorSettings("127.0.0.1", other.getsockname()[1]), Page(figures, "auto"), figures)


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "192.0.2.7:9464", "[::]:9464", "127.0.0.1"])
def test_nobody_but_this_machine_may_ask(tmp_path: Path, address: str) -> None:
    folder: Folder = shipped(tmp_path)
    folder.change('listen = ""', f'listen = "{address}"')
    with pytest.raises(ConfigError, match="an address of this machine"):
        folder.read()


def test_where_the_records_cannot_be_read_monitoring_notices_and_learns_no_word() -> None:
    def away() -> Figures:
        raise StoreError(f"Database school.db cannot be read: {CANARY}")

    port = free_port()
    with Monitor(MonitorSettings("127.0.0.1", port), Page(away, "auto"), away):
        answer = httpx.get(f"http://127.0.0.1:{port}/healthz")
    assert (answer.status_code, CANARY in answer.text) == (503, False)
    assert answer.text.startswith("StoreError")


def test_a_roll_and_backups_that_cannot_be_read_have_no_age(tmp_path: Path) -> None:
    settings = shipped(tmp_path).read()
    settings.roll.path.parent.mkdir(parents=True, exist_ok=True)
    settings.roll.path.write_bytes(b"no roll")
    settings.backup.folder.parent.mkdir(parents=True, exist_ok=True)
    settings.backup.folder.write_text("no folder")
    assert (roll_age_s(settings, NOON), backup_age_s(settings, NOON)) == (None, None)
