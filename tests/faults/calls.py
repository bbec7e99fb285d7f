"""Single calls of an adapter, and how long each took."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from moderator.domain import Comment
from moderator.errors import PlatformError
from moderator.platforms.base import Start
from moderator.platforms.deadline import SIGN_OF_LIFE
from tests.conftest import NOON
from tests.faults.school import FaultySchool


def comment_of(school: FaultySchool, name: str, native_id: str) -> Comment:
    """The comment as its adapter reads it."""
    adapter = school.adapters[name]
    pages = adapter.fetch(adapter.feeds[0].name, Start(None, NOON - timedelta(days=1)), NOON)
    return next(each for page in pages for each in page.comments if each.native_id == native_id)


def tried(call: Callable[[], object]) -> tuple[object, float]:
    """What came of it, and the seconds that the longest single request took."""
    began = [time.monotonic()]
    SIGN_OF_LIFE.set(lambda: began.append(time.monotonic()))
    try:
        came = call()
    except PlatformError as error:
        came = error
    began.append(time.monotonic())
    return came, max(later - earlier for earlier, later in pairwise(began))
