"""Cases that are decided together: alike in their words, by one author, or under one post. Each is still recorded singly.

What may be urgent is never among them, and what changed since the page was shown is left as it is, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from moderator.domain import Ruling
from moderator.explained.bundles import AT_ONCE, By, bundle, sample
from moderator.review import decide_together
from moderator.store import comments, hearings, queue, users
from moderator.store.database import Transaction
from moderator.store.queue import Brief
from moderator.web.access import Decider, Reader, refuse_unless_fresh
from moderator.web.done import HELD, Ref, refs_of
from moderator.web.pages import render
from moderator.web.site import Here
from moderator.web.telling import Told
from moderator.web.triage import Answer, decision_of, on, show, the_comment
from moderator.web.trouble import is_htmx
from moderator.web.words import WordsView, view_of

router = APIRouter()

TITLES = {
    By.ALIKE: ("like this one", "comments that say the same, or nearly"),
    By.AUTHOR: ("by this author", "comments by one author"),
    By.POST: ("under this post", "comments under one post"),
}


@router.get("/triage/{comment_id}/like")
def like(request: Request, site: Here, visitor: Reader, comment_id: str) -> HTMLResponse:
    """How many cases go with this one, each with its page; asked for by the card once it is shown."""
    with site.database.reading() as tx:
        comment = the_comment(tx, comment_id)
        found = {by: bundle(tx, queue.viewer_of(visitor.user, site.now()), comment, by) for by in By}
    links = [
        (f"/triage/{comment.id}/like/{by}", len(each.cases) + each.more, TITLES[by][0])
        for by, each in found.items()
        if len(each.cases) > 1
    ]
    return render(request, f"triage/{'like' if is_htmx(request) else 'likes'}.html", links=links, comment=comment)


@router.get("/triage/{comment_id}/like/{by}")
def ask_together(request: Request, site: Here, visitor: Decider, comment_id: str, by: By) -> HTMLResponse:
    """Some of them to look at, how many there are, and one answer for all."""
    with site.database.reading() as tx:
        comment = the_comment(tx, comment_id)
        found = bundle(tx, queue.viewer_of(visitor.user, site.now()), comment, by)
        seen = words_of(tx, sample(found.cases))
    refs = [Ref(each.comment_id, each.number) for each in found.cases]
    return render(
        request, "triage/bundle.html", comment=comment, bundle=found, refs=refs, sample=seen, title=TITLES[by][1]
    )


def words_of(tx: Transaction, chosen: Sequence[Brief]) -> list[WordsView]:
    seen = hearings.findings_of(tx, [each.comment_id for each in chosen])
    return [view_of(each.text, seen.get((each.comment_id, each.version), []), evidence=[]) for each in chosen]


@router.post("/triage/together")
def together(
    request: Request,
    site: Here,
    visitor: Decider,
    answer: Annotated[Answer, Form()],
    case: Annotated[list[str], Form()],
) -> Response:
    """One answer for many cases, each recorded by itself, in one transaction."""
    refs, now, ruling = [ref for each in case[:AT_ONCE] for ref in refs_of(each)][:AT_ONCE], site.now(), Ruling(answer)
    with site.database.transaction() as tx:
        known = comments.by_id(tx, [ref.comment_id for ref in refs])
        if ruling is Ruling.ALLOW:
            for comment in known.values():
                refuse_unless_fresh(tx, visitor, comment, now)
        wanted = [
            (decision_of(site, visitor, known[ref.comment_id], ruling, now), ref.number)
            for ref in refs
            if ref.comment_id in known
        ]
        people = users.people(tx, site.settings.people)
        decided = decide_together(tx, people, visitor.person, wanted, act_from=now + HELD)
    made = [Ref(each.comment_id, each.number) for each in decided]
    left = len(refs) - len(made)
    if not left:
        return on(request, site, visitor, refs=tuple(made))
    what = "1 of them was changed or decided" if left == 1 else f"{left} of them were changed or decided"
    return show(
        request, site, visitor, refs=tuple(made), note=Told(f"{what} meanwhile, and left as it stands.", "note")
    )
