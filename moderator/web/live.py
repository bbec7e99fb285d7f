"""New urgent cases on a page that is open: asked for every fifteen seconds, told only where something is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderator.store import queue
from moderator.web.access import Reader
from moderator.web.pages import render
from moderator.web.site import Here

router = APIRouter()

LONGEST = timedelta(hours=12)
"""A page that was open for longer than a session lasts is told of what came since then."""


@router.get("/triage/live")
def live(request: Request, site: Here, _visitor: Reader, since: int = 0, known: int = 0) -> Response:
    """How many urgent cases came after `since`, in seconds since 1970; 204 where it is as many as are `known`."""
    now = site.now()
    after = max(datetime.fromtimestamp(min(max(since, 0), int(now.timestamp())), UTC), now - LONGEST)
    with site.database.reading() as tx:
        count = queue.new_urgent(tx, after)
    if count == known:
        return Response(status_code=204)
    return render(request, "triage/live.html", since=since, known=count)
