"""Who is signed in, and what their role lets them see and do. Whatever is not allowed here is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from moderator.domain import Comment, Person
from moderator.errors import ModeratorError, StoreError
from moderator.policy.authority import MAY
from moderator.policy.authority import May as May  # pages ask here what a visitor may
from moderator.review import resting_on
from moderator.store import sessions
from moderator.store.database import Transaction
from moderator.store.sessions import Session
from moderator.store.users import User
from moderator.web.seals import seal
from moderator.web.site import Here, Site

COOKIE = "__Host-session"


class NotSignedIn(ModeratorError):
    """Nobody is signed in: show the way in."""


class NotYours(ModeratorError):
    """This role may not do that."""


class NotFresh(ModeratorError):
    """A passkey must be used again first."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is looking at the page, and in which session."""

    session: Session
    csrf: str  # what every form of this session carries

    @property
    def user(self) -> User:
        return self.session.user

    @property
    def person(self) -> Person:
        return Person(self.user.name)

    def may(self, what: May) -> bool:
        return what in MAY[self.user.role]


def visitor_of(request: Request, site: Here) -> Visitor:
    """Raises NotSignedIn. Found once for each request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is not None:
        return known
    token = request.cookies.get(COOKIE, "")
    now = site.now()
    with site.database.reading() as tx:
        session = sessions.find(tx, token, now) if token else None
    if session is None:
        raise NotSignedIn("Nobody is signed in.")
    # What the page asks for by itself shows nobody at work: a screen left open is signed out all the same.
    if now - session.seen_at >= sessions.TOUCHED_EVERY and "x-background" not in request.headers:
        with suppress(StoreError), site.database.transaction() as tx:  # On a full disk the page can still be read.
            sessions.touch(tx, session, now)
    request.state.visitor = Visitor(session, form_token(site, session))
    return request.state.visitor  # type: ignore[no-any-return]


def form_token(site: Site, session: Session) -> str:
    """Bound to the session, from when it was opened to its end: a passkey shown again in one tab leaves the forms of the others
    good, though the session then goes on under another token."""
    return seal(site, "form", f"{session.user.id} {session.opened_at.isoformat()}")


SignedIn = Annotated[Visitor, Depends(visitor_of)]


def fresh_visitor(visitor: SignedIn, site: Here) -> Visitor:
    """For what concerns the visitor alone, such as their passkeys. Raises NotSignedIn, NotFresh."""
    if not visitor.session.is_fresh(site.now()):
        raise NotFresh("Please show again that it is you.")
    return visitor


def refuse_unless_fresh(
    tx: Transaction, visitor: Visitor, comment: Comment, now: datetime, number: int | None = None
) -> None:
    """Whoever lets an author back in shows that it is them, wherever that is done.

    A comment that is shown again ends every ban that rests on it; taking back the decision with this `number`, the ban that
    was made with it. Raises NotFresh.
    """
    ends = [ban for ban in resting_on(tx, comment, now) if number is None or ban.id == f"{comment.id}.{number}"]
    if ends and not visitor.session.is_fresh(now):
        raise NotFresh("Please show again that it is you.")


FreshVisitor = Annotated[Visitor, Depends(fresh_visitor)]


def who_may(what: May, *, fresh: bool = False) -> Callable[[Visitor, Here], Visitor]:
    """A dependency: the visitor, where the role allows it and, with `fresh`, a passkey was used just now.

    Raises NotSignedIn, NotYours, NotFresh.
    """

    def check(visitor: SignedIn, site: Here) -> Visitor:
        if not visitor.may(what):
            raise NotYours(f"{visitor.user.name}, this page is not part of what you look after here.")
        return fresh_visitor(visitor, site) if fresh else visitor

    return check


Reader = Annotated[Visitor, Depends(who_may(May.READ))]
Decider = Annotated[Visitor, Depends(who_may(May.DECIDE))]
Proposer = Annotated[Visitor, Depends(who_may(May.PROPOSE))]
Watcher = Annotated[Visitor, Depends(who_may(May.WATCH))]
Changer = Annotated[Visitor, Depends(who_may(May.CHANGE))]
FreshDecider = Annotated[Visitor, Depends(who_may(May.DECIDE, fresh=True))]
FreshChanger = Annotated[Visitor, Depends(who_may(May.CHANGE, fresh=True))]
