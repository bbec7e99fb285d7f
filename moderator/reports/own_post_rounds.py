"""The round of the daemon that looks at what the school itself has posted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from moderator.by_hand.watch import look_at_own_posts, look_at_pictures_of_own_posts
from moderator.detectors.roll import Roll
from moderator.logs import Log
from moderator.pictures.of_comments import CommentPictures
from moderator.pipeline import House
from moderator.reports.rounds import Rounds
from moderator.settings import Settings
from moderator.settings.roll_file import load_roll
from moderator.store.own_posts import OwnPostFinding

LOOK_EVERY_S = 300
PICTURES_FOR = timedelta(seconds=30)
"""How long a round goes on to the next post's pictures; those of one post take four minutes at the very worst, of five allowed."""


def own_post_rounds(house: House, settings: Settings, log: Log, clock: Callable[[], datetime]) -> list[Rounds]:
    def own_posts(house: House, now: datetime) -> None:
        loaded = load_roll(settings, now)
        roll = Roll(loaded.pupils) if loaded is not None else Roll()
        for found in look_at_own_posts(house.database, house.detectors, settings.school, roll, now):
            tell(found)
        if house.pictures is not None:
            look_at_pictures(house, house.pictures, roll, now)

    def look_at_pictures(house: House, pictures: CommentPictures, roll: Roll, now: datetime) -> None:
        until = now + PICTURES_FOR
        while clock() < until and (
            looked := look_at_pictures_of_own_posts(
                house.database, pictures, platforms, house.detectors, settings.school, roll, now
            )
        ):
            for each in (one for one in looked if one.remarks):
                tell(each)

    def tell(found: OwnPostFinding) -> None:
        log.warning("own_post.found", account=found.account_id, post=found.post.native_id, answer=found.answer)

    platforms = {each.account.id: each.account.platform for each in settings.accounts}
    return [Rounds("own-posts", LOOK_EVERY_S, own_posts, house, log, clock)]
