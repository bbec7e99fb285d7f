"""Whatever goes wrong on the way to X, told by remedy.

In comes an exception of tweepy or requests, or an answer that is none; out goes one of `moderator.errors`.
https://docs.x.com/x-api/fundamentals/response-codes-and-errors (read 2026-11-22)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import requests
import tweepy
from pydantic import BaseModel, BeforeValidator, ValidationError
from urllib3.exceptions import NewConnectionError

from moderator.errors import AccountClosed, Gone, LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable

SCOPES = "tweet.read users.read tweet.moderate.write mute.read mute.write block.read offline.access"
"""What an OAuth 2.0 token of the school's must allow."""

SHORTEST_WAIT = timedelta(seconds=60)
LONGEST_GUESS = timedelta(minutes=15)
"""One window of X's limits: the longest wait when X does not say how long."""
LONGEST_RESET = timedelta(hours=25)
"""The longest window that X has is 24 hours; a reset beyond is a mistake."""

# Besides the 15-minute limit some accounts get limits of 24 hours, in headers of their own:
# https://github.com/PLhery/node-twitter-api-v2/issues/495
WINDOWS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")

NO_ANSWER: tuple[type[Exception], ...] = (
    tweepy.TweepyException,
    requests.RequestException,
    # tweepy stumbles over error bodies that are no JSON object: a list, null, a number in `detail`.
    AttributeError,
    TypeError,
    ValueError,
    KeyError,
    RecursionError,
)
"""What a call of tweepy's may end in. Network errors are no TweepyException."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of X, in the words that an error needs."""

    what: str  # "hide comment x-1a2b3c"
    acts: bool = False  # it changes something on X
    refused: str = ""  # what a 403 means here, with its remedy
    limit: str = ""  # what shares one rate limit with it: "mentions", "hidden"
    about_us: bool = False  # it asks about the account itself, so that what is not found is the account
    severe: bool = False  # it acts on what is urgent


def words(value: Any) -> str:
    return " ".join(value.split())[:200] if isinstance(value, str) else ""


Words = Annotated[str, BeforeValidator(words)]


class Problem(BaseModel):
    """X's own account of what went wrong. Every field may be missing."""

    title: Words = ""
    detail: Words = ""
    message: Words = ""
    type: Words = ""
    period: Words = ""
    errors: Any = None

    @property
    def kind(self) -> str:
        """The last part of the type; its host is api.x.com or api.twitter.com."""
        return self.type.rstrip("/").rpartition("/")[2]

    @property
    def said(self) -> str:
        return ": ".join(dict.fromkeys(part for part in (self.title, self.detail or self.message) if part))


def problem_in(body: Any) -> Problem | None:
    """The problem that a body tells of, from its first error where it has a list of them; None where it is no object."""
    try:
        problem = Problem.model_validate(body)
        if isinstance(problem.errors, list) and problem.errors and not problem.said:
            return Problem.model_validate(problem.errors[0])
    except ValidationError:
        return None
    return problem


def problem_of(response: requests.Response) -> Problem | None:
    try:
        return problem_in(response.json())
    except (ValueError, RecursionError):
        return None


TOPPED_UP_WITHIN = timedelta(hours=6)


class Waits:
    """How long to leave X alone after 429s, remembering how many came in a row without a usable reset."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def went_well(self) -> None:
        self._in_a_row = 0

    def until(self, headers: Mapping[str, str], now: datetime) -> datetime:
        """The latest reset of a limit that is used up, 60 s from now at least; doubling up to 15 min where none says."""
        resets = [reset for window in WINDOWS if (reset := used_up_until(headers, window)) is not None]
        if not resets:
            wait = SHORTEST_WAIT * (1 << min(self._in_a_row, 10))
            self._in_a_row += 1
            return now + min(wait, LONGEST_GUESS)
        self._in_a_row = 0
        return min(max(*resets, now + SHORTEST_WAIT), now + LONGEST_RESET)


def used_up_until(headers: Mapping[str, str], window: str) -> datetime | None:
    """When a limit begins anew, or None where something of it is left or X does not say."""
    try:
        # Where X tells no remainder of the limit it refused for, that limit is the reason.
        if int(headers.get(f"{window}-remaining", 0)) > 0:
            return None
        return datetime.fromtimestamp(int(headers[f"{window}-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def next_month(now: datetime) -> datetime:
    """The start of the next UTC month, when X's monthly cycle and our own limit begin anew."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


def topped_up_by(begins_anew: datetime, now: datetime) -> datetime:
    """When to ask again where money ran out: somebody may top it up at any hour, so long before the cycle ends."""
    return min(begins_anew, now + TOPPED_UP_WITHIN)


