"""Real workers on a real queue: they share a school's work, outlive one another and the database's restart, and leave tidily."""

from __future__ import annotations

import json
import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest

from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.school import load_day
from moderator.store.wakeup_tables import conninfo
from tests.commands import run_command
from tests.journeys.street import Street, clean_environment, log_events, open_street, wait_until
from tests.postgres import END_CONNECTIONS, SUPERUSER, Server
from tests.trust.workers import Site, a_site

CHILD = "{first_name} {last_name}".format_map(load_day()["pupils"][0])
NUMBERS = count(1)
PLATFORMS = ("x", "youtube")
"""Instagram tells of a comment that came after a hidden one within five minutes only, which is too long for a story."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with open_street(tmp_path / "street") as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path, street: Street, postgresql: Server) -> Iterator[Site]:
    name = f"test_trust_{next(NUMBERS)}"
    postgresql.run(f"CREATE DATABASE {name}", SUPERUSER)
    try:
        yield a_site(tmp_path, street, postgresql.url(name, "moderator_app"), postgresql.url(name, SUPERUSER))
    finally:
        postgresql.run(f"DROP DATABASE {name} WITH (FORCE)", SUPERUSER)


def effective_hides(street: Street) -> Counter[tuple[str, str]]:
    ledger = street.sandbox.world.ledger
    return Counter((e.platform, e.native_id) for e in ledger if e.event == "hide" and e.effective)


def a_childs_name(street: Street, handle: str) -> list[tuple[str, str]]:
    """On each platform a comment that must be hidden."""
    return [(each, street.comment(each, f"So proud of {CHILD} today", handle=handle)) for each in PLATFORMS]


def the_page(folder: Path, site: Site) -> str:
    """What `moderator trust web` shows; it is then told to stop, and does."""
    place = folder / "page.sock"
    with site.command(folder / "page", "trust", "web", "--listen", str(place)) as process:
        wait_until(place.is_socket, 30, "the page is there")
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(place))) as asked:
            shown = asked.get("http://trust/").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    return shown


@pytest.mark.timeout(180)
def test_two_workers_hide_once_though_one_is_killed_and_the_database_breaks_off_all_connections(
    tmp_path: Path, street: Street, site: Site, postgresql: Server
) -> None:
    log = tmp_path / "log"
    must_go = a_childs_name(street, "@first")
    with (
        site.worker(log, "--concurrency", "2") as one,
        site.worker(log, "--only", "poll", "--only", "judge", "--only", "act"),
    ):
        for platform, native_id in must_go:
            street.wait_hidden(platform, native_id, 60)
        one.kill()
        one.wait()
        must_go += (more := a_childs_name(street, "@second"))
        for platform, native_id in more:
            street.wait_hidden(platform, native_id, 90)  # What the dead one held is free when its lease has run out.
        postgresql.run(END_CONNECTIONS, SUPERUSER)
        must_go += (more := a_childs_name(street, "@third"))
        for platform, native_id in more:
            street.wait_hidden(platform, native_id, 60)
    assert effective_hides(street) == Counter(must_go)
    assert CHILD not in log.read_text(encoding="utf-8")


@pytest.mark.timeout(120)
def test_a_worker_told_to_stop_ends_what_it_has_in_hand_and_holds_nothing(
    tmp_path: Path, street: Street, site: Site
) -> None:
    with site.worker(tmp_path / "log", "--listen", str(tmp_path / "worker.sock")) as one:
        ((platform, native_id), *_) = a_childs_name(street, "@first")
        street.wait_hidden(platform, native_id, 60)
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(tmp_path / "worker.sock"))) as asked:
            told = asked.get("http://worker/metrics").text
        assert re.search(r'moderator_actions_total{kind="hide",school="demo"} [12]\.0', told)
        assert CHILD not in told
        status = run_command("trust", "status", "--trust", str(site.file), "--json", env=clean_environment())
        assert status.returncode == 0, status.stdout
        assert [school["school_id"] for school in json.loads(status.stdout)["schools"]] == ["demo"]
        assert the_page(tmp_path, site).count("<h1>1 school, 1 of them well</h1>") == 1
        began = time.monotonic()
        one.send_signal(signal.SIGTERM)
        assert one.wait(30) == 0
        print(f"left after {time.monotonic() - began:.1f} s")
    alone = run_command("run", "--config", str(site.file.parent / "schools" / "demo"), env=clean_environment())
    assert alone.returncode == 75
    assert "The workers of a trust do the work of demo" in alone.stderr
    with psycopg.connect(**conninfo(site.url)) as server:
        assert server.execute("SELECT count(*) FROM turns WHERE lease_until IS NOT NULL").fetchone() == (0,)


@pytest.mark.timeout(180)
def test_workers_restarted_one_after_the_other_end_the_call_in_hand_and_nothing_is_done_twice(
    tmp_path: Path, street: Street, site: Site
) -> None:
    log = tmp_path / "log"
    street.sandbox.world.add_fault(Fault("youtube", FaultKind.HANG, path="setModerationStatus", seconds=4.0))
    with site.worker(log) as one, site.worker(log) as two:
        must_go = a_childs_name(street, "@first")
        wait_until(lambda: not street.sandbox.world.faults.listed(), 60, "a call to YouTube hangs")
        began = time.monotonic()
        for each in (one, two):
            each.send_signal(signal.SIGTERM)
            assert each.wait(30) == 0
            print(f"left after {time.monotonic() - began:.1f} s")
        assert [event["event"] for event in log_events(log)].count("worker.stopped") == 2
        assert time.monotonic() - began > 2.5, "somebody waited for the call in hand"
        with psycopg.connect(**conninfo(site.url)) as server:
            assert server.execute("SELECT count(*) FROM turns WHERE lease_until IS NOT NULL").fetchone() == (0,)
        with site.worker(log):
            for platform, native_id in must_go:
                street.wait_hidden(platform, native_id, 90)
    assert effective_hides(street) == Counter(must_go)


@pytest.mark.timeout(120)
def test_judging_alone_needs_no_logins_and_waits_for_those_who_read(tmp_path: Path, street: Street, site: Site) -> None:
    for secret in (street.state / "credentials").glob("*.json"):
        secret.rename(secret.with_suffix(".elsewhere"))
    with site.worker(tmp_path / "judge", "--only", "judge") as judge:
        wait_until(lambda: any(e["event"] == "worker.started" for e in log_events(tmp_path / "judge")), 30, "it works")
        time.sleep(2)
        assert judge.poll() is None
        assert not any(e["event"] == "school.faulty" for e in log_events(tmp_path / "judge"))
        for secret in (street.state / "credentials").glob("*.elsewhere"):
            secret.rename(secret.with_suffix(".json"))
        must_go = a_childs_name(street, "@first")
        with site.worker(tmp_path / "log", "--only", "poll", "--only", "act"):
            for platform, native_id in must_go:
                street.wait_hidden(platform, native_id, 60)
    judged = [event for event in log_events(tmp_path / "judge") if event["event"] == "turn.judged"]
    assert sum(event["comments"] for event in judged) == 2
