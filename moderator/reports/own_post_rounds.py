"""The round of the daemon that looks at what the school itself has posted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from moderator.by_hand.watch import look_at_own_posts
from moderator.detectors.roll import Roll
from moderator.logs import Log
from moderator.pipeline import House
from moderator.reports.rounds import Rounds
from moderator.settings import Settings
from moderator.settings.roll_file import load_roll

LOOK_EVERY_S = 300


def own_post_rounds(house: House, settings: Settings, log: Log, clock: Callable[[], datetime]) -> list[Rounds]:
    def own_posts(house: House, now: datetime) -> None:
        loaded = load_roll(settings, now)
        roll = Roll(loaded.pupils) if loaded is not None else Roll()
        for found in look_at_own_posts(house.database, house.detectors, settings.school, roll, now):
            log.warning("own_post.found", account=found.account_id, post=found.post.native_id, answer=found.answer)

    return [Rounds("own-posts", LOOK_EVERY_S, own_posts, house, log, clock)]
