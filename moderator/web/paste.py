"""A comment that somebody copied from a place without an API: brought in here, and judged like all others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from moderator.by_hand import paste, places
from moderator.by_hand.paste import LONGEST_NAME, LONGEST_TEXT, NotPasted
from moderator.platforms.street import shown_name
from moderator.settings import AccountSettings
from moderator.web.access import Proposer
from moderator.web.asked import address
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.telling import Told

router = APIRouter()
SAID = {
    "new": Told("Thank you. It is read in a moment, and waits in the queue if somebody should look at it.", "done"),
    "known": Told("It was here already, with the same words by the same author.", "note"),
}


class Pasted(BaseModel):
    """The form."""

    place: str = Field(default="", max_length=100)
    text: str = Field(default="", max_length=LONGEST_TEXT)
    author: str = Field(default="", max_length=LONGEST_NAME)
    where: str = Field(default="", max_length=LONGEST_NAME)
    posted_at: str = Field(default="", max_length=30)


@router.get("/paste")
def paste_page(request: Request, site: Here, _visitor: Proposer, done: str = "", comment: str = "") -> Response:
    return page(request, site, Pasted(), SAID.get(done), comment)


@router.post("/paste")
def pasted(request: Request, site: Here, visitor: Proposer, sent: Annotated[Pasted, Form()]) -> Response:
    """Take it in. What was typed is still there where something is missing. Audit: "received", "pasted"."""
    try:
        place = the_place(site, sent.place)
        posted_at = time_of(site, sent.posted_at)
        with site.database.transaction() as tx:
            made = paste(
                tx,
                place,
                visitor.person,
                sent.text,
                author=sent.author,
                where=sent.where,
                posted_at=posted_at,
                at=site.now(),
            )
    except NotPasted as error:
        return page(request, site, sent, Told(str(error), "warning"), status=400)
    done = "new" if made.fresh else "known"
    return RedirectResponse(address("/paste", {"done": done, "comment": made.comment.id}), 303)


def the_place(site: Site, account_id: str) -> AccountSettings:
    """Raises NotPasted where no such place is watched."""
    found = next((each for each in places(site.settings) if each.account.id == account_id), None)
    if found is None:
        raise NotPasted("Please choose where it was written.")
    return found


def time_of(site: Site, text: str) -> datetime | None:
    """The time of a form's field, by the school's clock; None where it was left empty. Raises NotPasted."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=site.settings.policy.duty.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotPasted("That time cannot be read. Leave it out if you do not know it.") from None


def page(
    request: Request, site: Site, sent: Pasted, note: Told | None, comment: str = "", status: int = 200
) -> Response:
    choices = [(each.account.id, shown_name(each.account.platform)) for each in places(site.settings)]
    return render(request, "paste/page.html", status, places=choices, sent=sent, note=note, comment=comment)
