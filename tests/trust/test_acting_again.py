"""When an account is acted for again: after a pause that ends by itself, and while something must wait for its quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from moderator.domain import Action, ActionKind, Author, Decision, Mode, Outcome, Ruling, TaskKind
from moderator.errors import PlatformError, QuotaSpent
from moderator.platforms.memory import Memory
from moderator.store import accounts, actions, comments, decisions, turns
from moderator.store.turns import Work
from tests.trust.made import CHILD, Trust

OWN = "school-1"


class Fragile(Memory):
    """A platform whose library does what nobody foresaw, until it is mended."""

    broken = True

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        if self.broken:
            raise ZeroDivisionError
        return super().apply(actions, now)


class Counting(Memory):
    """A platform on which each look at the block list costs money."""

    looks = 0

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        self.looks += 1
        return super().is_blocked(author, now)


def test_after_a_pause_of_ten_minutes_a_hide_goes_out_and_does_not_wait_for_the_hour(trust: Trust) -> None:
    platform = Fragile(trust.platforms[OWN].account)
    trust.platforms[OWN] = platform
    platform.receives(CHILD, native_id="c1")
    trust.later(minutes=6)
    crew = trust.crew()
    for work in (Work.POLL, Work.JUDGE):
        crew.drain(work)

    def is_paused() -> bool:
        with trust.databases[OWN].reading() as tx:
            return accounts.paused(tx, "youtube", trust.now) is not None

    for _ in range(20):
        crew.drain(Work.ACT)
        if is_paused():
            break
        trust.later(seconds=30)
    assert is_paused()
    assert trust.turn(OWN, Work.ACT).due_at == trust.now + timedelta(minutes=10)
    platform.broken = False
    trust.later(minutes=9)
    crew.drain(Work.ACT)
    assert platform.hidden == []
    trust.later(minutes=1)
    crew.drain(Work.ACT)
    assert platform.hidden == ["c1"]


def test_a_release_without_quota_is_waited_for_and_not_asked_about_every_two_seconds(trust: Trust) -> None:
    platform, database = trust.platforms[OWN], trust.databases[OWN]
    platform.receives(CHILD, native_id="c1")
    trust.later(minutes=6)
    crew = trust.crew()
    trust.round(crew)
    assert platform.hidden == ["c1"]
    with database.transaction() as tx:
        (comment,) = comments.find(tx, "c1")
        decisions.record(tx, Decision(comment.id, 1, Ruling.ALLOW, "Mrs Ravenscroft", trust.now, (), mode=Mode.AUTO))
    back_at = trust.now + timedelta(minutes=30)
    platform.fails_next(QuotaSpent("spent", retry_at=back_at), during="apply")
    trust.later(seconds=3)
    crew.drain(Work.ACT)
    trust.later(minutes=2)  # By now the hide would be read back, were it not to be undone.
    crew.drain(Work.ACT)
    assert trust.turn(OWN, Work.ACT).due_at == back_at
    trust.later(minutes=28)
    crew.drain(Work.ACT)
    assert platform.hidden == []


def test_what_is_decided_anew_while_a_reply_is_lost_waits_until_that_is_read_back(trust: Trust) -> None:
    platform, database = trust.platforms[OWN], trust.databases[OWN]
    platform.receives(CHILD, native_id="c1")
    platform.loses_next_reply()
    trust.later(minutes=6)
    crew = trust.crew()
    trust.round(crew)
    with database.transaction() as tx:
        (comment,) = comments.find(tx, "c1")
        decisions.record(tx, Decision(comment.id, 1, Ruling.ALLOW, "Mrs Ravenscroft", trust.now, (), mode=Mode.AUTO))
    back_at = trust.now + timedelta(minutes=30)
    platform.fails_next(QuotaSpent("spent", retry_at=back_at), during="read_back")
    trust.later(seconds=5)
    crew.drain(Work.ACT)
    assert trust.turn(OWN, Work.ACT).due_at == back_at
    trust.later(minutes=30)
    crew.drain(Work.ACT)
    trust.later(seconds=2)
    crew.drain(Work.ACT)
    assert platform.hidden == []


def test_a_block_list_is_not_read_at_every_turn_while_somebody_is_to_be_blocked_by_hand(trust: Trust) -> None:
    platform, database = Counting(trust.platforms[OWN].account), trust.databases[OWN]
    trust.platforms[OWN] = platform
    platform.receives(CHILD, native_id="c1")
    trust.later(minutes=6)
    crew = trust.crew()
    trust.round(crew)
    with database.transaction() as tx:
        (comment,) = comments.find(tx, "c1")
        answer = Decision(comment.id, 1, Ruling.HIDE, "Mrs Ravenscroft", trust.now, (), mode=Mode.AUTO)
        decisions.record(tx, replace(answer, author_action=ActionKind.BLOCK))
    for _ in range(9):
        trust.later(minutes=1)
        with database.transaction() as tx:
            turns.wake(tx, "youtube", Work.ACT, trust.now)
        crew.drain(Work.ACT)
    assert platform.looks == 1
    platform.blocked.add(comment.author.native_id)
    trust.later(minutes=4)
    with database.transaction() as tx:
        turns.wake(tx, "youtube", Work.ACT, trust.now)
    crew.drain(Work.ACT)
    with database.reading() as tx:
        assert TaskKind.BLOCK not in {state.task.kind for state in actions.open_tasks(tx, "youtube")}