def next_day(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def translate(error: Exception, ask: Ask, waits: Waits, now: datetime) -> PlatformError:
    """Our error for one of NO_ANSWER."""
    if isinstance(error, tweepy.HTTPException):
        return for_response(error.response, ask, waits, now)
    name = type(error).__name__
    if isinstance(error, requests.RequestException) and not isinstance(error, requests.JSONDecodeError):
        return Unavailable(
            f"X could not be reached to {ask.what} ({name}). It is tried again.",
            maybe_done=ask.acts and may_have_arrived(error),
        )
    return Unavailable(
        f"X answered something that cannot be read when asked to {ask.what} ({name}).", maybe_done=ask.acts
    )


def may_have_arrived(error: requests.RequestException) -> bool:
    """False only where no connection was made."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return not isinstance(error, requests.ConnectTimeout) and not isinstance(reason, NewConnectionError)


def for_response(response: requests.Response, ask: Ask, waits: Waits, now: datetime) -> PlatformError:
    """Our error for an answer whose status is no success."""
    status, problem = response.status_code, problem_of(response)
    told = problem or Problem()
    said = f" X said: {told.said}." if told.said else ""
    money = money_spent(status, told, ask, now)
    if money is not None:
        return money
    if status == 429:
        retry_at = waits.until(response.headers, now)
        return QuotaSpent(
            f"X's rate limit does not let us {ask.what} before {retry_at:%H:%M:%S} UTC.{said}", retry_at=retry_at
        )
    if status == 403 and is_suspended(told):
        return closed(ask, told)
    if status == 401:
        return LoginExpired(
            f"X no longer accepts the account's token: it would not let us {ask.what}.{said} "
            "Make new keys (docs/connect-x.md), replace the credential file, then run: moderator check"
        )
    if status == 403 and ask.acts:
        return Refused(f"X would not {ask.what}: {ask.refused or 'it is not allowed to this app or token.'}{said}")
    if status == 403:
        return LoginExpired(
            f"X would not let us {ask.what}.{said} The app must belong to a project, and its token needs the scopes {SCOPES}."
        )
    if status in (404, 410) and problem is not None and ask.about_us:
        return closed(ask, told)
    if status in (404, 410) and problem is not None:
        return Gone(f"Could not {ask.what}: it no longer exists on X.{said}")
    if status in (400, 405, 406, 413, 414, 415, 422):
        return Refused(f"X did not accept how we asked it to {ask.what} (status {status}).{said}")
    # A 404 without X's JSON comes from something in between, or from an endpoint that is not there: the comment may be.
    return Unavailable(f"X could not {ask.what} (status {status}).{said}", maybe_done=ask.acts and status != 404)


def is_suspended(problem: Problem) -> bool:
    """X has no type of its own for it, only words: "Your account is suspended and is not permitted to ..."."""
    return "account is suspended" in f"{problem.detail} {problem.message}".lower()


def closed(ask: Ask, problem: Problem) -> AccountClosed:
    said = f" X said: {problem.said}." if problem.said else ""
    return AccountClosed(
        f"X would not let us {ask.what}: the school's account is suspended or gone.{said} "
        "Look at it in X's own app. It is looked at once a day."
    )


def money_spent(status: int, problem: Problem, ask: Ask, now: datetime) -> QuotaSpent | None:
    """X's usage cap or empty credit, which no waiting of minutes mends; None for everything else.

    The cap comes as a 429 whose rate limit is not used up: https://github.com/xdevplatform/xdk/issues/25
    """
    capped = problem.kind == "usage-capped" or problem.title == "UsageCapExceeded"
    credit = status == 402 or (status == 403 and "credit" in f"{problem.title} {problem.detail} {problem.type}".lower())
    if not (credit or (status in (403, 429) and capped)):
        return None
    begins_anew = next_day(now) if capped and problem.period == "Daily" else next_month(now)
    cause = "the credit there is used up" if credit else "the usage cap there is reached"
    return QuotaSpent(
        f"X would not {ask.what}: {cause}. Nothing is lost; it goes on at {begins_anew:%Y-%m-%d %H:%M} UTC, "
        "or within six hours of your raising it in X's developer console.",
        retry_at=topped_up_by(begins_anew, now),
    )


def for_errors(errors: Any, ask: Ask) -> PlatformError:
    """Our error for a success that holds `errors` and no `data`: how X tells that a post is deleted."""
    problem = problem_in(errors[0] if isinstance(errors, list) and errors else None) or Problem()
    if ask.about_us:
        return closed(ask, problem)
    if problem.kind == "not-authorized-for-resource" and ask.acts:
        return Refused(f"X would not {ask.what}: {ask.refused} X said: {problem.title}.")
    # The detail of such an error names the id it was asked for, and nothing else we do not know.
    return Gone(f"Could not {ask.what}: it no longer exists on X. X said: {problem.title or 'nothing'}.")
