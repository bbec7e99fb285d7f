"""What platforms answer when they will not, cannot or need not: each is taken at its word, and what came of it told truthfully."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from moderator.domain import ActionKind, Ruling
from moderator.sandbox.faults import Fault, FaultKind
from moderator.sandbox.server import Call
from tests.faults.proxy import Toxic
from tests.faults.school import ABUSE, KIND, PLATFORMS, FaultySchool, open_school
from tests.faults.story import loses_every_reply

LIMITED = 240
READABLE = ("youtube", "instagram")
"""X does not tell whether a reply is hidden."""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySchool]:
    with open_school(tmp_path_factory.mktemp("answers")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def all_is_well_again(school: FaultySchool) -> Iterator[None]:
    school.forget_log()
    yield
    school.sandbox.world.faults.clear()


def limit_of(call: Call) -> str:
    """What shares one rate limit on X: the method, and the path without its numbers."""
    return f"{call.method} {re.sub('[0-9]+', 'N', call.path)}"


def test_before_the_reset_nothing_is_asked_and_the_others_go_on(school: FaultySchool) -> None:
    began = len(school.sandbox.calls)
    pending = {name: school.says(name) for name in PLATFORMS}
    resets_at = school.clock.now + timedelta(minutes=1, seconds=LIMITED)
    school.clock.now += timedelta(minutes=1)
    for name in ("x", "instagram"):
        school.sandbox.world.add_fault(Fault(name, FaultKind.RATE_LIMITED, times=None, reset_in_s=LIMITED))
    while school.clock.now < resets_at:
        school.does()
        school.clock.now += timedelta(seconds=30)
    limits = [limit_of(call) for call in school.calls("x", began)]
    assert len(limits) == len(set(limits)), "each limit of X's is asked once, and then left alone"
    assert len(school.calls("instagram", began)) == 1, "Instagram has one limit for all"
    assert not school.is_public("youtube", pending["youtube"])
    for name in ("x", "instagram"):
        errors = " ".join(state.last_error for state in school.feeds(name).values())
        assert f"{resets_at:%H:%M}" in errors, "a person is told until when"
        assert f"{resets_at:%H:%M}" in str(school.told("platform.down", name))
    school.sandbox.world.faults.clear()
    school.passes(2)
    assert school.undrained() == []


def test_a_dead_login_is_told_once_and_what_a_person_decides_meanwhile_is_done_after_it(school: FaultySchool) -> None:
    kind = {name: school.says(name, KIND) for name in PLATFORMS}
    school.passes(1)
    for name in PLATFORMS:
        school.sandbox.world.add_fault(Fault(name, FaultKind.TOKEN_REVOKED, times=None))
    school.passes(2)
    for native_id in kind.values():
        school.person_decides(native_id, Ruling.HIDE)
    school.clock.now += timedelta(minutes=10)
    school.passes(2)
    assert [len(school.told("account.paused", name)) for name in PLATFORMS] == [1, 1, 1]
    assert all(school.is_public(name, native_id) for name, native_id in kind.items())
    school.sandbox.world.faults.clear()
    school.clock.now += timedelta(minutes=10)
    school.passes(2)
    assert school.undrained() == []
    assert not any(school.is_public(name, native_id) for name, native_id in kind.items())


def test_a_closed_account_is_told_once_and_looked_at_once_a_day_while_the_others_go_on(school: FaultySchool) -> None:
    for name in PLATFORMS:
        school.sandbox.world.faults.clear()
        school.forget_log()
        school.sandbox.world.add_fault(Fault(name, FaultKind.ACCOUNT_GONE, times=None))
        others = [other for other in PLATFORMS if other != name]
        school.passes(1)
        assert school.paused(name), name
        began = len(school.sandbox.calls)
        for _ in range(8):
            school.clock.now += timedelta(hours=3)
            school.does(["look"], only=[name])
        native_ids = {other: school.says(other) for other in others}
        school.passes(1)
        assert len(school.told("account.paused", name)) == 1
        assert len(school.calls(name, began)) <= 3, f"{name}: one look a day"
        assert not any(school.is_public(other, native_id) for other, native_id in native_ids.items())
        school.sandbox.world.faults.clear()
        school.clock.now += timedelta(days=1)
        missed = school.says(name)
        school.passes(2)
        assert school.paused(name) is None
        assert not school.is_public(name, missed)


def test_an_account_that_was_renamed_is_read_on_and_it_is_said_once(school: FaultySchool) -> None:
    account = school.sandbox.world.account("x")
    account.handle = "ValewoodPrimary"
    school.clock.now += timedelta(days=1)
    native_id = school.says("x")
    school.passes(2)
    assert not school.is_public("x", native_id)
    (told,) = school.told("account.warning", "x")
    assert "@ValewoodPrimary" in told["detail"]
    account.handle = "ValewoodSch"
    school.clock.now += timedelta(days=1)
    school.passes(1)


def test_what_is_deleted_before_the_action_arrives_is_gone_and_not_asked_for_again(school: FaultySchool) -> None:
    native_ids = {name: school.says(name) for name in PLATFORMS}
    for name in PLATFORMS:
        school.sandbox.world.add_fault(Fault(name, FaultKind.DELETED_MEANWHILE))
    school.passes(3)
    assert school.undrained() == []
    for name, native_id in native_ids.items():
        assert "gone" in school.history(native_id), name
        assert "hidden" not in school.history(native_id), name


def test_what_somebody_hid_before_us_is_done_and_asked_for_once(school: FaultySchool) -> None:
    native_ids = {name: school.says(name, KIND) for name in PLATFORMS}
    school.passes(1)
    for name, native_id in native_ids.items():
        school.sandbox.world.hide(name, native_id, "in the platform's own app")
        school.person_decides(native_id, Ruling.HIDE)
    school.passes(2)
    assert school.undrained() == []
    for name, native_id in native_ids.items():
        assert school.effective("hide", native_id) == 1, f"{name}: somebody else's"
        assert school.asked("hide", native_id) <= 2
        # Either we asked and heard that it is hidden, or a reading had shown so before we asked.
        assert {"hidden", "visibility_changed"} & set(school.history(native_id))


def test_what_somebody_else_brought_back_is_put_before_a_person_and_not_hidden_anew(school: FaultySchool) -> None:
    native_ids = {name: school.says(name, "Tolliver Amberley was great") for name in PLATFORMS}
    school.passes(1)
    for name, native_id in native_ids.items():
        assert not school.is_public(name, native_id)
        school.sandbox.world.release(name, native_id, "in the platform's own app")
    school.passes(3)
    for name, native_id in native_ids.items():
        assert school.asked("hide", native_id) == 1, f"{name}: not silently done again"
        assert (native_id in school.waiting_for_a_person()) is (name in READABLE) or name == "x"
        if name in READABLE:
            assert "visibility_changed" in school.history(native_id)


def test_an_author_who_is_banned_already_and_one_who_is_gone_are_no_trouble(school: FaultySchool) -> None:
    world = school.sandbox.world
    muted, banned = school.says("x", KIND, "@barred"), school.says("youtube", KIND, "@barred")
    nobody = school.says("youtube", ABUSE, handle="")
    school.passes(1)
    world.mute(world.account("x"), world.person("x", "@barred"))
    world.ban(world.account("youtube"), world.person("youtube", "@barred"))
    school.person_decides(muted, Ruling.HIDE, ActionKind.MUTE)
    school.person_decides(banned, Ruling.HIDE, ActionKind.BLOCK)
    school.passes(2)
    assert school.undrained() == []
    assert not school.is_public("youtube", nobody)
    for name in ("x", "youtube"):
        assert school.told("action.failed", name) == []


def test_a_thousand_lost_replies_begin_with_twenty(school: FaultySchool) -> None:
    lost = loses_every_reply(school, rounds=7, seed=13)
    assert lost.effects == 21
    assert lost.broken == []
    assert lost.asked_twice <= 7, "X alone cannot tell whether it was done"


def test_each_call_is_a_sign_of_life_however_many_a_page_takes(school: FaultySchool) -> None:
    for thread in range(8):
        top = school.says("youtube", KIND)
        for reply in range(6):
            school.says("youtube", f"{KIND} {thread} {reply}", reply_to=top)
    school.proxies["youtube"].poison(Toxic.LATENCY)
    worker, over, oldest = school.workers["youtube"], Event(), [0.0]

    def watch() -> None:
        while not over.wait(0.01):
            since = worker.busy_since
            oldest.append(monotonic() - since if since is not None else 0.0)

    watcher, began = Thread(target=watch), monotonic()
    watcher.start()
    school.passes(1, only=["youtube"])
    took = monotonic() - began
    over.set()
    watcher.join()
    school.proxies["youtube"].poison(Toxic.NONE)
    assert max(oldest) < took / 2, "a page of many calls must not look like one call that hangs"


MIDNIGHT = datetime(2026, 11, 17, 8, tzinfo=UTC)
"""In California."""


def test_reading_stops_before_hiding_does_and_both_go_on_at_midnight_in_california(tmp_path: Path) -> None:
    with open_school(tmp_path, ["youtube"], youtube={"daily_units": 190, "reserve_units": 170}) as small:
        kind, unread = small.says("youtube", KIND), ""
        small.passes(1)
        for _ in range(40):
            small.passes(1, ["look"])
            if any(
                "goes up to" in s.last_error or "may go up" in s.last_error for s in small.feeds("youtube").values()
            ):
                break
        unread = small.says("youtube")
        small.passes(5, ["look"])
        assert small.is_public("youtube", unread), "no units are left for reading"
        small.person_decides(kind, Ruling.HIDE)
        small.passes(1, ["act"])
        assert not small.is_public("youtube", kind), "what a person decided goes out from the reserve"
        assert f"{MIDNIGHT:%H:%M}" in small.feeds("youtube")["published"].last_error
        began = len(small.sandbox.calls)
        small.clock.now = MIDNIGHT - timedelta(minutes=2)
        small.passes(1, ["look"])
        assert len(small.calls("youtube", began)) == 0
        small.passes(2)
        assert not small.is_public("youtube", unread)


def test_the_spending_limit_of_x_keeps_a_reserve_for_hiding(tmp_path: Path) -> None:
    with open_school(tmp_path, ["x"], x={"monthly_limit_microdollars": 60_000}) as small:
        kind = small.says("x", KIND)
        small.passes(1)
        for _ in range(5):
            for _ in range(8):
                small.says("x", KIND)
            small.passes(1, ["look"])
        unread = small.says("x")
        small.passes(1, ["look"])
        assert small.is_public("x", unread), "reading has used up its share"
        small.person_decides(kind, Ruling.HIDE)
        small.passes(1, ["act"])
        assert not small.is_public("x", kind)
        small.clock.now = datetime(2026, 12, 1, 0, 1, tzinfo=UTC)
        small.passes(1)
        assert not small.is_public("x", unread)


def test_a_crowd_of_new_authors_does_not_eat_the_reserve_for_hiding(tmp_path: Path) -> None:
    with open_school(tmp_path, ["x"], x={"monthly_limit_microdollars": 200_000}) as small:
        kind = small.says("x", KIND)
        small.passes(1)
        newcomers = [small.says("x", KIND, f"@newcomer{number}") for number in range(25)]
        small.passes(1, ["look"])
        assert {small.comment(each).author.handle for each in newcomers} == {""}, "read, and their names not paid for"
        small.person_decides(kind, Ruling.HIDE)
        small.passes(1, ["act"])
        assert not small.is_public("x", kind)
