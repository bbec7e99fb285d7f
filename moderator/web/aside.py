"""What else somebody can do with a case: block its author, tell a family, pass it on, put it off, correct how it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from moderator.actions import families
from moderator.actions.effects import effect_of
from moderator.build import capabilities_for
from moderator.domain import OF_THE_WHOLE, ActionKind, Comment, Label, Ruling, Task
from moderator.policy.authority import MAY, May, Role, is_urgent
from moderator.policy.ban_length import NotPossible
from moderator.review import ban_as
from moderator.store import actions, cases, decisions, desk, tasks, users
from moderator.store.bans import Means
from moderator.store.database import Transaction
from moderator.store.users import User
from moderator.web import ban_form
from moderator.web.access import Decider, FreshDecider, Proposer, Reader, Visitor
from moderator.web.answers import BY_HAND
from moderator.web.cards import ROLES, card_of
from moderator.web.done import HELD, Ref
from moderator.web.pages import render
from moderator.web.site import Here, Site
from moderator.web.telling import Told
from moderator.web.triage import SAID, note_as_seen, on, show, the_comment, who_was_quicker
from moderator.web.words import NAMES

router = APIRouter(prefix="/triage/{comment_id}")

SOON = timedelta(hours=2)
MEANS: dict[str, Means] = {"block": ActionKind.BLOCK, "mute": ActionKind.MUTE}
Why = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to whom a case can be given."""

    role: Role
    who: str  # "the deputy (Mr Oyelaran)"


def colleagues(tx: Transaction, user: User) -> list[Colleague]:
    """The roles that may decide and that somebody else has."""
    found: dict[Role, list[str]] = {}
    for each in users.all_users(tx):
        if May.DECIDE in MAY[each.role] and each.role is not user.role:
            found.setdefault(each.role, []).append(each.name)
    order = (Role.DEPUTY, Role.HEAD, Role.SAFEGUARDING_LEAD)
    return [Colleague(role, f"{ROLES[role]} ({', '.join(found[role])})") for role in order if role in found]


def aside(
    request: Request, site: Site, visitor: Visitor, comment_id: str, template: str, **values: Any
) -> HTMLResponse:
    """A page about one case: its words and a form."""
    with site.database.reading() as tx:
        comment = the_comment(tx, comment_id)
        card = card_of(tx, site, visitor, comment, site.now())
        more: dict[str, Any] = {
            name: value(tx, comment, card) if callable(value) else value for name, value in values.items()
        }
    return render(request, f"triage/{template}.html", card=card, **more)


def back(path: str, said: str) -> Response:
    return RedirectResponse(f"{path}?said={said}", 303)


@router.get("/block")
def ask_block(request: Request, site: Here, visitor: FreshDecider, comment_id: str) -> HTMLResponse:
    """Reason and length of a ban, and what can be taken back of it."""
    return aside(
        request,
        site,
        visitor,
        comment_id,
        "block",
        means=lambda _tx, comment, _card: means_for(site, comment),
        lengths=ban_form.choices(site.settings.policy, site.now()),
    )


def means_for(site: Site, comment: Comment) -> list[tuple[str, str, str]]:
    """The ways to keep an author out there: value, words, and what each does."""
    can = capabilities_for(site.settings, comment)
    told = {name: effect_of(can, site.settings.mode, comment, kind, BY_HAND) for name, kind in MEANS.items()}
    words = {"block": "Block: nothing more from this author", "mute": "Mute: we do not see what they write"}
    muted = can is not None and ActionKind.MUTE in can.actions
    return [(name, words[name], told[name]) for name in MEANS if name == "block" or muted]


