"""What went otherwise than asked, as a kind page: what happened, that nothing was changed, and what to do now.

For htmx the same is a notice above the page, which stays as it is.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from moderator.errors import ModeratorError, StoreError
from moderator.review import EditedMeanwhile, NotAllowed, NothingToOverturn
from moderator.store.decisions import Stale
from moderator.store.tries import TooMany
from moderator.web.access import NotFresh, NotSignedIn, NotYours, visitor_of
from moderator.web.browser import own_path
from moderator.web.menu import is_served
from moderator.web.own_forms import READS, NotOurForm
from moderator.web.pages import in_words, render
from moderator.web.site import site_of

UNTOLD = "Please go back and try again. If it happens again, tell whoever looks after this page at your school."


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says instead of what was asked. `text` "" stands for the error's own sentence."""

    status: int
    title: str
    text: str = ""
    kind: str = "warning"


WORDS: dict[type[ModeratorError], Told] = {
    NotYours: Told(403, "This is not part of what you look after here"),
    NotAllowed: Told(403, "Somebody else must decide this", kind="urgent"),
    NotOurForm: Told(403, "Please try that once more"),
    Stale: Told(
        409,
        "Somebody was quicker",
        "A colleague decided on this comment while you were looking at it, so your tap changed nothing. Look at it again to "
        "see what they decided.",
    ),
    EditedMeanwhile: Told(
        409,
        "This comment was edited just now",
        "Its author changed the words while you were looking at it, so your tap changed nothing. Look at it again in a moment.",
    ),
    NothingToOverturn: Told(
        409,
        "There is nothing to take back here",
        "This comment still waits for somebody to decide. Nothing was changed.",
    ),
    StoreError: Told(
        503,
        "The records cannot be reached just now",
        "Nothing was changed. Please try again in a minute. If it goes on, tell whoever looks after this page at your school.",
    ),
    ModeratorError: Told(400, "That could not be done"),
}
STATUSES = {
    400: Told(400, "That could not be read", UNTOLD),
    404: Told(404, "There is no such page", "It may have moved, or the link may be incomplete."),
    405: Told(405, "That is not possible here", UNTOLD),
    413: Told(413, "That was too long", "Please send less at once. Nothing was changed."),
}
UNFORESEEN = Told(
    500, "Something went wrong here", f"It is not your doing, and it was written down. {UNTOLD}", "urgent"
)


def add_to(app: FastAPI) -> None:
    """Every error that a page may raise has a page of its own; the rest is told by `unforeseen`."""
    app.add_exception_handler(NotSignedIn, sent_to_sign_in)
    app.add_exception_handler(NotFresh, sent_to_confirm)
    app.add_exception_handler(TooMany, asked_to_wait)
    app.add_exception_handler(ModeratorError, explained)
    app.add_exception_handler(RequestValidationError, incomplete)
    app.add_exception_handler(HTTPException, by_status)


def sent_to_sign_in(request: Request, _error: Exception) -> Response:
    return sent_to(request, "/sign-in")


def sent_to_confirm(request: Request, _error: Exception) -> Response:
    return sent_to(request, "/confirm")


def sent_to(request: Request, path: str) -> Response:
    """To a page that comes first, and from there back to where somebody was."""
    address = f"{path}?next={quote(page_before(request), safe='')}"
    if is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def page_before(request: Request) -> str:
    """The page to come back to: never one that changes something."""
    if is_htmx(request):
        here = urlsplit(request.headers.get("hx-current-url", ""))
        return own_path(f"{here.path}?{here.query}" if here.query else here.path)
    path, query = request.url.path, f"?{request.url.query}" if request.url.query else ""
    if request.method in READS:
        return own_path(path + query)
    return own_path(path) if is_served(path, request.app.routes) else "/"


def asked_to_wait(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooMany)  # noqa: S101
    site = site_of(request)
    words = f"Nothing was changed. It can be tried again from {in_words(site, error.retry_at)}."
    answer = tell(request, Told(429, "That was tried very often just now", words))
    answer.headers["Retry-After"] = str(max(1, round((error.retry_at - site.now()).total_seconds())))
    return answer


def explained(request: Request, error: Exception) -> Response:
    told = next(WORDS[kind] for kind in type(error).__mro__ if kind in WORDS)
    return tell(request, told if told.text else Told(told.status, told.title, str(error), told.kind))


def incomplete(request: Request, _error: Exception) -> Response:
    return tell(request, STATUSES[400])


def by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    with suppress(ModeratorError):  # Whoever is signed in keeps their tabs, so that they find on.
        visitor_of(request, site_of(request))
    answer = tell(request, STATUSES.get(error.status_code, Told(error.status_code, "That could not be done", UNTOLD)))
    answer.headers.update(error.headers or {})
    return answer


def unforeseen(request: Request) -> Response:
    return tell(request, UNFORESEEN)


def tell(request: Request, told: Told) -> HTMLResponse:
    if is_htmx(request):
        answer = render(request, "notice.html", told.status, told=told)
        answer.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"})
        return answer
    return render(request, "trouble.html", told.status, told=told)


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"
