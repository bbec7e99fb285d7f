"""The queue's page: one case after the other, two answers, and ten seconds to take one back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from moderator.domain import Comment, Decision, Ruling
from moderator.review import EditedMeanwhile, NothingToOverturn, decide_as, take_back_as
from moderator.store import alerts, audit, comments, decisions, desk, queue, users
from moderator.store.database import Transaction
from moderator.store.decisions import Stale
from moderator.web.access import Decider, May, Reader, Visitor, refuse_unless_fresh
from moderator.web.done import HELD, Ref, done_of, refs_of
from moderator.web.pages import in_words, render
from moderator.web.site import Here, Site
from moderator.web.telling import Told, what
from moderator.web.tray import tray_of
from moderator.web.trouble import is_htmx

router = APIRouter()

Answer = Literal["allow", "hide"]
LISTENS = "If it stays with you, Education Support listens to school staff, day and night: 08000 562 561."
SAID = {
    "back": Told("Taken back. It waits for you again.", "done"),
    "later": Told("Put off. It comes back by itself.", "done"),
    "passed": Told("Passed on. You need not look at it again.", "done"),
    "spared": Told(f"Passed on. You need not look at it again. {LISTENS}", "done"),
    "spared-urgent": Told(
        "Passed on. You need not look at it again, though it stays in your list until somebody has decided: somebody may "
        f"be at risk. {LISTENS}",
        "done",
    ),
    "passed-urgent": Told(
        "Passed on. Somebody may be at risk, so it stays in your queue too until one of you has decided.", "done"
    ),
    "proposed": Told("Thank you. Whoever decides sees what you would do.", "done"),
    "family": Told("Noted that the family was told. The comment is looked at again each day.", "done"),
    "up": Told("What you had put off is here again.", "done"),
}
"""What a page says of what was done just before, by the word in its address."""


@router.get("/")
def front() -> Response:
    return RedirectResponse("/triage", 303)


@router.get("/triage")
def triage(request: Request, site: Here, visitor: Reader, done: str = "", said: str = "") -> HTMLResponse:
    """The queue with its first case open."""
    return show(request, site, visitor, refs=refs_of(done), note=SAID.get(said))


@router.get("/triage/done")
def done_bar(request: Request, site: Here, _visitor: Reader, refs: str = "") -> Response:
    """What became of what was just decided; asked for again until nothing more is to come."""
    with site.database.reading() as tx:
        bar = done_of(tx, site, refs_of(refs), site.now())
    if bar is None:
        raise HTTPException(404)
    return render(request, "triage/bar.html", bar=bar)


@router.get("/triage/{comment_id}")
def one_case(
    request: Request,
    site: Here,
    visitor: Reader,
    comment_id: str,
    done: str = "",
    said: str = "",
    whole: bool = False,
) -> HTMLResponse:
    """The queue with one case open, whether it still waits or not."""
    return show(request, site, visitor, comment_id=comment_id, refs=refs_of(done), note=SAID.get(said), whole=whole)


@router.get("/alerts")
def latest_alert(site: Here, _visitor: Reader) -> Response:
    """Where a tapped push leads: to the newest alert whose cases wait. The push itself names none."""
    with site.database.reading() as tx:
        number = queue.latest_alert(tx)
    return RedirectResponse(f"/alerts/{number}" if number else "/triage", 303)


@router.get("/alerts/{number}")
def alert(request: Request, site: Here, visitor: Reader, number: int) -> Response:
    """The cases of one alert that still wait."""
    with site.database.reading() as tx:
        found = [queue.case(tx, comment_id) for comment_id in queue.of_alert(tx, number)] if 0 < number < 2**31 else []
        among = [each for each in found if each is not None]
        if among:
            tray = tray_of(tx, site, visitor, site.now(), among=among)
            return render(request, "triage/page.html", tray=tray, bar=None, note=None)
    note = Told("Somebody has looked after that alert already. This is what waits now.", "done")
    return show(request, site, visitor, note=note)


@router.post("/triage/undo")
def undo(request: Request, site: Here, visitor: Decider, case: Annotated[list[str], Form()]) -> Response:
    """Take back what was just decided: it waits again. What somebody decided anew meanwhile stays."""
    refs, now = [ref for each in case for ref in refs_of(each)], site.now()
    back: list[Ref] = []
    with site.database.transaction() as tx:
        people = users.people(tx, site.settings.people)
        for ref in refs:
            comment = comments.load(tx, ref.comment_id)
            if comment is None:
                continue
            refuse_unless_fresh(tx, visitor, comment, now, ref.number)
            try:
                take_back_as(tx, people, visitor.person, comment, ref.number, mode=site.settings.mode, at=now)
                back.append(ref)
            except (Stale, NothingToOverturn):
                continue
    note = SAID["back"] if back else Told("Somebody decided on it since, so nothing was taken back.", "warning")
    return on(
        request, site, visitor, comment_id=back[0].comment_id if back else "", note=note, said="back" if back else ""
    )


@router.post("/triage/take-up")
def take_up(site: Here, visitor: Decider) -> Response:
    """Show what was put off, now. Audit: "taken_up"."""
    with site.database.transaction() as tx:
        desk.take_up(tx, visitor.user, site.now())
    return RedirectResponse("/triage?said=up", 303)


@router.post("/triage/{comment_id}/decide")
def decide(
    request: Request,
    site: Here,
    visitor: Decider,
    comment_id: str,
    answer: Annotated[Answer, Form()],
    after: Annotated[int, Form()],
) -> Response:
    """Record an answer, and show the next case. The same answer twice is one decision."""
    now, ruling = site.now(), Ruling(answer)
    try:
        with site.database.transaction() as tx:
            comment = the_comment(tx, comment_id)
            note_as_seen(tx, visitor, comment, now)
            made = decide_now(tx, site, visitor, comment, ruling, after, now)
    except Stale:
        return _too_late(request, site, visitor, comment_id, ruling, after)
    except EditedMeanwhile:
        note = Told(
            "Its author changed it while you looked at it. Your tap changed nothing: look at it again.", "warning"
        )
        return on(request, site, visitor, comment_id=comment_id, note=note)
    return on(request, site, visitor, refs=(Ref(made.comment_id, made.number),))


def decide_now(
    tx: Transaction, site: Site, visitor: Visitor, comment: Comment, ruling: Ruling, after: int, now: datetime
) -> Decision:
    """One person's answer, which leaves in ten seconds. Raises Stale, EditedMeanwhile, NotAllowed, and NotFresh where it ends
    a ban."""
    if ruling is Ruling.ALLOW:
        refuse_unless_fresh(tx, visitor, comment, now)
    decision = decision_of(site, visitor, comment, ruling, now)
    people = users.people(tx, site.settings.people)
    return decide_as(tx, people, visitor.person, decision, after=after, act_from=now + HELD)


def decision_of(site: Site, visitor: Visitor, comment: Comment, ruling: Ruling, now: datetime) -> Decision:
    return Decision(
        comment_id=comment.id,
        version=comment.version,
        ruling=ruling,
        decided_by=visitor.user.name,
        decided_at=now,
        reasons=(),
        mode=site.settings.mode,
    )


def _too_late(request: Request, site: Site, visitor: Visitor, comment_id: str, ruling: Ruling, after: int) -> Response:
    """Somebody decided since the card was shown: the same person by a second tap, or a colleague."""
    with site.database.reading() as tx:
        latest = decisions.latest(tx, comment_id)
    if latest is None:
        raise HTTPException(404)
    own = latest.decided_by == visitor.user.name and latest.number == after + 1
    if own and latest.ruling is ruling:
        return on(request, site, visitor, refs=(Ref(comment_id, latest.number),))
    return on(request, site, visitor, note=who_was_quicker(site, latest))


def who_was_quicker(site: Site, latest: Decision) -> Told:
    """What a colleague decided, for somebody whose tap came too late."""
    who = latest.decided_by if latest.by_person else "The program"
    chose = what(latest).text
    return Told(
        f"{who} was quicker, at {in_words(site, latest.decided_at)}: {chose}. Your tap changed nothing.", "note"
    )


@router.post("/triage/{comment_id}/words")
def words(request: Request, site: Here, visitor: Reader, comment_id: str) -> Response:
    """Show what is masked. Who asked, and when, is written down. Audit: "words_shown"."""
    now = site.now()
    with site.database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        note_as_seen(tx, visitor, comment, now)
        facts = {"version": comment.version}
        shown = audit.Event("words_shown", now, visitor.user.name, comment.id, comment.account_id, facts)
        audit.write_all(tx, [shown])
    with site.database.reading() as tx:
        tray = tray_of(tx, site, visitor, now, chosen=comment, revealed=True, whole=True)
    if is_htmx(request):
        return render(request, "triage/words.html", card=tray.card, revealed=True)
    return render(request, "triage/page.html", tray=tray, bar=None, note=None)


@router.get("/triage/{comment_id}/words")
def words_again(request: Request, site: Here, visitor: Reader, comment_id: str) -> HTMLResponse:
    """The words masked as before, after they were looked at."""
    with site.database.reading() as tx:
        tray = tray_of(tx, site, visitor, site.now(), chosen=the_comment(tx, comment_id), among=())
    return render(request, "triage/words.html", card=tray.card, revealed=False)


@router.post("/triage/{comment_id}/seen")
def seen(site: Here, visitor: Decider, comment_id: str) -> Response:
    """Somebody who may close it looks at an urgent case: its alert rings no more. Sent by the page itself."""
    with site.database.transaction() as tx:
        note_as_seen(tx, visitor, the_comment(tx, comment_id), site.now())
    return Response(status_code=204)


def note_as_seen(tx: Transaction, visitor: Visitor, comment: Comment, now: datetime) -> None:
    """The alerts about a comment ring no more once somebody looks at it who may close it. Audit: "alert_seen"."""
    if visitor.may(May.DECIDE):
        for number in queue.alerts_of(tx, comment.id):
            alerts.seen(tx, number, visitor.user.name, now)


def the_comment(tx: Transaction, comment_id: str) -> Comment:
    """The comment in its latest form. Raises HTTPException 404 where there is none, or nothing was decided on it yet."""
    found = queue.case(tx, comment_id)
    if found is None:
        raise HTTPException(404)
    return found.comment


def show(
    request: Request,
    site: Site,
    visitor: Visitor,
    *,
    comment_id: str = "",
    refs: tuple[Ref, ...] = (),
    note: Told | None = None,
    whole: bool = False,
) -> HTMLResponse:
    """The queue's page, or for htmx what stands in it."""
    now = site.now()
    with site.database.reading() as tx:
        chosen = the_comment(tx, comment_id) if comment_id else None
        tray = tray_of(tx, site, visitor, now, chosen=chosen, whole=whole)
        bar = done_of(tx, site, refs, now)
    template = "triage/tray.html" if is_htmx(request) else "triage/page.html"
    return render(request, template, tray=tray, bar=bar, note=note)


def on(
    request: Request,
    site: Site,
    visitor: Visitor,
    *,
    comment_id: str = "",
    refs: tuple[Ref, ...] = (),
    note: Told | None = None,
    said: str = "",
) -> Response:
    """After something was changed: what comes next. Without htmx a page of its own, which can be reloaded."""
    if is_htmx(request) or (note is not None and not said):
        return show(request, site, visitor, comment_id=comment_id, refs=refs, note=note)
    path = f"/triage/{comment_id}" if comment_id else "/triage"
    told = [("done", ",".join(map(str, refs))), ("said", said)]
    query = "&".join(f"{name}={value}" for name, value in told if value)
    return RedirectResponse(f"{path}?{query}" if query else path, 303)
