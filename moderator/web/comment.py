"""One comment with everything that is known of it, in words; figures stand in sheets that open when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from moderator.build import capabilities_for
from moderator.domain import Comment, Finding
from moderator.explained.comment import Explained, gather
from moderator.platforms.street import shown_name
from moderator.policy.authority import is_urgent
from moderator.store import actions, audit, comments, decisions, evidence, hearings
from moderator.store.database import Transaction
from moderator.store.evidence import Evidence
from moderator.store.history import Made
from moderator.web import events, telling, undoing
from moderator.web.access import Decider, May, Reader, Visitor
from moderator.web.asked import author_address, ban_address
from moderator.web.cards import Card, card_of
from moderator.web.history import row_of
from moderator.web.pages import in_words, render
from moderator.web.places import Place, place_of
from moderator.web.site import Here, Site
from moderator.web.telling import Told
from moderator.web.trouble import is_htmx
from moderator.web.undoing import How, WayBack
from moderator.web.words import WordsView, name_of, view_of

router = APIRouter()
Why = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Step:
    """One decision, and what came of it."""

    at: datetime
    who: str
    what: Told
    why: tuple[str, ...]
    outcome: Told
    of_version: int


@dataclass(frozen=True, slots=True)
class Before:
    """What the comment answers: our post, or another comment above it."""

    who: str
    at: datetime | None
    words: WordsView


@dataclass(frozen=True, slots=True)
class FormShown:
    """One form that a comment had."""

    version: int
    edited_at: datetime | None
    words: WordsView


@dataclass(frozen=True, slots=True)
class CommentShown:
    """All that the page of one comment tells."""

    told: Explained
    card: Card | None  # None: nothing was decided on it yet
    post: WordsView | None
    thread: tuple[Before, ...]
    words: WordsView
    author: str
    author_at: str
    ban_at: str  # where its author is kept out; "" where that is not theirs to do, or nobody is known
    platform: str
    in_sight: Told
    urgent: bool
    steps: tuple[Step, ...]  # newest first
    forms: tuple[FormShown, ...]
    trail: tuple[tuple[datetime, str, str], ...]  # time, event and who
    kept: tuple[Evidence, ...]
    place: Place
    back: WayBack | None


@router.get("/comments/{comment_id}")
def comment_page(request: Request, site: Here, visitor: Reader, comment_id: str, done: str = "") -> Response:
    with site.database.reading() as tx:
        shown = shown_of(tx, site, visitor, the_comment(tx, comment_id))
    return render(request, "comment/page.html", shown=shown, note=SAID.get(done))


SAID = {
    "undone": Told("Taken back. It waits for somebody to decide again.", "done"),
    "overturned": Told("Turned round, and kept to learn from.", "done"),
}
"""What the page says of what was done just before, by the word in its address."""


@router.post("/comments/{comment_id}/words")
def words(request: Request, site: Here, visitor: Reader, comment_id: str) -> Response:
    """Show what is masked. Who asked, and when, is written down. Audit: "words_shown"."""
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        facts = {"version": comment.version}
        event = audit.Event("words_shown", site.now(), visitor.user.name, comment.id, comment.account_id, facts)
        audit.write_all(tx, [event])
    with site.database.reading() as tx:
        shown = shown_of(tx, site, visitor, comment, revealed=True)
    return render(request, "comment/page.html", shown=shown, note=None)


@router.post("/comments/{comment_id}/undo")
def undo(
    request: Request,
    site: Here,
    visitor: Decider,
    comment_id: str,
    number: Annotated[int, Form()],
    how: Annotated[How, Form()],
    why: Why = "",
    back_to: Annotated[str, Form()] = "",
) -> Response:
    """Go back on the latest decision. For htmx, its row in the history as it is now."""
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        undoing.undo(tx, site, visitor, comment, number, how, why.strip())
    if is_htmx(request) and back_to == "history":
        with site.database.reading() as tx:
            return render(request, "history/row.html", row=latest_row(tx, site, visitor, comment_id))
    done = "undone" if how is How.TAKE_BACK else "overturned"
    return RedirectResponse(f"/comments/{comment_id}?done={done}", 303)


def latest_row(tx: Transaction, site: Site, visitor: Visitor, comment_id: str) -> object:
    """The latest decision on a comment as a row of the history."""
    comment = the_comment(tx, comment_id)
    latest = decisions.latest(tx, comment_id)
    if latest is None:
        raise HTTPException(404)
    made = Made(latest, comment, is_to_be_sent=actions.is_unplanned(tx, comment_id))
    return row_of(tx, site, visitor, made, hearings.findings_of(tx, [comment_id]), ())


def the_comment(tx: Transaction, comment_id: str) -> Comment:
    """The comment in its latest form. Raises HTTPException 404."""
    comment = comments.load(tx, comment_id)
    if comment is None:
        raise HTTPException(404)
    return comment


def shown_of(
    tx: Transaction, site: Site, visitor: Visitor, comment: Comment, *, revealed: bool = False
) -> CommentShown:
    told = gather(tx, comment, site.settings.policy)
    post, thread = told.context.post, told.context.thread
    found = hearings.findings_of(tx, [comment.id, *(each.id for each in thread)])
    seen = found.get((comment.id, comment.version), [])
    card = card_of(tx, site, visitor, comment, site.now(), revealed=revealed, whole=True) if told.decisions else None
    key = (comment.platform, comment.author.native_id)
    return CommentShown(
        told=told,
        card=card,
        post=view_of(post.text) if post and post.text.strip() else None,
        thread=tuple(
            Before(author_of(each, found.get((each.id, each.version), [])), each.posted_at, words_of(each, found))
            for each in thread
        ),
        words=card.words if card else view_of(comment.text, seen, revealed=revealed, whole=True),
        author=author_of(comment, seen, revealed=revealed),
        author_at=author_address(key) if key[1] else "",
        ban_at=ban_address(key, comment.id) if key[1] and visitor.may(May.DECIDE) else "",
        platform=shown_name(comment.platform),
        in_sight=Told(*telling.IN_SIGHT[comment.visibility]),
        urgent=is_urgent(told.decisions),
        steps=tuple(reversed(steps_of(tx, site, told))),
        forms=tuple(form_of(each, found, revealed) for each in told.forms),
        trail=tuple((each.at, events.sentence_of(each), events.actor_of(each)) for each in told.trail),
        kept=tuple(evidence.load(tx, comment.id)),
        place=place_of(comment.platform, comment.url),
        back=undoing.way_back(tx, site, visitor, comment, told.latest) if told.latest else None,
    )


def author_of(comment: Comment, seen: Sequence[Finding], *, revealed: bool = False) -> str:
    name = comment.author.display_name or comment.author.handle
    return name_of(name, seen, revealed=revealed) if name else "Somebody"


def words_of(comment: Comment, found: Mapping[tuple[str, int], Sequence[Finding]]) -> WordsView:
    return view_of(comment.text, found.get((comment.id, comment.version), ()), evidence=[])


def steps_of(tx: Transaction, site: Site, told: Explained) -> list[Step]:
    comment = told.comment
    can = capabilities_for(site.settings, comment)
    pending = actions.is_unplanned(tx, comment.id)
    steps = []
    for decision in told.decisions:
        is_latest = decision == told.latest
        made = Made(decision, comment, is_latest, is_latest and pending)
        done = [state for state in told.actions if state.action.decision_id == decision.id]
        outcome = telling.outcome(made, done, can, lambda when: in_words(site, when))
        why = tuple(telling.why(decision))
        steps.append(
            Step(decision.decided_at, telling.who(decision), telling.what(decision), why, outcome, decision.version)
        )
    return steps


def form_of(form: Comment, found: Mapping[tuple[str, int], Sequence[Finding]], revealed: bool) -> FormShown:
    seen = found.get((form.id, form.version), ())
    return FormShown(form.version, form.edited_at, view_of(form.text, seen, revealed=revealed, whole=True))
