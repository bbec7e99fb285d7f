"""What a request to X may say: ids, sizes, pages and bounds of time. What will not do is refused by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from moderator.sandbox import paging
from moderator.sandbox.messages import Request
from moderator.sandbox.state import OpenAccount, Person, PostedComment, PublishedPost
from moderator.sandbox.x_problems import invalid

Paged = TypeVar("Paged", Person, PublishedPost | PostedComment)


def ids(request: Request) -> list[str]:
    wanted = request.many("ids")
    if not 1 <= len(wanted) <= 100:
        raise invalid("ids", str(len(wanted)), "the number of ids is not between 1 and 100")
    for native_id in wanted:
        if not re.fullmatch(r"[0-9]{1,19}", native_id):
            raise invalid("ids", native_id, "does not match ^[0-9]{1,19}$")
    return list(dict.fromkeys(wanted))


def size(request: Request, least: int, most: int, default: int = 10) -> int:
    given = request.one("max_results", str(default))
    if not given.isdigit() or not least <= int(given) <= most:
        raise invalid("max_results", given, f"is not between {least} and {most}")
    return int(given)


def page(request: Request, parameter: str, items: Iterable[Paged], size: int) -> tuple[list[Paged], str | None]:
    token = request.one(parameter)
    try:
        return paging.page(items, lambda item: item.native_id.zfill(19), size, token)
    except ValueError as error:
        raise invalid(parameter, token, "is not valid") from error


def bounds(request: Request) -> Callable[[PublishedPost | PostedComment], bool]:
    """Whether an item lies within since_id, until_id, start_time and end_time; the ids go before the times."""
    since, until = (_number(request, name) for name in ("since_id", "until_id"))
    start, end = (_moment(request, name) for name in ("start_time", "end_time"))

    def between(item: PublishedPost | PostedComment) -> bool:
        number = int(item.native_id)
        late_enough = number > since if since is not None else start is None or item.at >= start
        early_enough = number < until if until is not None else end is None or item.at < end
        return late_enough and early_enough

    return between


def _number(request: Request, name: str) -> int | None:
    given = request.one(name)
    if given and not re.fullmatch(r"[0-9]{1,19}", given):
        raise invalid(name, given, "does not match ^[0-9]{1,19}$")
    return int(given) if given else None


def _moment(request: Request, name: str) -> datetime | None:
    given = request.one(name)
    try:
        if given and datetime.fromisoformat(given).tzinfo is None:
            raise ValueError("no time zone")
        return datetime.fromisoformat(given) if given else None
    except ValueError as error:
        raise invalid(name, given, "is not a valid RFC 3339 date-time") from error


def same(account: OpenAccount, user_id: str) -> None:
    if user_id != account.native_id:
        raise invalid("id", user_id, "must be the same as the authenticating user")
