"""Who is signed in, and what their role lets them see and do. Whatever is not allowed here is refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from moderator.domain import Person
from moderator.errors import ModeratorError
from moderator.policy.authority import MAY
from moderator.policy.authority import May as May  # pages ask here what a visitor may
from moderator.store import sessions
from moderator.store.sessions import Session
from moderator.store.users import User
from moderator.web.site import Here

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
    token: str

    @property
    def user(self) -> User:
        return self.session.user

    @property
    def person(self) -> Person:
        return Person(self.user.name)

    @property
    def csrf(self) -> str:
        """What every form of this session carries: nobody without the session's token can make it."""
        return hmac.digest(self.token.encode(), b"form", "sha256").hex()

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
        with site.database.transaction() as tx:
            sessions.touch(tx, session, now)
    request.state.visitor = Visitor(session, token)
    return request.state.visitor  # type: ignore[no-any-return]


SignedIn = Annotated[Visitor, Depends(visitor_of)]


def fresh_visitor(visitor: SignedIn, site: Here) -> Visitor:
    """For what concerns the visitor alone, such as their passkeys. Raises NotSignedIn, NotFresh."""
    if not visitor.session.is_fresh(site.now()):
        raise NotFresh("Please show again that it is you.")
    return visitor


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
