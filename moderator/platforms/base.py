"""The words every platform adapter answers in.

An adapter takes plain settings, a `Meter` and a `Tokens`; it gives `Page`s of domain values and answers to actions. It
translates each vendor exception into one of `moderator.errors`, decides nothing and remembers nothing but what its cursor says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from moderator.domain import Account, Action, ActionKind, Author, Comment, Outcome, Post, Visibility
from moderator.errors import LoginExpired, PlatformError


class Undo(StrEnum):
    """Whether an action can be taken back."""

    YES = "yes"  # by the API
    NO = "no"
    BY_HAND = "by_hand"  # by a person in the platform's own app


MICRODOLLARS = 1_000_000
"""In a dollar."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account can use up: counted by its `Meter`, and begun anew each day or month."""

    counter: str  # of the meter
    option: str  # which of the adapter's options says how much there is
    per: Literal["day", "month"]
    unit: str  # in which a person is told of it: "dollars", "units"
    each: int = 1  # of the counter in one unit
    zone: str = "UTC"  # whose midnight

    def period(self, now: datetime) -> str:
        """What the meter calls the day or the month of `now`."""
        return self.last_days(now, 1)[0][: len("2026-11" if self.per == "month" else "2026-11-22")]

    def last_days(self, now: datetime, count: int) -> list[str]:
        """Today and the days before it, by the same calendar, today first."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        return [(today - timedelta(days=back)).isoformat() for back in range(count)]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do for us, as data."""

    actions: Mapping[ActionKind, Undo]  # what the API can do; whatever is absent becomes a task by hand
    effects: Mapping[ActionKind, str]  # what each really does, in words for a person, the by-hand ones included
    cost_units: Mapping[ActionKind, int] = field(default_factory=dict)
    unit: str = ""  # what cost_units count: "quota units of 10,000 a day", "millionths of a dollar"
    batch: int = 1  # actions of one kind that one call can carry
    reads_visibility: bool = True  # read_back can tell hidden from public
    allowance: Allowance | None = None  # None: nothing runs out


@dataclass(frozen=True, slots=True)
class Feed:
    """One way of reading the account; the daemon fetches it every `every_s` seconds."""

    name: str
    every_s: int
    sweep: bool = False  # a slow look at everything recent; may wait while quota is short


@dataclass(frozen=True, slots=True)
class Start:
    """Where a fetch begins."""

    cursor: str | None  # what the last stored Page of this feed said; None at the first start
    since: datetime  # read no further back than this
    known: Mapping[str, int] = field(default_factory=dict)  # native id of a recent post -> comments stored under it


@dataclass(frozen=True, slots=True)
class Broken:
    """An item that could not be understood, set aside so that the rest of its page is kept."""

    reason: str
    native_id: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one call brought. The pipeline stores a page and its cursor in one transaction before asking for the next."""

    comments: tuple[Comment, ...] = ()
    posts: tuple[Post, ...] = ()
    broken: tuple[Broken, ...] = ()
    cursor: str | None = None  # where reading resumes once this page is stored; None: not to be moved yet
    note: str = ""  # something a person should hear: "50 new at once, older ones may be missing"


@dataclass(frozen=True, slots=True)
class AccountState:
    """What a look at the account itself says."""

    account: Account  # with native_id and handle as the platform knows them
    warnings: tuple[str, ...] = ()  # each a sentence with its remedy: a token that dies soon, a missing permission


class Meter(Protocol):
    """Counts what an account uses up, across restarts."""

    def add(self, counter: str, period: str, amount: int) -> None:
        """Count `amount` of `counter` ("units", "reads", "microdollars") in `period` ("2026-11", "2026-11-22")."""

    def total(self, counter: str, period: str) -> int:
        """What was counted so far in the period."""

    def reserve(self, counter: str, period: str, amount: int, at_most: int) -> bool:
        """Count `amount` where no more than `at_most` is counted then, in one step; False: nothing was counted."""


class Tokens(Protocol):
    """Keeps an account's renewed tokens. `save` is atomic: after a crash either the old or the new ones are there."""

    def load(self) -> dict[str, str]:
        """The tokens as last saved; at first those of the credential file."""

    def save(self, tokens: dict[str, str]) -> None: ...


class Platform(Protocol):
    """One account on one platform. Used by one thread at a time."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> Account: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def feeds(self) -> Sequence[Feed]: ...

    def check(self, now: datetime) -> AccountState:
        """Ask the platform who we are and what we may do. Raises PlatformError."""

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Read a feed, page by page. What the account itself wrote is not among the comments. Raises PlatformError."""

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        """Carry out actions of one kind, `capabilities.batch` at most. One answer per action, in their order; never raises one."""

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        """What the public sees of each comment now, by native id. Raises PlatformError."""

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        """Whether the author is blocked on the platform; None where it does not tell. Raises PlatformError."""

    def by_hand(self, action: Action) -> tuple[str, str]:
        """Steps for a person who carries this out in the platform's own app, and the address of the page to start from."""


class Adapter(Protocol):
    """The class of a platform with an API, as far as it can be asked without anybody's login."""

    capabilities: ClassVar[Capabilities]

    @staticmethod
    def login_warnings(credentials: Mapping[str, str], tokens: Tokens, now: datetime) -> list[str]:
        """What the login says of its own end, asking nobody: each a sentence with its remedy. Raises ConfigError."""


@runtime_checkable
class SignsPictures(Protocol):
    """A platform that gives the addresses of pictures anew each time they are asked for."""

    def picture_addresses(self, comment: Comment, now: datetime) -> tuple[str, ...]:
        """Where the comment's pictures can be fetched from now. Raises PlatformError."""


def another_account(account: Account, native_id: str, name: str) -> LoginExpired:
    """The login is not for the account of that native id, which the configuration or an earlier answer of the platform said."""
    return LoginExpired(
        f"Account {account.id} is {account.native_id}, and its login belongs to {native_id} ({name}). Connect the right account; "
        f'or, if the school has a new one, write native_id = "{native_id}" for it into moderator.toml.'
    )
