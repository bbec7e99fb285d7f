"""Signing in and out with a passkey, and showing again that it is you before anything grave."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from moderator.store import audit, challenges, passkeys, sessions, tries, users
from moderator.store.challenges import Challenge, Purpose
from moderator.store.passkeys import Passkey
from moderator.store.users import User
from moderator.web import ceremonies
from moderator.web.access import COOKIE, NotSignedIn, SignedIn, visitor_of
from moderator.web.browser import (
    address_of,
    challenge_id,
    device_of,
    forget_session,
    keep_challenge,
    keep_signed_in,
    known_browser,
    own_path,
)
from moderator.web.ceremonies import NotProved
from moderator.web.pages import render
from moderator.web.site import Here, Site

MINUTE = timedelta(minutes=1)
TRIES, TRIES_OF_ALL = 5, 100
"""How often a minute somebody may try to get in, from one address and from all together."""
ASKED = 4
"""How many challenges are given for each try: a dialog that was closed is no try."""
UNKNOWN = "This passkey does not open this page any more. Please ask whoever invited you for a new link."
Answer = Annotated[str, Form(alias="credential")]
Next = Annotated[str, Form(alias="next")]

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, site: Here, next: str = "/") -> Response:
    """The way in. Whoever is signed in goes on."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        # After a link in another site the browser keeps a Strict cookie back; one step within this site brings it.
        return render(request, "auth/go_on.html", next=own_path(next))
    try:
        visitor_of(request, site)
    except NotSignedIn:
        return sign_in_form(request, next)
    return RedirectResponse(own_path(next), 303)


def sign_in_form(request: Request, after: str, trouble: str = "", status: int = 200) -> HTMLResponse:
    return render(request, "auth/sign_in.html", status, next=own_path(after), trouble=trouble)


@router.post("/sign-in/options")
def sign_in_options(request: Request, site: Here) -> Response:
    count_try(request, site, "sign_in_ask", ASKED)
    return asked(site, Purpose.SIGN_IN, "", lambda challenge: ceremonies.to_show(site, (), challenge))


@router.post("/sign-in")
def sign_in(request: Request, site: Here, credential: Answer = "", next: Next = "/") -> Response:
    count_try(request, site, "sign_in")
    try:
        token = open_by_passkey(request, site, credential)
    except NotProved as refused:
        return sign_in_form(request, next, str(refused), 403)
    response = RedirectResponse(own_path(next), 303)
    keep_signed_in(site, response, token)
    return response


def open_by_passkey(request: Request, site: Site, answer: str) -> str:
    """A new session's token. One that this browser had before is over. Raises NotProved."""
    now = site.now()
    challenge = taken(request, site, Purpose.SIGN_IN, "")
    with site.database.reading() as tx:
        passkey = passkeys.find(tx, ceremonies.named(answer))
        user = users.load(tx, passkey.user_id) if passkey else None
    if passkey is None or user is None or user.ended_at is not None:
        raise NotProved(UNKNOWN)
    count = proved(site, passkey, challenge, answer)
    with site.database.transaction() as tx:
        if not passkeys.used(tx, passkey, count, now):
            raise NotProved
        before = sessions.find(tx, request.cookies.get(COOKIE, ""), now)
        if before is not None:
            sessions.end(tx, before.digest, before.user.name, now)
        return sessions.open_session(tx, user, device_of(request), now)


@router.post("/sign-out")
def sign_out(site: Here, visitor: SignedIn) -> Response:
    with site.database.transaction() as tx:
        sessions.end(tx, visitor.session.digest, visitor.user.name, site.now())
    response = RedirectResponse("/sign-in", 303)
    forget_session(response)
    # Not "storage": that would end the service worker, and with it the pushes of what is urgent. Nor "cookies", which would
    # sign her out of the school's other sites. Nothing is kept in either (https://www.w3.org/TR/clear-site-data/).
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@router.get("/confirm")
def confirm_page(request: Request, _visitor: SignedIn, next: str = "/") -> HTMLResponse:
    return render(request, "auth/confirm.html", next=own_path(next), trouble="")


