"""Who may use the page: who they are, letting somebody in, and ending it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from moderator.policy.authority import Role, may_give
from moderator.reports.access_letters import link_letters
from moderator.store import invites, mails, passkeys, sessions, users
from moderator.store.database import Transaction
from moderator.store.leaving import end_user
from moderator.store.users import User
from moderator.web.access import Changer, FreshChanger, NotYours, Visitor
from moderator.web.invitations import address_of, picture_of
from moderator.web.pages import render
from moderator.web.site import Here, Site

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.HEAD: ("Headteacher", "decides on everything"),
    Role.DEPUTY: ("Deputy", "decides on everything, when the head cannot"),
    Role.SAFEGUARDING_LEAD: ("Safeguarding lead", "decides on everything, and is told of what is urgent"),
    Role.STAFF: ("Staff", "reads, and proposes what to decide"),
    Role.IT: ("IT", "looks after the machine, and reads no comments"),
}
RoleField = Annotated[Role, Form(alias="role")]
NameField = Annotated[str, Form(alias="name")]

router = APIRouter(prefix="/users")


@dataclass(frozen=True, slots=True)
class Line:
    """One user in the list."""

    user: User
    role: str
    devices: int
    last_seen_at: datetime | None  # in a session that still goes on


@router.get("")
def everybody(request: Request, site: Here, _visitor: Changer) -> HTMLResponse:
    with site.database.reading() as tx:
        lines = [line_of(tx, user, site.now()) for user in users.all_users(tx)]
    return render(request, "auth/users.html", lines=lines)


def line_of(tx: Transaction, user: User, now: datetime) -> Line:
    seen_at = [each.seen_at for each in sessions.of_user(tx, user, now)]
    return Line(user, role_in_words(user.role), len(passkeys.of_user(tx, user)), max(seen_at, default=None))


def role_in_words(role: Role) -> str:
    return ROLES[role][0] if role in ROLES else "Nothing yet"


@router.get("/new")
def new_page(request: Request, visitor: FreshChanger) -> HTMLResponse:
    choices = [(role.value, *words) for role, words in ROLES.items() if may_give(visitor.user.role, role)]
    # Where a slip of the finger does least.
    role = Role.STAFF if may_give(visitor.user.role, Role.STAFF) else visitor.user.role
    return render(request, "auth/new_user.html", choices=choices, role=role.value)


@router.post("/new")
def add(request: Request, site: Here, visitor: FreshChanger, role: RoleField, name: NameField = "") -> HTMLResponse:
    refuse_more_than_own(visitor, role)
    with site.database.transaction() as tx:
        user = users.add(tx, name, role, visitor.user.name, site.now())
        token = invites.make(tx, user, visitor.user.name, site.now())
    return show_link(request, site, user, token)


@router.get("/{user_id}")
def one(request: Request, site: Here, visitor: Changer, user_id: str) -> HTMLResponse:
    user = the_user(site, user_id)
    with site.database.reading() as tx:
        line = line_of(tx, user, site.now())
    mine = may_give(visitor.user.role, user.role)
    return render(
        request, "auth/user.html", line=line, user=user, may_change=mine, may_end=mine and not_self(visitor, user)
    )


@router.get("/{user_id}/invite")
def invite_page(request: Request, site: Here, visitor: FreshChanger, user_id: str) -> HTMLResponse:
    user = the_user(site, user_id)
    refuse_more_than_own(visitor, user.role)
    return render(request, "auth/invite_user.html", user=user)


@router.post("/{user_id}/invite")
def invite(request: Request, site: Here, visitor: FreshChanger, user_id: str) -> HTMLResponse:
    user = the_user(site, user_id)
    refuse_more_than_own(visitor, user.role)
    now, by = site.now(), visitor.user.name
    with site.database.transaction() as tx:
        token = invites.make(tx, user, by, now)
        # Whoever holds the link is let in as this user, so that the user and the others hear of it.
        for letter in link_letters(site.settings, user.name, by, now):
            mails.put(tx, letter)
    return show_link(request, site, user, token)


@router.get("/{user_id}/end")
def end_page(request: Request, site: Here, visitor: FreshChanger, user_id: str) -> HTMLResponse:
    return render(request, "auth/end_user.html", user=endable(site, visitor, user_id))


@router.post("/{user_id}/end")
def end(site: Here, visitor: FreshChanger, user_id: str) -> Response:
    user = endable(site, visitor, user_id)
    with site.database.transaction() as tx:
        end_user(tx, user, visitor.user.name, site.now())
    return RedirectResponse("/users", 303)


def show_link(request: Request, site: Site, user: User, token: str) -> HTMLResponse:
    link = address_of(site.origin, token)
    return render(
        request, "auth/link.html", user=user, link=link, picture=picture_of(link), ends_at=site.now() + invites.LIVES
    )


def the_user(site: Site, user_id: str) -> User:
    """Answers 404 where nobody has this id any more."""
    with site.database.reading() as tx:
        user = users.load(tx, user_id)
    if user is None or user.ended_at is not None:
        raise HTTPException(404)
    return user


def endable(site: Site, visitor: Visitor, user_id: str) -> User:
    user = the_user(site, user_id)
    refuse_more_than_own(visitor, user.role)
    if not not_self(visitor, user):
        raise NotYours("You cannot end yourself. Please ask somebody else who looks after the users.")
    return user


def refuse_more_than_own(visitor: Visitor, role: Role) -> None:
    if not may_give(visitor.user.role, role):
        raise NotYours(
            "This person sees more here than you do, so that you cannot let them in or end them on this page. The head can, "
            "and at the machine itself: moderator users"
        )


def not_self(visitor: Visitor, user: User) -> bool:
    return visitor.user.id != user.id
