"""Whatever changes something must come from a page of this site, in the session it was made for, and not too often.

`own_forms_only` stands before every route of the site: a new route cannot be without it.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from moderator.errors import ModeratorError
from moderator.store import tries
from moderator.web.access import visitor_of
from moderator.web.site import Here, Site

READS = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_SESSION = frozenset(
    {
        # Nobody is signed in there yet: their proof is the challenge that a cookie binds to the same browser.
        "/sign-in",
        "/sign-in/options",
        "/welcome/{token}",
        "/welcome/{token}/options",
        "/recover",
        # The seal of the letter that led there is the proof.
        "/reports/pause/{token}",
    }
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
A_MINUTE = timedelta(minutes=1)
ACTIONS_A_MINUTE = 60


class NotOurForm(ModeratorError):
    """What was sent does not come from a page of this site, or from one that was open for too long."""

    def __init__(self) -> None:
        super().__init__(
            "This page was open for too long, or what was sent did not come from it. Nothing was changed. Please go back, "
            "reload the page and try again."
        )


async def sent_token(request: Request) -> str:
    """The token that came along, in htmx's header or in the form; "" where there is none."""
    if request.method in READS:
        return ""
    if given := request.headers.get("x-csrf", ""):
        return given
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in FORMS:
        return ""
    value = (await request.form()).get("csrf")
    return value if isinstance(value, str) else ""


def own_forms_only(request: Request, site: Here, token: Annotated[str, Depends(sent_token)]) -> None:
    """Raises NotOurForm, NotSignedIn, and TooMany after sixty actions of one user within a minute."""
    if request.method in READS:
        return
    if not comes_from_here(request, site):
        raise NotOurForm
    if request.scope["route"].path in WITHOUT_SESSION:
        return
    visitor = visitor_of(request, site)
    if not hmac.compare_digest(token.encode(), visitor.csrf.encode()):
        raise NotOurForm
    with site.database.transaction() as tx:
        tries.allow(tx, f"act {visitor.user.id}", ACTIONS_A_MINUTE, A_MINUTE, site.now())


def comes_from_here(request: Request, site: Site) -> bool:
    """What the browser itself says of the page that sends this; no script can change it.

    Browsers older than Sec-Fetch-Site must name the page's origin. Since no page here sends a referrer, the origin of a
    plain form is "null" (https://fetch.spec.whatwg.org/#append-a-request-origin-header, read 2026-11-22).
    """
    origin, fetched = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if fetched is None:
        return origin == site.origin
    return fetched == "same-origin" and origin in (None, "null", site.origin)
