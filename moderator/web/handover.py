"""The page for the safeguarding lead: what it holds, and the file itself, for CPOMS, MyConcern or the police."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import Response

from moderator import evidence_pack
from moderator.build import capabilities_for
from moderator.evidence_pack import handing_over
from moderator.evidence_pack.handover import is_wanted
from moderator.explained.comment import gather_facts
from moderator.platforms.street import shown_name
from moderator.store import audit, evidence
from moderator.store.chain import Event
from moderator.web.access import FreshDecider
from moderator.web.comment import the_comment
from moderator.web.pages import render
from moderator.web.site import Here

router = APIRouter()


@router.get("/comments/{comment_id}/handover")
def ask(request: Request, site: Here, _visitor: FreshDecider, comment_id: str) -> Response:
    """What the file holds, before it is taken away; no word of the comment."""
    with site.database.reading() as tx:
        comment = the_comment(tx, comment_id)
        wanted, before = is_wanted(tx, comment.id), handed_out(audit.trail(tx, comment.id))
    return render(
        request,
        "handover/page.html",
        comment=comment,
        platform=shown_name(comment.platform),
        wanted=wanted,
        before=before,
    )


@router.post("/comments/{comment_id}/handover")
def download(site: Here, visitor: FreshDecider, comment_id: str) -> Response:
    """The page itself as a file, as `moderator evidence --handover` makes it. The comment is kept first, as it is now.

    Audit: "handover_exported", and "evidence_captured" where this form of it was not kept before.
    """
    settings, now, by = site.settings, site.now(), visitor.user.name
    with site.database.reading() as tx:
        the_comment(tx, comment_id)
    checked = handing_over.check_record(site.database)
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        evidence.capture(tx, comment, now, by)
        facts = gather_facts(tx, comment, settings.policy)
        case = evidence_pack.gather(tx, comment.id, facts, settings.policy.duty.zone)
        can = capabilities_for(settings, comment)
        page = handing_over.make(tx, case, settings, by, now, checked, f"moderator {version('moderator')}", can)
    name = f"handover-{comment.id}.html"
    # Never shown in place: its style stands in it, which pages of this site may not have.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def handed_out(trail: Sequence[Event]) -> list[tuple[datetime, str]]:
    """When such a page was made before and for whom, newest first."""
    return [(each.at, each.actor) for each in reversed(trail) if each.event == "handover_exported"]
