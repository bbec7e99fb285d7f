"""What only a person can do: the steps, the place, a message that is ready to be sent, and the word that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from moderator.by_hand import how_done, said_done
from moderator.by_hand.watch import STEPS, how_settled, settle_own_post
from moderator.domain import Finding, TaskKind
from moderator.platforms.street import shown_name
from moderator.store import accounts, hearings, own_posts, tasks
from moderator.store.database import Transaction
from moderator.store.hearings import Form as FormKey
from moderator.store.own_posts import OwnPostFinding
from moderator.store.tasks import TaskState
from moderator.web.access import Decider, Reader
from moderator.web.asked import author_address, ban_address
from moderator.web.pages import render
from moderator.web.places import Place, place_of
from moderator.web.site import Here
from moderator.web.telling import Told
from moderator.web.trouble import is_htmx
from moderator.web.words import called, plain

LATELY = timedelta(days=30)
TITLES = {
    TaskKind.HIDE: "Hide a comment",
    TaskKind.RELEASE: "Show a comment again",
    TaskKind.REMOVE: "Remove a comment",
    TaskKind.BLOCK: "Block an author",
    TaskKind.UNBLOCK: "Let an author back in",
    TaskKind.MUTE: "Mute an author",
    TaskKind.UNMUTE: "End the muting of an author",
    TaskKind.ASK_FAMILY: "Write a kind word to a family",
    TaskKind.PROPOSE_BAN: "Think about keeping an author out",
    TaskKind.END_BAN: "End a ban that has run out",
}
AFTERWARDS = {
    TaskKind.ASK_FAMILY: "The comment is looked at again each day. If nothing has changed after a week, you hear of it again.",
    TaskKind.PROPOSE_BAN: "Nobody is kept out by this. The next strike asks again.",
}
"""What a person should know who ticks one off."""
router = APIRouter()


@dataclass(frozen=True, slots=True)
class TaskShown:
    """One task on a page."""

    state: TaskState
    title: str
    platform: str
    steps: str
    why: str
    place: Place
    author: str
    author_at: str
    ban_at: str  # where a proposed ban is made
    words: str  # of the comment, in one masked line
    how: Told  # how it stands
    afterwards: str


@dataclass(frozen=True, slots=True)
class OwnPostShown:
    """A post of the school's own that breaks its policy, as a task on a page."""

    found: OwnPostFinding
    platform: str
    place: Place
    steps: str
    how: Told


@router.get("/tasks")
def tasks_page(request: Request, site: Here, _visitor: Reader, done: str = "") -> Response:
    with site.database.reading() as tx:
        still = shown(tx, tasks.open_tasks(tx))
        lately = shown(tx, tasks.closed_tasks(tx, site.now() - LATELY))
        posts = shown_posts(tx, own_posts.unsettled(tx))
        settled = shown_posts(tx, own_posts.settled(tx, site.now() - LATELY))
    values: dict[str, Any] = {"tasks": still, "lately": lately, "posts": posts, "settled": settled}
    return render(request, "tasks/page.html", note=SAID.get(done), **values)


SAID = {"yes": Told("Thank you. It stands in the record as done by you.", "done")}


@router.post("/tasks/done")
def task_done(request: Request, site: Here, visitor: Decider, task: Annotated[str, Form(max_length=300)]) -> Response:
    """Somebody says that a task is done. Said twice, it is done once. For htmx, the task as it stands then."""
    values: dict[str, Any]
    with site.database.transaction() as tx:
        if tasks.find_task(tx, task) is not None:
            (one,) = shown(tx, [said_done(tx, visitor.person, task, site.now())])
            template, values = "tasks/task.html", {"task": one}
        elif own_posts.find_finding(tx, task) is not None:
            (post,) = shown_posts(tx, [settle_own_post(tx, task, visitor.person, site.now())])
            template, values = "tasks/own_post.html", {"post": post}
        else:
            raise HTTPException(404)
    return render(request, template, **values) if is_htmx(request) else RedirectResponse("/tasks?done=yes", 303)


def shown_posts(tx: Transaction, found: Sequence[OwnPostFinding]) -> list[OwnPostShown]:
    """Posts of the school's own as a page shows them."""
    platforms = {each.id: each.platform for each in accounts.all_accounts(tx)} if found else {}
    return [_post_shown(each, platforms.get(each.account_id, each.account_id)) for each in found]


def _post_shown(found: OwnPostFinding, platform: str) -> OwnPostShown:
    return OwnPostShown(found, shown_name(platform), place_of(platform, found.post.url), STEPS, how_post_stands(found))


def how_post_stands(found: OwnPostFinding) -> Told:
    told = how_settled(found)
    if found.settled_at is None:
        return Told("To be done", "waiting")
    if found.settled_by == own_posts.EDITED:
        return Told(f"{told.capitalize()} ✓", "done")
    return Told(f"{told[:1].upper()}{told[1:]}", "note")


def shown(tx: Transaction, states: Sequence[TaskState]) -> list[TaskShown]:
    """Tasks as a page shows them; what was found in their comments is read for all at once."""
    found = hearings.findings_of(tx, sorted({each.task.comment.id for each in states})) if states else {}
    return [_shown(state, found) for state in states]


def _shown(state: TaskState, found: dict[FormKey, list[Finding]]) -> TaskShown:
    task, comment = state.task, state.task.comment
    seen = found.get((comment.id, comment.version), [])
    key = (comment.platform, comment.author.native_id)
    return TaskShown(
        state=state,
        title=TITLES[task.kind],
        platform=shown_name(comment.platform),
        steps=steps_of(state),
        why=f"{task.why[:1].upper()}{task.why[1:].rstrip('.')}." if task.why else "",
        place=place_of(comment.platform, task.url),
        author=called(comment.author, seen),
        author_at=author_address(key) if key[1] else "",
        ban_at=ban_address(key, comment.id) if key[1] and task.kind is TaskKind.PROPOSE_BAN else "",
        words=plain(comment.text, seen),
        how=how_it_stands(state),
        afterwards=AFTERWARDS.get(task.kind, ""),
    )


def steps_of(state: TaskState) -> str:
    """The steps without the commands in them: this page has its own buttons."""
    if state.task.kind is TaskKind.PROPOSE_BAN:
        return "Read what they wrote, on the page of the author. Keep them out from there, or leave it and say so here."
    return state.task.steps.partition(" Then say that it was sent: moderator ")[0]


def how_it_stands(state: TaskState) -> Told:
    if state.closed_at is None:
        return Told("To be done", "waiting")
    told = how_done(state)
    if state.verified_at is not None:
        return Told(f"{told.capitalize()} ✓", "done")
    return Told(f"{told[:1].upper()}{told[1:]}", "note")
