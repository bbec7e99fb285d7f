"""What concerns the visitor alone: their passkeys, where they are signed in, and their code for paper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from moderator.store import passkeys, recovery, sessions
from moderator.store.challenges import Purpose
from moderator.web import ceremonies
from moderator.web.access import FreshVisitor, SignedIn, Visitor
from moderator.web.auth import ASKED, Answer, asked, count_own_try, new_passkey
from moderator.web.ceremonies import NotProved
from moderator.web.pages import render
from moderator.web.site import Here, Site

Name = Annotated[str, Form(alias="name")]
Digest = Annotated[str, Form(alias="session")]

router = APIRouter(prefix="/me")


@router.get("")
def me(request: Request, site: Here, visitor: SignedIn) -> HTMLResponse:
    with site.database.reading() as tx:
        return render(
            request,
            "auth/me.html",
            passkeys=passkeys.of_user(tx, visitor.user),
            sessions=sessions.of_user(tx, visitor.user, site.now()),
            code_made_at=recovery.made_at(tx, visitor.user),
        )


@router.get("/passkeys/new")
def new_page(request: Request, _visitor: FreshVisitor) -> HTMLResponse:
    return render(request, "auth/new_passkey.html", trouble="")


@router.post("/passkeys/new/options")
def new_options(site: Here, visitor: FreshVisitor) -> Response:
    count_own_try(site, visitor.user, "prove_ask", ASKED)
    user = visitor.user
    with site.database.reading() as tx:
        known = passkeys.of_user(tx, user)
    return asked(site, Purpose.REGISTER, user.id, lambda given: ceremonies.to_make(site, user, known, given))


@router.post("/passkeys/new")
def add(request: Request, site: Here, visitor: FreshVisitor, credential: Answer = "") -> Response:
    try:
        passkey = new_passkey(request, site, visitor.user, credential)
    except NotProved as refused:
        return render(request, "auth/new_passkey.html", 403, trouble=str(refused))
    with site.database.transaction() as tx:
        passkeys.add(tx, passkey, visitor.user.name)
    return RedirectResponse("/me", 303)


@router.get("/passkeys/{credential_id}")
def one_page(request: Request, site: Here, visitor: SignedIn, credential_id: str) -> HTMLResponse:
    return show_one(request, site, visitor, credential_id, "auth/passkey.html")


@router.post("/passkeys/{credential_id}")
def rename(site: Here, visitor: SignedIn, credential_id: str, name: Name = "") -> Response:
    with site.database.transaction() as tx:
        passkeys.rename(tx, visitor.user, credential_id, name)
    return RedirectResponse("/me", 303)


@router.get("/passkeys/{credential_id}/remove")
def remove_page(request: Request, site: Here, visitor: FreshVisitor, credential_id: str) -> HTMLResponse:
    return show_one(request, site, visitor, credential_id, "auth/remove_passkey.html")


def show_one(request: Request, site: Site, visitor: Visitor, credential_id: str, template: str) -> HTMLResponse:
    with site.database.reading() as tx:
        mine = passkeys.of_user(tx, visitor.user)
    passkey = next((each for each in mine if each.credential_id == credential_id), None)
    if passkey is None:
        raise HTTPException(404)
    return render(request, template, passkey=passkey, only=len(mine) == 1)


@router.post("/passkeys/{credential_id}/remove")
def remove(site: Here, visitor: FreshVisitor, credential_id: str) -> Response:
    with site.database.transaction() as tx:
        passkeys.remove(tx, visitor.user, credential_id, visitor.user.name, site.now())
    return RedirectResponse("/me", 303)


@router.post("/sessions/end")
def end_session(site: Here, visitor: SignedIn, session: Digest = "") -> Response:
    """Sign out there; "others" stands for everywhere but here."""
    user, now = visitor.user, site.now()
    with site.database.transaction() as tx:
        if session == "others":
            sessions.end_all(tx, user, user.name, now, keep=visitor.session.digest)
        elif any(each.digest == session for each in sessions.of_user(tx, user, now)):
            sessions.end(tx, session, user.name, now)
    return RedirectResponse("/me", 303)


@router.get("/code")
def code_page(request: Request, site: Here, visitor: FreshVisitor) -> HTMLResponse:
    with site.database.reading() as tx:
        made_at = recovery.made_at(tx, visitor.user)
    return render(request, "auth/new_code.html", made_at=made_at)


@router.post("/code")
def new_code(request: Request, site: Here, visitor: FreshVisitor) -> HTMLResponse:
    return render(request, "auth/code.html", code=make_code(site, visitor), others=0, then="/me")


def make_code(site: Site, visitor: Visitor) -> str:
    with site.database.transaction() as tx:
        return recovery.make(tx, visitor.user, visitor.user.name, site.now())
