"""Keeping an author out: by which means, for how long, because of which comment. What each really does is said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from moderator.actions.effects import effect_of, end_of_ban
from moderator.build import capabilities_for
from moderator.domain import ActionKind, Author, Ban, Comment
from moderator.explained.author import latest_out_of_sight
from moderator.platforms.street import shown_name
from moderator.policy.ban_length import NotPossible
from moderator.review import ban_as, refuse_unless_allowed, release_as
from moderator.store import authors, bans, comments, decisions, hearings, users
from moderator.store.authors import AuthorKey, Known
from moderator.store.bans import Means
from moderator.store.database import Transaction
from moderator.web import ban_form
from moderator.web.access import FreshDecider, Visitor
from moderator.web.aside import MEANS, means_for
from moderator.web.asked import author_address
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.undoing import BY_HAND
from moderator.web.words import WordsView, name_of, view_of

LOOKED_BACK = 20
"""Comments of an author in which a child's name in their own name is looked for."""
TO_LIFT = "with “Let them back in” on the page of this author"
router = APIRouter()


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers: values with their words, and what follows from each."""

    means: Sequence[tuple[str, str, str]]
    lengths: Sequence[tuple[str, str]]
    ends: Sequence[str]  # how a ban ends there, in sentences


@dataclass(frozen=True, slots=True)
class Evidence:
    """The comment that a ban is for."""

    comment: Comment
    words: WordsView
    number: int  # of the latest decision on it: whoever answers says on which they looked


@router.get("/authors/ban")
def ban_page(
    request: Request,
    site: Here,
    _visitor: FreshDecider,
    platform: str,
    author: str,
    because: Annotated[str, Query(alias="for")] = "",
) -> Response:
    """The form. A passkey is asked for before it, so that nothing typed is lost."""
    with site.database.reading() as tx:
        known = the_author(tx, platform, author)
        evidence = evidence_of(tx, known, because)
        found = None if evidence is None else evidence_shown(tx, evidence)
        called = name(tx, known)
        offered = None if evidence is None else choices(site, evidence, site.now())
    return render(
        request,
        "authors/ban.html",
        name=called,
        platform=shown_name(platform),
        author_at=author_address(known.key),
        evidence=found,
        choices=offered,
    )


@router.post("/authors/ban")
def ban(
    site: Here,
    visitor: FreshDecider,
    comment_id: Annotated[str, Form()],
    after: Annotated[int, Form()],
    means: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    day: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep the author of a comment out. Asked for twice, it is one ban. Audit: "decided", "banned".

    Raises NotPossible, NotAllowed, EditedMeanwhile, and Stale where a colleague decided on the comment meanwhile.
    """
    by, now = MEANS.get(means), site.now()
    if by is None:
        raise NotPossible("Please choose whether to block or to mute. Nothing was changed.")
    ends_at = ban_form.ends_at(site.settings.policy, until, day, now)
    with site.database.transaction() as tx:
        comment = comments.load(tx, comment_id)
        if comment is None:
            raise HTTPException(404)
        people, mode = users.people(tx, site.settings.people), site.settings.mode
        if not is_second_tap(tx, visitor, comment, by, after):
            ban_as(
                *(tx, people, visitor.person, comment, by),
                until=ends_at,
                why=why.strip(),
                mode=mode,
                at=now,
                after=after,
            )
    return RedirectResponse(f"{author_address(authors.key_of(comment))}?done={means}", 303)


def is_second_tap(tx: Transaction, visitor: Visitor, comment: Comment, means: Means, after: int) -> bool:
    latest = decisions.latest(tx, comment.id)
    if latest is None or latest.number != after + 1:
        return False
    return (latest.decided_by, latest.author_action) == (visitor.user.name, means)


@router.get("/authors/lift")
def lift_page(request: Request, site: Here, _visitor: FreshDecider, ban: str) -> Response:
    with site.database.reading() as tx:
        found = the_ban(tx, ban)
        known = the_author(tx, found.platform, found.author.native_id)
        comment, called = comments.load(tx, found.comment_id), name(tx, known)
    if comment is None:
        raise HTTPException(404)
    effect = effect_in_words(site, comment, bans.UNDONE_BY[found.means])
    return render(
        request,
        "authors/lift.html",
        ban=found,
        name=called,
        effect=effect,
        author_at=author_address(known.key),
    )


@router.post("/authors/lift")
def lift(
    site: Here, visitor: FreshDecider, ban: Annotated[str, Form()], why: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Let an author back in before the time. Audit: "decided", "ban_ended"."""
    with site.database.transaction() as tx:
        found = the_ban(tx, ban)
        people = users.people(tx, site.settings.people)
        refuse_unless_allowed(tx, people, visitor.person, found.comment_id)
        if found.ended_at is None:
            release_as(tx, people, visitor.person, found, why=why.strip(), mode=site.settings.mode, at=site.now())
    return RedirectResponse(f"{author_address((found.platform, found.author.native_id))}?done=lifted", 303)


def the_author(tx: Transaction, platform: str, native_id: str) -> Known:
    """Raises HTTPException 404."""
    known = authors.load(tx, (platform, native_id))
    if known is None:
        raise HTTPException(404)
    return known


def the_ban(tx: Transaction, ban_id: str) -> Ban:
    """Raises HTTPException 404."""
    found = bans.find(tx, ban_id)
    if found is None:
        raise HTTPException(404)
    return found


def name(tx: Transaction, known: Known) -> str:
    return name_in(tx, known.key, known.author)


def name_in(tx: Transaction, key: AuthorKey, author: Author) -> str:
    """One of an author's names. A child's name that was found in it is masked here as on the comments under it."""
    if author.handle or not author.display_name:
        return name_of(author.handle or author.native_id)
    wrote = comments.by_authors(tx, [key], LOOKED_BACK)
    under = [comment for comment in wrote if comment.author.display_name == author.display_name]
    found = hearings.findings_of(tx, [comment.id for comment in under]) if under else {}
    return name_of(author.display_name, [each for form in found.values() for each in form])


def evidence_of(tx: Transaction, known: Known, comment_id: str) -> Comment | None:
    """The comment named, where it is theirs, or the latest of theirs that is out of sight."""
    named = comments.load(tx, comment_id) if comment_id else None
    if named is not None and authors.key_of(named) == known.key:
        return named
    return latest_out_of_sight(tx, known.key)


def evidence_shown(tx: Transaction, comment: Comment) -> Evidence:
    found = hearings.findings_of(tx, [comment.id]).get((comment.id, comment.version), [])
    latest = decisions.latest(tx, comment.id)
    return Evidence(comment, view_of(comment.text, found), latest.number if latest else 0)


def choices(site: Site, evidence: Comment, now: datetime) -> Choices:
    can = capabilities_for(site.settings, evidence)
    means = means_for(site, evidence)
    ends = [end_of_ban(can, site.settings.mode, MEANS[each], "the day you choose", TO_LIFT) for each, _, _ in means]
    return Choices(means, ban_form.choices(site.settings.policy, now), list(dict.fromkeys(filter(None, ends))))


def effect_in_words(site: Site, comment: Comment, kind: ActionKind) -> str:
    return effect_of(capabilities_for(site.settings, comment), site.settings.mode, comment, kind, BY_HAND)
