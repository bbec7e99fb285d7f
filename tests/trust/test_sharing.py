"""Schools that share a developer app: counted together, each with its share, and what is urgent goes out to the last."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moderator.domain import Account, ActionKind, Outcome
from moderator.errors import QuotaSpent
from moderator.platforms.base import Start
from moderator.platforms.sharing import Purpose, pacific_day, utc_month
from moderator.platforms.youtube import YouTube
from moderator.settings.trust import Schools
from moderator.store import app_uses
from moderator.store.app_uses import TOGETHER
from moderator.store.database import Database
from moderator.trust.sharing import Sharing
from tests.conftest import NOON
from tests.platforms.replay import Replay
from tests.platforms.x_school import MENTIONS, USERS, ok, school_on
from tests.platforms.x_school import read as read_x
from tests.platforms.youtube_replies import (
    DONE,
    MODERATE,
    NEXT_PACIFIC_DAY,
    SINCE,
    THREADS,
    Google,
    page,
    said,
    to,
    youtube_at,
)
from tests.postgres import Server
from tests.settings.test_trust import URL, a_school, a_trust

NAMES = ("ashgrove", "birchfield", "cedarhurst", "valewood")
YOUTUBE = '[[apps]]\nname = "trust-youtube"\nplatform = "youtube"\ndaily_units = {units}\n'
X = '[[apps]]\nname = "trust-x"\nplatform = "x"\nmonthly_limit_dollars = 4.0\nschools = ["ashgrove", "valewood"]\n'


@pytest.fixture
def store(postgresql: Server) -> Iterator[Database]:
    with postgresql.fresh() as url:
        database = Database.open(url, school_id="")
        yield database
        database.close()


def sharing(tmp_path: Path, store: Database, apps: str) -> Sharing:
    for name in NAMES:
        a_school(tmp_path, name)
    return Sharing(Schools(a_trust(tmp_path, f'[store]\nurl = "{URL}"\n{apps}')), store)


def channel(google: Google, shared: Sharing, school_id: str) -> YouTube:
    account = Account("youtube", "youtube", "@HarbourLane", native_id="UCharbourlane0000000000", school_id=school_id)
    return youtube_at(google, account=account, app=shared.of(school_id, "youtube"))


def readings(youtube: YouTube, at_most: int = 1000) -> tuple[int, QuotaSpent | None]:
    """How often the channel could be read, and what then stopped it."""
    for number in range(at_most):
        try:
            list(youtube.fetch("published", Start(None, SINCE), NOON))
        except QuotaSpent as spent:
            return number, spent
    return at_most, None


def used(store: Database, app: str, counter: str, period: str) -> dict[str, int]:
    with store.reading() as tx:
        return dict(app_uses.used(tx, app, counter, period))


def test_a_school_in_a_storm_leaves_the_others_theirs(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=400))
    day = pacific_day(NOON).key
    with Google.with_replies({THREADS: [page([])]}) as google:
        storm = channel(google, shared, "ashgrove")
        often, stopped = readings(storm)
        # Reading may use 320 of 400, so 80 are a school's; a sixth of the day is over, and a sixth of 240 is free.
        assert often == 80 + 40
        assert stopped is not None
        assert stopped.retry_at == NOON + timedelta(minutes=15)
        assert [readings(channel(google, shared, name), 60)[0] for name in NAMES[1:]] == [60, 60, 60]
        assert used(store, "trust-youtube", "units", day)[TOGETHER] == 300


def test_a_storm_may_hide_with_what_the_others_do_not_miss_and_not_with_theirs(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=4000))
    with store.transaction() as tx:
        app_uses.reserve(tx, "trust-youtube", "units", pacific_day(NOON).key, "ashgrove", 1_300, None)
    with Google.with_replies({MODERATE: [DONE]}) as google:
        storm, calm = channel(google, shared, "ashgrove"), channel(google, shared, "valewood")
        # Acting may use 3,800, so 950 are a school's; 2,375 of the others' 2,850 are theirs for the rest of the day.
        hides = [storm.apply([to(ActionKind.HIDE)], NOON)[0] for _ in range(3)]
        assert [isinstance(hide, Outcome) for hide in hides] == [True, True, False]
        assert isinstance(calm.apply([to(ActionKind.HIDE)], NOON)[0], Outcome)


def test_the_last_of_an_app_is_for_what_is_urgent(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=1000) + 'schools = ["valewood"]\n')
    with store.transaction() as tx:
        app_uses.reserve(tx, "trust-youtube", "units", pacific_day(NOON).key, "valewood", 930, None)
    with Google.with_replies({THREADS: [page([])], MODERATE: [DONE]}) as google:
        youtube = channel(google, shared, "valewood")
        [plain] = youtube.apply([to(ActionKind.HIDE)], NOON)
        [urgent] = youtube.apply([replace(to(ActionKind.HIDE), urgent=True)], NOON)
        assert isinstance(plain, QuotaSpent)
        assert isinstance(urgent, Outcome)
        _, stopped = readings(youtube)
        assert stopped is not None
        assert "trust-youtube has no room for another call to read until 17 Nov 08:" in str(stopped)
        assert NEXT_PACIFIC_DAY <= stopped.retry_at < NEXT_PACIFIC_DAY + timedelta(minutes=2)
        [tomorrow] = youtube.apply([to(ActionKind.HIDE)], stopped.retry_at)
        assert isinstance(tomorrow, Outcome)


def test_what_google_says_to_one_school_stops_all_that_share_the_project(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=10_000))
    with Google.with_replies({THREADS: [said("quota_exceeded", 403)]}) as google:
        assert readings(channel(google, shared, "ashgrove"))[0] == 0
        assert readings(channel(google, shared, "valewood"))[0] == 0
        assert len(google.asked(*THREADS)) == 1


def test_workers_that_take_at_once_never_take_more_than_there_is(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=100))
    taken: list[str] = []

    def work(name: str) -> None:
        app = shared.of(name, "youtube")
        while app.take({"units": 3}, Purpose.SEVERE, pacific_day(NOON), NOON) is None:
            taken.append(name)

    workers = [threading.Thread(target=work, args=(name,)) for name in NAMES * 2]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counted = used(store, "trust-youtube", "units", pacific_day(NOON).key)
    assert counted.pop(TOGETHER) == 3 * len(taken) == sum(counted.values()) <= 100
    assert min(counted.values()) >= 18, "a quarter each is 25, less what a fast one took of a sixth of the others'"


def test_on_x_the_most_that_a_call_may_cost_is_set_aside_and_what_it_did_not_cost_given_back(
    tmp_path: Path, store: Database
) -> None:
    shared = sharing(tmp_path, store, X)
    month = utc_month(NOON).key
    with Replay({MENTIONS: [ok("mentions")], USERS: [(503, {}, "")]}) as vendor:
        read_x(school_on(vendor, app=shared.of("valewood", "x")), "mentions")
    # Two mentions were returned; the authors could not be looked up, which costs nothing.
    assert used(store, "trust-x", "microdollars", month) == {TOGETHER: 2_000, "valewood": 2_000}
    assert used(store, "trust-x", "reads", month) == {TOGETHER: 2, "valewood": 2}
    with store.transaction() as tx:
        app_uses.reserve(tx, "trust-x", "microdollars", month, "ashgrove", 3_150_000, None)
    with Replay({MENTIONS: [ok("mentions")]}) as vendor:
        with pytest.raises(QuotaSpent, match="no room for another call to read"):
            read_x(school_on(vendor, app=shared.of("valewood", "x")), "mentions")
        assert vendor.requests == []
    assert used(store, "trust-x", "reads", month)[TOGETHER] == 2


def test_a_school_that_does_not_share_an_app_is_not_counted(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, X)
    with Replay({MENTIONS: [ok("mentions")], USERS: [(503, {}, "")]}) as vendor:
        read_x(school_on(vendor, app=shared.of("cedarhurst", "x")), "mentions")
    assert used(store, "trust-x", "microdollars", utc_month(NOON).key) == {}
    assert shared.slowing("cedarhurst", "x", NOON) == 1.0


def test_reading_grows_slower_for_the_school_that_uses_most(tmp_path: Path, store: Database) -> None:
    shared = sharing(tmp_path, store, YOUTUBE.format(units=1000))
    with store.transaction() as tx:
        app_uses.reserve(tx, "trust-youtube", "units", pacific_day(NOON).key, "ashgrove", 500, None)
    # 300 of 800 are left for five sixths of the day.
    assert shared.slowing("ashgrove", "youtube", NOON) == pytest.approx(5 / 6 / 0.375)
    assert shared.slowing("valewood", "youtube", NOON) == 1.0


@pytest.mark.parametrize(
    ("apps", "said"),
    [
        (X + X.replace("trust-x", "another"), "goes through trust-x on x already"),
        (X + YOUTUBE.format(units=5).replace("trust-youtube", "trust-x"), "every name is used once"),
        (X + "daily_units = 5\n", "x has no such limit"),
        (X.replace('"x"', '"instagram"'), "platform"),
    ],
)
def test_what_is_wrong_with_an_app_is_told(tmp_path: Path, apps: str, said: str) -> None:
    for name in NAMES:
        a_school(tmp_path, name)
    with pytest.raises(Exception, match=said):
        a_trust(tmp_path, f'[store]\nurl = "{URL}"\n{apps}')
