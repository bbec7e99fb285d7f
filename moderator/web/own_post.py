"""A post of the school's own, looked at before it goes out, and signed off by a second person.

Words and pictures stay in memory: they go to the daemon through its door, and what comes back is shown. What is kept is who
asked, who signed, and a digest.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from moderator.by_hand.own_post import Answer, PostCheck, Remark
from moderator.by_hand.own_post_door import LONGEST_TEXT, MOST_PICTURES, NobodyLooks, ask
from moderator.by_hand.sign_off import LONGEST_WHY, NotSigned, ask_for_sign_off, sign_off
from moderator.pictures.decoder import LARGEST_BYTES
from moderator.store import own_posts
from moderator.store.own_posts import OwnPostCheck
from moderator.web.access import Proposer, visitor_of
from moderator.web.pages import render
from moderator.web.site import Here, Site, site_of
from moderator.web.telling import Told

LATELY = timedelta(days=30)
LARGEST_POST = MOST_PICTURES * LARGEST_BYTES + 256 * 1024
"""Bytes of a form with pictures."""
IN_WORDS = {
    Answer.FINE: Told("Nothing that was seen stands against posting this", "done"),
    Answer.LOOK_TWICE: Told("Look twice before you post this", "warning"),
    Answer.DO_NOT_POST: Told("Please do not post this as it is", "urgent"),
}
SAID = {
    "signed": Told("Thank you. It stands in the record that you looked too.", "done"),
}


class SignedInFirst(APIRoute):
    """Whoever sends twenty megabytes is known before the first of them is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def known(request: Request) -> Response:
            visitor_of(request, site_of(request))
            return await answer(request)

        return known


router = APIRouter(route_class=SignedInFirst)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was said of a post, for the page."""

    told: Told
    remarks: Sequence[Remark]
    check: OwnPostCheck


@router.get("/check-post")
def own_post_page(request: Request, site: Here, _visitor: Proposer, done: str = "") -> Response:
    return page(request, site, note=SAID.get(done))


@router.post("/check-post", max_body_size=LARGEST_POST)
def look_at_own_post(
    request: Request,
    site: Here,
    visitor: Proposer,
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    picture: list[UploadFile] | None = None,
) -> Response:
    """Look at it, and ask for a second pair of eyes. Nothing of it is kept. Audit: "own_post_checked"."""
    sent = [each for each in picture or () if each.filename or each.size]
    if not text.strip() and not sent:
        return page(
            request, site, note=Told("Please write the words of the post, or add a picture.", "warning"), status=400
        )
    if len(sent) > MOST_PICTURES:
        return page(request, site, text, Told(f"At most {MOST_PICTURES} pictures at once.", "warning"), status=400)
    pictures = [each.file.read(LARGEST_BYTES + 1) for each in sent]
    try:
        found = ask(site.settings.state_dir, text, pictures)
    except NobodyLooks as error:
        return page(request, site, text, Told(str(error), "warning"), status=503)
    with site.database.transaction() as tx:
        check = ask_for_sign_off(tx, visitor.person, text, pictures, found.answer, site.now())
    return page(request, site, text, shown=_shown(found, check))


@router.post("/check-post/sign-off")
def sign_own_post(
    request: Request,
    site: Here,
    visitor: Proposer,
    code: Annotated[str, Form(max_length=64)],
    why: Annotated[str, Form(max_length=LONGEST_WHY)] = "",
) -> Response:
    """The second person has looked. Audit: "own_post_signed"."""
    try:
        with site.database.transaction() as tx:
            sign_off(tx, code, visitor.person, why, site.now())
    except NotSigned as error:
        return page(request, site, note=Told(str(error), "warning"), status=400)
    return RedirectResponse("/check-post?done=signed", 303)


def _shown(found: PostCheck, check: OwnPostCheck) -> Shown:
    return Shown(IN_WORDS[found.answer], found.remarks, check)


def page(
    request: Request,
    site: Site,
    text: str = "",
    note: Told | None = None,
    shown: Shown | None = None,
    status: int = 200,
) -> Response:
    with site.database.reading() as tx:
        lately = own_posts.latest(tx, site.now() - LATELY)
        out = own_posts.count_unsettled(tx, site.now())
    waits = [each for each in lately if each.signed_at is None]
    signed = [each for each in lately if each.signed_at is not None]
    values = {"waits": waits, "signed": signed, "out": out, "limit": MOST_PICTURES, "refused": Answer.DO_NOT_POST.value}
    return render(request, "own_post/page.html", status, text=text, note=note, shown=shown, **values)
