"""Cases that are decided together: alike in their words, by one author, or under one post. Each is still recorded singly.

What may be urgent is never among them, and what changed since the page was shown is left as it is, and said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response
from rapidfuzz import fuzz, process

from moderator.detectors.text import fold
from moderator.domain import Comment, Ruling
from moderator.review import EditedMeanwhile, NotAllowed
from moderator.store import comments, hearings, queue
from moderator.store.database import Transaction
from moderator.store.decisions import Stale
from moderator.store.queue import Brief
from moderator.web.access import Decider, Reader, Visitor
from moderator.web.done import Ref, refs_of
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.telling import Told
from moderator.web.triage import Answer, decide_now, on, show, the_comment
from moderator.web.trouble import is_htmx
from moderator.web.words import WordsView, view_of

router = APIRouter()

COMPARED = 500
"""Waiting cases that are looked through for ones alike: the oldest."""
ALIKE = 90.0
"""How alike two folded texts are at least, of 100: one word or two may differ in a sentence."""
SHORT = 12
"""Characters below which only the very same counts: "great" and "grate" are not alike."""
FOLDED = 300
"""Characters that are compared."""
AT_ONCE = 200
SAMPLE = 5


class By(StrEnum):
    """What makes cases belong together."""

    ALIKE = "alike"
    AUTHOR = "author"
    POST = "post"


TITLES = {
    By.ALIKE: ("like this one", "comments that say the same, or nearly"),
    By.AUTHOR: ("by this author", "comments by one author"),
    By.POST: ("under this post", "comments under one post"),
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """Cases that could be decided together, the one that was asked about first."""

    by: By
    cases: tuple[Brief, ...]
    more: int  # that are left for the next time

    @property
    def refs(self) -> list[Ref]:
        return [Ref(each.comment_id, each.number) for each in self.cases]


@router.get("/triage/{comment_id}/like")
def like(request: Request, site: Here, visitor: Reader, comment_id: str) -> HTMLResponse:
    """How many cases go with this one, each with its page; asked for by the card once it is shown."""
    with site.database.reading() as tx:
        comment = the_comment(tx, comment_id)
        found = {by: bundle(tx, site, visitor, comment, by) for by in By}
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
        found = bundle(tx, site, visitor, comment, by)
        sample = sample_of(tx, found.cases)
    return render(request, "triage/bundle.html", comment=comment, bundle=found, sample=sample, title=TITLES[by][1])


def bundle(tx: Transaction, site: Site, visitor: Visitor, comment: Comment, by: By) -> Bundle:
    """The cases that go with this one and wait for the visitor; just this one where it is urgent or waits no more."""
    own = queue.case(tx, comment.id)
    if own is None or own.decision.urgent or not queue.waits(tx, comment.id):
        return Bundle(by, (), 0)
    viewer = queue.viewer_of(visitor.user, site.now())
    limit = COMPARED if by is By.ALIKE else AT_ONCE + 1
    others = [each for each in queue.alike_in(tx, comment, viewer, limit, by) if each.comment_id != comment.id]
    if by is By.ALIKE:
        others = alike(comment, others)
    urgent = queue.ever_urgent(tx, [each.comment_id for each in others])
    first = Brief(comment.id, comment.version, own.decision.number, comment.text)
    found = [first, *(each for each in others if each.comment_id not in urgent)]
    return Bundle(by, tuple(found[:AT_ONCE]), max(len(found) - AT_ONCE, 0))


def alike(comment: Comment, others: Sequence[Brief]) -> list[Brief]:
    """Those whose words are the same as this comment's, or nearly, however they are written."""
    wanted = folded(comment.text[:FOLDED])
    if not wanted:
        return []
    least = 100.0 if len(wanted) < SHORT else ALIKE
    texts = [folded(each.text[:FOLDED]) for each in others]
    hits = process.extract(wanted, texts, scorer=fuzz.ratio, score_cutoff=least, limit=None)
    return [others[index] for index in sorted(index for _, _, index in hits)]


@lru_cache(maxsize=2 * COMPARED)  # One card after the other is compared with the same cases.
def folded(text: str) -> str:
    return fold(text).text.strip()


def sample_of(tx: Transaction, found: Sequence[Brief]) -> list[WordsView]:
    """The first, the last and some between, so that nothing odd hides in the middle."""
    step = max((len(found) - 1) / (SAMPLE - 1), 1)
    places = sorted({min(round(index * step), len(found) - 1) for index in range(SAMPLE)}) if found else []
    chosen = [found[place] for place in places]
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
    refs = [ref for each in case[:AT_ONCE] for ref in refs_of(each)][:AT_ONCE]
    made: list[Ref] = []
    with site.database.transaction() as tx:
        known = comments.by_id(tx, [ref.comment_id for ref in refs])
        urgent = queue.ever_urgent(tx, list(known))
        for ref in refs:
            comment = known.get(ref.comment_id)
            if comment is None or ref.comment_id in urgent:
                continue
            try:
                decided = decide_now(tx, site, visitor, comment, Ruling(answer), ref.number, site.now())
                made.append(Ref(comment.id, decided.number))
            except (Stale, EditedMeanwhile, NotAllowed):
                continue
    left = len(refs) - len(made)
    if not left:
        return on(request, site, visitor, refs=tuple(made))
    what = "1 of them was changed or decided" if left == 1 else f"{left} of them were changed or decided"
    return show(
        request, site, visitor, refs=tuple(made), note=Told(f"{what} meanwhile, and left as it stands.", "note")
    )
