"""From a link to a passkey: an invitation, or the code on paper, lets somebody make one, and then shows a new code once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from moderator.reports.access_letters import recovery_letters
from moderator.store import invites, mails, passkeys, recovery, sessions
from moderator.store.challenges import Purpose
from moderator.store.passkeys import Passkey
from moderator.store.users import User
from moderator.web import ceremonies
from moderator.web.access import SignedIn
from moderator.web.auth import ASKED, Answer, asked, count_try, new_passkey
from moderator.web.browser import device_of, keep_signed_in
from moderator.web.ceremonies import NotProved
from moderator.web.pages import render
from moderator.web.site import Here, Site

Code = Annotated[str, Form(alias="code")]

router = APIRouter()


@router.get("/welcome")
def settle_in(request: Request, _visitor: SignedIn) -> HTMLResponse:
    """What is left to do once a passkey is there: the icon on the phone, and alerts."""
    return render(request, "auth/settle_in.html")


@router.get("/welcome/{token}")
def welcome(request: Request, site: Here, token: str) -> HTMLResponse:
    with site.database.reading() as tx:
        user = invites.find(tx, token, site.now())
    return welcome_form(request, token, user) if user else link_is_over(request)


def welcome_form(request: Request, token: str, user: User, trouble: str = "", status: int = 200) -> HTMLResponse:
    return render(request, "auth/welcome.html", status, token=token, user=user, trouble=trouble)


def link_is_over(request: Request) -> HTMLResponse:
    return render(request, "auth/link_over.html", 410)


def short(token: str) -> str:
    """A link as it may be written down."""
    return sessions.digest_of(token)[:16]


@router.post("/welcome/{token}/options")
def welcome_options(request: Request, site: Here, token: str) -> Response:
    with site.database.reading() as tx:
        user = invites.find(tx, token, site.now())
        known = passkeys.of_user(tx, user) if user else []
    count_try(request, site, "sign_in_ask", ASKED, link=short(token) if user else "")
    if user is None:
        return link_is_over(request)
    return asked(site, Purpose.REGISTER, user.id, lambda given: ceremonies.to_make(site, user, known, given))


@router.post("/welcome/{token}")
def come_in(request: Request, site: Here, token: str, credential: Answer = "") -> Response:
    """Keep the passkey, sign in, and show the code for paper: now, and never again."""
    with site.database.reading() as tx:
        user = invites.find(tx, token, site.now())
    count_try(request, site, "sign_in", link=short(token) if user else "")
    if user is None:
        return link_is_over(request)
    try:
        passkey = new_passkey(request, site, user, credential)
    except NotProved as refused:
        return welcome_form(request, token, user, str(refused), 403)
    let_in = keep(request, site, token, passkey)
    if let_in is None:
        return link_is_over(request)
    response = render(request, "auth/code.html", code=let_in.code, others=let_in.others, then="/welcome")
    keep_signed_in(site, response, let_in.session)
    return response


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody made a passkey: their code for paper, their session's token, and how many passkeys they had before."""

    code: str
    session: str
    others: int


def keep(request: Request, site: Site, token: str, passkey: Passkey) -> LetIn | None:
    """None where the link was used meanwhile."""
    now = site.now()
    with site.database.transaction() as tx:
        user = invites.use(tx, token, now)
        if user is None or user.id != passkey.user_id:
            return None
        others = len(passkeys.of_user(tx, user))
        passkeys.add(tx, passkey, user.name)
        code = recovery.make(tx, user, user.name, now)
        return LetIn(code, sessions.open_session(tx, user, device_of(request), now), others)


@router.get("/recover")
def recover_page(request: Request) -> HTMLResponse:
    return render(request, "auth/recover.html", trouble="")


@router.post("/recover")
def recover(request: Request, site: Here, code: Code = "") -> Response:
    """The code on paper opens one thing, a new passkey; whoever was signed in by that name is so no more."""
    count_try(request, site, "sign_in")
    token = let_in_by_code(site, code)
    if token is None:
        trouble = "No code like this is open. Please look at each letter again; a code works once only."
        return render(request, "auth/recover.html", 403, trouble=trouble)
    return RedirectResponse(f"/welcome/{token}", 303)


def let_in_by_code(site: Site, code: str) -> str | None:
    """The token of an invitation; whoever looks after the school's alerts is told by letter."""
    now = site.now()
    with site.database.transaction() as tx:
        user = recovery.use(tx, code, now)
        if user is None:
            return None
        sessions.end_all(tx, user, user.name, now)
        for letter in recovery_letters(site.settings, user.name, now):
            mails.put(tx, letter)
        return invites.make(tx, user, user.name, now)
