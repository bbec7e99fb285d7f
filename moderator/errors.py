"""What can go wrong, sorted by remedy: the class says what to do next, the message says it in words.

Vendor exceptions are translated once, in their adapter, with `from`.
"""

from __future__ import annotations

from datetime import datetime


class ModeratorError(Exception):
    """Base of all errors raised on purpose. `exit_code` is what a command ends with."""

    exit_code = 1


class ConfigError(ModeratorError):
    """A file of the school's must be mended first. Raised before any account is touched."""

    exit_code = 2


class StoreError(ModeratorError):
    """The database cannot be opened or written: wrong key, held by another process, disk full."""

    exit_code = 4


class Damaged(StoreError):
    """The database itself is damaged: stop, keep the file, and let a person put back a backup."""

    exit_code = 65


class AlreadyRunning(ModeratorError):
    """Another daemon works on the same data."""

    exit_code = 75


class DetectorError(ModeratorError):
    """A detector could not read a comment: the comment goes before a person."""


class PlatformError(ModeratorError):
    """A platform did not do what was asked. Always one of the classes below."""

    exit_code = 3


class Unavailable(PlatformError):
    """Try later: network, time-out, 5xx, an answer that is no answer.

    `maybe_done` is True where the request may have reached the platform, so that what it asked may be done already.
    `about_one` is True where the platform answers, and only this one thing fails there: it is tried ever more rarely.
    """

    def __init__(self, message: str, *, maybe_done: bool = False, about_one: bool = False) -> None:
        super().__init__(message)
        self.maybe_done, self.about_one = maybe_done, about_one


class QuotaSpent(PlatformError):
    """Wait until `retry_at` (aware UTC): rate limit, daily quota or the school's own spending limit."""

    def __init__(self, message: str, *, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Refused(PlatformError):
    """The platform will not do this: give up and put it before a person."""


class Gone(PlatformError):
    """What was asked about no longer exists: nothing left to do."""


class LoginExpired(PlatformError):
    """The account's token is revoked, expired or lacks a permission: pause the account and call a person."""


class AccountClosed(LoginExpired):
    """The account itself is closed, suspended or gone: no new token mends it, so that one look a day is enough."""
