"""When an account is acted for again: after a pause that ends by itself, and while something must wait for its quota."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from moderator.domain import Action, Outcome
from moderator.errors import PlatformError
from moderator.platforms.memory import Memory
from moderator.store import accounts
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
