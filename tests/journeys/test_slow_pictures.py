"""Pictures whose host is silent or slow: what has words alone is judged first and hidden at once, and reading goes on."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from moderator.domain import Account, Ruling
from moderator.logs import open_log
from moderator.pictures.fetching import CheckedRoad, Fetcher
from moderator.pictures.of_comments import CommentPictures
from moderator.pictures.silent_hosts import Patient
from moderator.pictures.values import HostSilent, Line, PictureNotRead, Seen
from moderator.platforms.memory import Memory
from moderator.store import accounts
from moderator.worker import Worker
from tests.conftest import NOON
from tests.journeys.conftest import Journey
from tests.journeys.street import wait_until
from tests.pictures.test_fetching import HOST, HOSTS, Street

CHILD = "Well done Tolliver Amberley!"
BADGE = Seen((Line("Maja Nowicka", 0.98, (10, 10, 300, 50)),), (), 0.0)
OLDEST, WAIT_S = datetime(2026, 11, 16, 11, tzinfo=UTC), 2.0
PICTURED = 8


@pytest.fixture
def x() -> Memory:
    return Memory(Account("x", "x", "@ValewoodPrimary", "1"), batch=50)


@pytest.fixture
def silent() -> Iterator[Street]:
    """A host that accepts whoever comes, and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        yield Street(listening.getsockname()[1])


class Badges:
    """A host of pictures that takes its time, and who reads them: there is a badge on each."""

    def __init__(self, takes_s: float) -> None:
        self._takes_s = takes_s

    def fetch(self, url: str) -> bytes:
        time.sleep(self._takes_s)
        return url.encode()

    def look(self, data: bytes) -> Seen:
        return BADGE


@contextmanager
def worker_of(journey: Journey, pictures: CommentPictures) -> Iterator[Worker]:
    house = replace(journey.house, pictures=pictures)
    with house.database.transaction() as tx:
        accounts.remember(tx, journey.platform.account)
    worker = Worker(house, "x", open_log(io.StringIO()), lambda: datetime.now(UTC))
    worker.start()
    try:
        yield worker
    finally:
        worker.leave()
        worker.join(15)


def test_a_host_that_never_answers_holds_up_no_childs_name_and_is_asked_twice(
    build: Callable[[Memory], Journey], x: Memory, silent: Street
) -> None:
    journey = build(x)
    x.receives(CHILD, "plain", at=OLDEST)
    for number in range(PICTURED):
        x.receives("so proud", f"p{number}", image_urls=(f"https://{HOST}/{number}", f"https://{HOST}/more/{number}"))
    fetcher = Fetcher(HOSTS, CheckedRoad(lambda _host: ["104.244.42.1"], below=silent), wait_s=WAIT_S)
    still_s: list[float] = []
    with worker_of(journey, CommentPictures({"x": Patient(fetcher, rest_s=600)}, Badges(0))) as worker:

        def is_done() -> bool:
            still_s.append(time.monotonic() - (worker.busy_since or time.monotonic()))
            worker.ask("act")
            return len(journey.waits_for_a_person()) == PICTURED + 1

        worker.ask("look")
        wait_until(lambda: x.hidden == ["plain"], 30, "hidden")
        assert len(silent.asked) <= 1
        wait_until(is_done, 60, "put before a person")
    assert len(silent.asked) == 2
    assert max(still_s) < 1.95 * WAIT_S  # The watchdog hears of each picture.
    assert journey.ruling("p0") is Ruling.QUEUE
    assert "picture 2 was not looked at: its host did not answer shortly before" in journey.reasons("p0")


def test_a_comment_without_pictures_goes_first_however_many_with_pictures_came_after_it(
    build: Callable[[Memory], Journey], x: Memory
) -> None:
    journey = build(x)
    badges = Badges(takes_s=0)
    house = replace(journey.house, pictures=CommentPictures({"x": badges}, badges))
    x.receives(CHILD, "plain", at=OLDEST)
    for number in range(3):
        x.receives("so proud", f"p{number}", image_urls=(f"https://h/{number}",))
    journey.poll(NOON)

    def judged(*, pictures: bool) -> list[str]:
        some = house.cases(NOON, limit=2, pictures=pictures)
        return [each.comment.native_id for each in house.record([house.judge_one(case, NOON) for case in some])]

    assert judged(pictures=True) == ["plain"]
    assert judged(pictures=False) == []
    assert sorted(judged(pictures=True) + judged(pictures=True) + judged(pictures=True)) == ["p0", "p1", "p2"]
    assert judged(pictures=True) == []


def test_an_address_that_nobody_can_read_is_refused_as_ever() -> None:
    with pytest.raises(PictureNotRead, match="its address cannot be read"):
        Patient(Fetcher(HOSTS)).fetch("https://[/1")


def test_a_host_is_asked_again_after_its_rest_and_forgiven_once_it_gives_a_picture() -> None:
    class Host:
        asked, silent = 0, True

        def fetch(self, url: str) -> bytes:
            self.asked += 1
            if self.silent:
                raise HostSilent("it could not be fetched")
            return b"picture"

    host = Host()
    patient = Patient(host, rest_s=0.3)

    def fails(times: int) -> int:
        for _ in range(times):
            with pytest.raises(HostSilent):
                patient.fetch("https://h/1")
        return host.asked

    assert fails(5) == 2
    time.sleep(0.4)
    assert fails(5) == 3  # Once more, and it rests again.
    time.sleep(0.4)
    host.silent = False
    assert [patient.fetch("https://h/1") for _ in range(3)] == [b"picture"] * 3
    host.silent = True
    assert fails(5) == 8


def test_while_many_pictures_are_looked_at_new_comments_are_read_and_hidden(
    build: Callable[[Memory], Journey], x: Memory
) -> None:
    journey = build(x)
    for number in range(20):
        x.receives("so proud", f"p{number}", image_urls=(f"https://h/{number}",))
    badges = Badges(takes_s=1.5)
    with worker_of(journey, CommentPictures({"x": badges}, badges)) as worker:
        worker.ask("look")
        wait_until(lambda: bool(x.hidden), 30, "the first badge")
        with journey.house.database.transaction() as tx:
            tx.session.connection().exec_driver_sql("UPDATE feeds SET last_read_at = datetime(last_read_at, '-2 days')")
        x.receives(CHILD, "new", at=datetime.now(UTC))
        worker.ask("look")
        worker.ask("act")
        late_s = wait_until(lambda: "new" in x.hidden, 30, "hidden while pictures were looked at")
    print(f"hidden after {late_s:.1f} s, beside {len(x.hidden) - 1} pictures")
    assert len(x.hidden) < 20