@router.post("/block")
def block(
    request: Request,
    site: Here,
    visitor: FreshDecider,
    comment_id: str,
    after: Annotated[int, Form()],
    until: Annotated[str, Form()],
    why: Why,
    means: Annotated[Literal["block", "mute"], Form()] = "block",
    day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Ban the author of a comment; it leaves in ten seconds. Raises NotPossible for an end that cannot be."""
    now = site.now()
    ends_at = ban_form.ends_at(site.settings.policy, until, day, now)
    try:
        with site.database.transaction() as tx:
            comment = the_comment(tx, comment_id)
            note_as_seen(tx, visitor, comment, now)
            made = ban_as(
                tx,
                users.people(tx, site.settings.people),
                visitor.person,
                comment,
                MEANS[means],
                until=ends_at,
                why=why.strip(),
                mode=site.settings.mode,
                at=now,
                after=after,
                act_from=now + HELD,
            )
    except decisions.Stale:
        return quicker(request, site, visitor, comment_id, after)
    return on(request, site, visitor, refs=(Ref(comment_id, int(made.id.rpartition(".")[2])),))


def quicker(request: Request, site: Site, visitor: Visitor, comment_id: str, after: int) -> Response:
    """Somebody decided since the form was shown: the same person by a second tap, or a colleague."""
    with site.database.reading() as tx:
        latest = decisions.latest(tx, comment_id)
    if latest is None:
        raise HTTPException(404)
    if latest.decided_by == visitor.user.name and latest.number == after + 1 and latest.author_action in MEANS.values():
        return on(request, site, visitor, refs=(Ref(comment_id, latest.number),))
    return show(request, site, visitor, comment_id=comment_id, note=who_was_quicker(site, latest))


@router.get("/family")
def ask_family(request: Request, site: Here, visitor: Decider, comment_id: str) -> HTMLResponse:
    """The ready message to a family, and how it reaches them."""
    return aside(
        request,
        site,
        visitor,
        comment_id,
        "family",
        task=lambda tx, comment, _card: family_task(tx, site, comment),
        steps=lambda _tx, comment, _card: families.how_to_ask(comment),
    )


def family_task(tx: Transaction, site: Site, comment: Comment) -> Task:
    """The task as it stands, or as it would be opened. Raises HTTPException 404 where no family is to be asked."""
    known = tasks.find_task(tx, families.task_id(comment))
    if known is not None:
        return known.task
    verdict = families.asks_family(decisions.history(tx, comment.id), comment.version)
    if verdict is None:
        raise HTTPException(404)
    return families.ask_task(tx, comment, verdict, site.settings.policy)


@router.post("/family")
def family(site: Here, visitor: Decider, comment_id: str) -> Response:
    """The message was sent: the task is done, and the comment is looked at again."""
    now = site.now()
    with site.database.transaction() as tx:
        task = family_task(tx, site, the_comment(tx, comment_id))
        if tasks.find_task(tx, task.id) is None:
            tasks.open_task(tx, task, now)
        actions.finish_task(tx, task.id, visitor.user.name, now)
    return back(f"/triage/{comment_id}", "family")


@router.get("/pass")
def ask_pass(request: Request, site: Here, visitor: Reader, comment_id: str) -> HTMLResponse:
    """To whom a case can be given."""
    return aside(
        request, site, visitor, comment_id, "pass", colleagues=lambda tx, _comment, _card: colleagues(tx, visitor.user)
    )


@router.post("/pass")
def pass_on(
    site: Here,
    visitor: Proposer,
    comment_id: str,
    to: Annotated[Role | None, Form()] = None,
    why: Why = "",
    spared: Annotated[bool, Form()] = False,
) -> Response:
    """Give a case to another role. `spared`: somebody does not want to see it; whoever stands in for them gets it.

    It leaves the own queue, unless it is urgent: nobody knows when whoever gets it will look.
    """
    now = site.now()
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        known = [each.role for each in colleagues(tx, visitor.user)]
        role = to or (known[0] if known else None)
        if role not in known:
            said = "Nobody else has a role that may decide. Nothing was changed: please speak to a colleague."
            raise NotPossible(said)
        desk.pass_on(tx, comment, role, visitor.person, now, why.strip())
        urgent = is_urgent(decisions.history(tx, comment_id))
    return back("/triage", ("spared" if spared else "passed") + ("-urgent" if urgent else ""))


@router.get("/later")
def ask_later(request: Request, site: Here, visitor: Decider, comment_id: str) -> HTMLResponse:
    now = site.now()
    until = {"soon": now + SOON, "morning": ban_form.morning_after(site.settings.policy, now)}
    return aside(request, site, visitor, comment_id, "later", until=until)


@router.post("/later")
def later(
    request: Request,
    site: Here,
    visitor: Decider,
    comment_id: str,
    until: Annotated[Literal["soon", "morning"], Form()],
) -> Response:
    """One user does not see a case for a while. Not one where somebody may be at risk."""
    now = site.now()
    ends = now + SOON if until == "soon" else ban_form.morning_after(site.settings.policy, now)
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        urgent = is_urgent(decisions.history(tx, comment_id))
        if not urgent:
            desk.put_off(tx, comment, visitor.user, ends, now)
    if urgent:
        note = Told("Somebody may be at risk, so this cannot wait. You can pass it on to a colleague.", "urgent")
        return show(request, site, visitor, comment_id=comment_id, note=note)
    return back("/triage", "later")


@router.get("/correct")
def ask_correct(request: Request, site: Here, visitor: Decider, comment_id: str) -> HTMLResponse:
    """What the program thinks it saw, to be ticked where it is wrong."""
    return aside(
        request, site, visitor, comment_id, "correct", labels=lambda tx, comment, _card: labels_of(tx, comment)
    )


def labels_of(tx: Transaction, comment: Comment) -> list[tuple[str, str]]:
    """What policy found in the comment as it reads now, each label with its words."""
    found = [
        each for each in decisions.history(tx, comment.id) if not each.by_person and each.version == comment.version
    ]
    labels = found[-1].labels if found else ()
    return [(label.value, NAMES[label]) for label in labels if label not in OF_THE_WHOLE]


@router.post("/correct")
def correct(
    request: Request,
    site: Here,
    visitor: Decider,
    comment_id: str,
    wrong: Annotated[list[Label], Form(default_factory=list)],
    why: Why = "",
) -> Response:
    """Keep what was read wrongly, to learn from. Nothing is decided by it, and no limit moves. Audit: "case_labelled"."""
    now = site.now()
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        found = [Label(value) for value, _ in labels_of(tx, comment)]
        taken = [label for label in wrong if label in found]
        if taken:
            kept = [label for label in found if label not in taken]
            cases.correct(tx, comment, kept, visitor.person, now, why.strip())
    if not taken:
        raise NotPossible("Please tick what is wrong. Nothing was changed.")
    with site.database.reading() as tx:
        like_it = max(cases.count_without(tx, label) for label in taken)
    return show(request, site, visitor, comment_id=comment_id, note=thanks(taken, like_it))


def thanks(taken: list[Label], like_it: int) -> Told:
    """How often that was said so far; nothing changes by itself."""
    what = " nor ".join(NAMES[label] for label in taken)
    often = "This is the first of its kind." if like_it == 1 else f"We have seen {like_it} like it."
    return Told(
        f"Noted: not {what}. {often} The limits stay as they are until somebody changes them under Rules.", "done"
    )


@router.post("/propose")
def propose(
    request: Request,
    site: Here,
    visitor: Proposer,
    comment_id: str,
    answer: Annotated[Literal["allow", "hide"], Form()],
    why: Why = "",
) -> Response:
    """Say what one would decide; whoever decides sees it on the card."""
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        desk.propose(tx, comment, Ruling(answer), visitor.person, site.now(), why.strip())
    return on(request, site, visitor, comment_id=comment_id, note=SAID["proposed"], said="proposed")