@router.post("/confirm/options")
def confirm_options(site: Here, visitor: SignedIn) -> Response:
    count_own_try(site, visitor.user, "prove_ask", ASKED)
    with site.database.reading() as tx:
        known = passkeys.of_user(tx, visitor.user)
    return asked(site, Purpose.STEP_UP, visitor.user.id, lambda given: ceremonies.to_show(site, known, given))


@router.post("/confirm")
def confirm(request: Request, site: Here, visitor: SignedIn, credential: Answer = "", next: Next = "/") -> Response:
    """A fresh passkey; the session goes on under another token."""
    count_own_try(site, visitor.user, "prove")
    try:
        token = prove_by_passkey(request, site, visitor.session, credential)
    except NotProved as refused:
        return render(request, "auth/confirm.html", 403, next=own_path(next), trouble=str(refused))
    response = RedirectResponse(own_path(next), 303)
    keep_signed_in(site, response, token)
    return response


def prove_by_passkey(request: Request, site: Site, session: sessions.Session, answer: str) -> str:
    """The session's new token. Raises NotProved."""
    challenge = taken(request, site, Purpose.STEP_UP, session.user.id)
    with site.database.reading() as tx:
        passkey = passkeys.find(tx, ceremonies.named(answer))
    if passkey is None or passkey.user_id != session.user.id:
        raise NotProved
    count = proved(site, passkey, challenge, answer)
    with site.database.transaction() as tx:
        if not passkeys.used(tx, passkey, count, site.now()):
            raise NotProved
        return sessions.prove(tx, session, site.now())


def asked(site: Site, purpose: Purpose, user_id: str, options: Any) -> Response:
    """A challenge for this browser, within what its passkeys are asked."""
    with site.database.transaction() as tx:
        challenge = challenges.ask(tx, purpose, user_id, site.now())
    response = JSONResponse(options(challenge))
    keep_challenge(response, challenge)
    return response


def taken(request: Request, site: Site, purpose: Purpose, user_id: str) -> Challenge:
    """The challenge that this browser was given, used up whatever comes of it. Raises NotProved."""
    with site.database.transaction() as tx:
        challenge = challenges.take(tx, challenge_id(request), purpose, user_id, site.now())
    if challenge is None:
        raise NotProved("That took too long, or was sent twice. Please try again.")
    return challenge


def proved(site: Site, passkey: Passkey, challenge: Challenge, answer: str) -> int:
    """The passkey's counter. A refusal is written down. Raises NotProved. Audit: "passkey_refused"."""
    try:
        return ceremonies.shown(site, passkey, challenge, answer)
    except NotProved:
        facts = {"user": passkey.user_id, "passkey": passkeys.short(passkey)}
        with site.database.transaction() as tx:
            audit.write(tx, "passkey_refused", site.now(), actor="moderator", **facts)
        raise


def new_passkey(request: Request, site: Site, user: User, answer: str) -> Passkey:
    """The passkey that somebody made for themselves; it is not kept yet. Raises NotProved."""
    challenge = taken(request, site, Purpose.REGISTER, user.id)
    return ceremonies.made(site, user, challenge, answer, device_of(request), site.now())


def count_try(request: Request, site: Site, what: str, times: int = 1, link: str = "") -> None:
    """Raises TooMany, whether one address tries too often or all together do.

    A browser in which somebody signed in before is counted by itself, and so is a link that was given to somebody, whose
    digest is `link`: a flood of tries, be it from the same school's address, keeps neither out
    (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies, read 2026-11-22).
    """
    if own := link or known_browser(request, site):
        counted = [(f" by {own}", TRIES)]
    else:
        counted = [(f" {address_of(request)}", TRIES), ("", TRIES_OF_ALL)]
    with site.database.transaction() as tx:  # One for both: a refused try leaves no line for each new address.
        for who, most in counted:
            tries.allow(tx, what + who, most * times, MINUTE, site.now())


def count_own_try(site: Site, user: User, what: str, times: int = 1) -> None:
    """The same of somebody who is signed in: nobody outside can use up what they may try. Raises TooMany."""
    with site.database.transaction() as tx:
        tries.allow(tx, f"{what} {user.id}", TRIES * times, MINUTE, site.now())
