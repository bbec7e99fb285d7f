"""The schools that a worker has in hand: each assembled when its first turn comes, and anew once its files changed.

Where accounts are read or acted on there are platforms and no models; where comments are judged there are models, loaded once for
all schools, and neither network nor logins.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from moderator.build import Models, build_platform, school_detectors
from moderator.pipeline import House
from moderator.platforms.base import Platform
from moderator.settings import AccountSettings, Settings
from moderator.store.database import Database
from moderator.trust.sharing import Sharing

T = TypeVar("T")
SettingsOf = Callable[[str], Settings]
"""A school's settings as its files say now: the same object for as long as none of them changed. Raises ConfigError."""


class LazyPlatforms(Mapping[str, Platform]):
    """The platforms of some accounts, each connected to when it is first asked for."""

    def __init__(self, accounts: Mapping[str, AccountSettings], connect: Callable[[AccountSettings], Platform]) -> None:
        self._accounts, self._connect = dict(accounts), connect
        self._made: dict[str, Platform] = {}

    def __getitem__(self, account_id: str) -> Platform:
        if account_id not in self._made:
            self._made[account_id] = self._connect(self._accounts[account_id])
        return self._made[account_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    settings: Settings
    value: T


class Kept(Generic[T]):
    """What was made of each school's settings, for the schools seen last. Safe to share between threads."""

    def __init__(self, settings_of: SettingsOf, make: Callable[[Settings], T], at_most: int) -> None:
        self._settings_of, self._make, self._at_most = settings_of, make, at_most
        self._kept: OrderedDict[str, _Kept[T]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, school_id: str) -> T:
        """Raises ConfigError where the school's files are faulty."""
        settings = self._settings_of(school_id)
        with self._lock:
            found = self._kept.get(school_id)
            if found is not None and found.settings is settings:
                self._kept.move_to_end(school_id)
                return found.value
        made = _Kept(settings, self._make(settings))
        with self._lock:
            self._kept[school_id] = made
            self._kept.move_to_end(school_id)
            while len(self._kept) > self._at_most:
                self._kept.popitem(last=False)
        return made.value


def reaching_house(settings: Settings, database: Database, sharing: Sharing) -> House:
    """A house that reads and acts, and judges nothing."""
    accounts = {each.account.id: each for each in settings.accounts}

    def connect(each: AccountSettings) -> Platform:
        app = sharing.of(settings.school.id, each.account.platform)
        return build_platform(each, database, settings.state_dir, app)

    return House(
        database=database,
        platforms=LazyPlatforms(accounts, connect),
        detectors=(),
        policy=settings.policy,
        mode=settings.mode,
        read_back=timedelta(days=settings.read_back_days),
        verify_after=tuple(timedelta(seconds=seconds) for seconds in settings.verify_after_s),
    )


def judging_house(settings: Settings, database: Database, models: Models, now: datetime) -> House:
    """A house that judges, and can reach no platform."""
    return House(
        database=database,
        platforms={},
        detectors=school_detectors(settings, now, models),
        policy=settings.policy,
        mode=settings.mode,
    )
