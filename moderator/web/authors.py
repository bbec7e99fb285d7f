"""One author: the names they went by, how they stand, what people wrote down about them, and what they wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from moderator.domain import ActionKind, Ban, Strike
from moderator.errors import ModeratorError
from moderator.explained.author import AboutAuthor, gather, is_in_force
from moderator.platforms.street import shown_name
from moderator.store import authors, hearings, tasks
from moderator.store.authors import AuthorKey, Known
from moderator.store.database import Transaction
from moderator.store.tasks import TaskState
from moderator.web import telling
from moderator.web.access import Decider, May, Proposer, Reader, Visitor
from moderator.web.asked import address, author_address, ban_address
from moderator.web.keeping_out import name, name_in, the_author
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.tasks import TaskShown
from moderator.web.tasks import shown as tasks_shown
from moderator.web.telling import Told
from moderator.web.words import WordsView, view_of

LAST_COMMENTS = 20
router = APIRouter()
Platform = Annotated[str, Form(max_length=60)]
NativeId = Annotated[str, Form(max_length=500)]


class NobodyMeant(ModeratorError):
    """No author, or more than one, is meant by what was typed."""


@dataclass(frozen=True, slots=True)
class Linked:
    """Another account of the same person."""

    name: str
    platform: str
    address: str
    key: AuthorKey


@dataclass(frozen=True, slots=True)
class StrikeShown:
    strike: Strike
    counts: bool


@dataclass(frozen=True, slots=True)
class BanShown:
    ban: Ban
    what: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    """One comment of theirs."""

    id: str
    at: datetime
    words: WordsView
    what: Told | None  # the latest decision


@dataclass(frozen=True, slots=True)
class AuthorShown:
    """All that the page of one author tells."""

    about: AboutAuthor
    name: str
    platform: str
    former: tuple[tuple[str, datetime], ...]  # names they no longer go by, each with since when
    in_words: str
    strikes: tuple[StrikeShown, ...]
    bans: tuple[BanShown, ...]
    linked: tuple[Linked, ...]
    tasks: tuple[TaskShown, ...]
    wrote: tuple[Wrote, ...]
    history_at: str
    ban_at: str  # "" where that is not theirs to do


@router.get("/authors/{platform}/{native_id:path}")
def author_page(
    request: Request, site: Here, visitor: Reader, platform: str, native_id: str, done: str = ""
) -> Response:
    with site.database.reading() as tx:
        shown = shown_of(tx, site, visitor, the_author(tx, platform, native_id))
    return render(request, "authors/page.html", shown=shown, note=SAID.get(done))


SAID = {
    "block": Told("Blocked, as it is written below.", "done"),
    "mute": Told("Muted, as it is written below.", "done"),
    "lifted": Told("They may come back in.", "done"),
    "noted": Told("Your note is kept.", "done"),
    "linked": Told("Both accounts count as one person’s now.", "done"),
    "unlinked": Told("This account counts for itself now.", "done"),
}
"""What the page says of what was done just before, by the word in its address."""


@router.post("/authors/note")
def note(
    site: Here,
    visitor: Proposer,
    platform: Platform,
    native_id: NativeId,
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Write something down for the others at the school. Sent twice, it is kept once. Audit: "author_noted"."""
    with site.database.transaction() as tx:
        known = the_author(tx, platform, native_id)
        words = text.strip()
        latest = authors.notes(tx, [known.key])[-1:]
        again = any((each.text, each.by) == (words, visitor.user.name) for each in latest)
        if words and not again:
            authors.note(tx, known.key, words, visitor.person, site.now())
    return _back(known, "noted" if words else "")


@router.post("/authors/link")
def link(
    site: Here,
    visitor: Decider,
    platform: Platform,
    native_id: NativeId,
    other: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Say that two accounts are one person's. Audit: "author_linked"."""
    with site.database.transaction() as tx:
        known = the_author(tx, platform, native_id)
        meant = meant_by(tx, other)
        if meant.key == known.key:
            raise NobodyMeant("That is this account itself. Nothing was changed.")
        authors.link(tx, known.key, meant.key, visitor.person, site.now())
    return _back(known, "linked")


@router.post("/authors/unlink")
def unlink(site: Here, visitor: Decider, platform: Platform, native_id: NativeId) -> Response:
    """Say that an account is nobody else's. Audit: "author_unlinked"."""
    with site.database.transaction() as tx:
        known = the_author(tx, platform, native_id)
        if len(authors.groups(tx, [known.key])[known.key]) > 1:
            authors.unlink(tx, known.key, visitor.person, site.now())
    return _back(known, "unlinked")


def meant_by(tx: Transaction, text: str) -> Known:
    """The one author meant by a handle, "@pat" or "youtube:@pat". Raises NobodyMeant."""
    found = authors.find(tx, text.strip())
    if len(found) == 1:
        return found[0]
    if not found:
        raise NobodyMeant(f"Nobody called {text.strip()[:60]} has commented here. Nothing was changed.")
    names = telling.joined(f"{each.platform}:{each.author.handle or each.author.native_id}" for each in found[:5])
    raise NobodyMeant(f"That could be {len(found)} authors. Please type one of these: {names}. Nothing was changed.")


def _back(known: Known, done: str) -> Response:
    return RedirectResponse(address(author_address(known.key), {"done": done}), 303)


def shown_of(tx: Transaction, site: Site, visitor: Visitor, known: Known) -> AuthorShown:
    now = site.now()
    about = gather(tx, known, site.settings.policy, now, LAST_COMMENTS)
    found = hearings.findings_of(tx, [comment.id for comment in about.wrote]) if about.wrote else {}
    return AuthorShown(
        about=about,
        name=name(tx, known),
        platform=shown_name(known.platform),
        former=tuple((name_in(tx, known.key, each), since) for each, since in about.names[:-1]),
        in_words=standing_in_words(about),
        strikes=tuple(StrikeShown(each, each.comment_id in about.counting) for each in about.standing.strikes),
        bans=tuple(
            BanShown(ban, "Blocked" if ban.means is ActionKind.BLOCK else "Muted", is_in_force(ban, now))
            for ban in about.bans
        ),
        linked=tuple(linked_of(tx, key) for key in about.linked),
        tasks=tuple(tasks_shown(tx, tasks_of(tx, about))),
        wrote=tuple(
            Wrote(
                comment.id,
                comment.posted_at,
                view_of(comment.text, found.get((comment.id, comment.version), [])),
                telling.what(about.latest[comment.id]) if comment.id in about.latest else None,
            )
            for comment in about.wrote
        ),
        history_at=address("/history", {"author": known.author.native_id}),
        ban_at=ban_address(known.key) if visitor.may(May.DECIDE) else "",
    )


def standing_in_words(about: AboutAuthor) -> str:
    """ "3 comments, 1 of them out of sight"."""
    count, hidden = about.standing.comments, about.standing.hidden
    comments = "1 comment" if count == 1 else f"{count} comments"
    if not hidden:
        return f"{comments}, none of them hidden"
    return f"{comments}, {'it is' if count == hidden == 1 else f'{hidden} of them'} out of sight"


def linked_of(tx: Transaction, key: AuthorKey) -> Linked:
    known = authors.load(tx, key)
    return Linked(name(tx, known) if known else key[1], shown_name(key[0]), author_address(key), key)


def tasks_of(tx: Transaction, about: AboutAuthor) -> list[TaskState]:
    """What somebody still has to do by hand because of this person."""
    return [state for state in tasks.open_tasks(tx) if authors.key_of(state.task.comment) in about.accounts]
