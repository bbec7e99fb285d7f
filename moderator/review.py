"""What a person decides: the one way in for the command line and the page.

A decision is checked against who decides, and recorded; carrying it out is another room's business. Every ban has its record,
whichever way it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from moderator.actions.owed import is_hide_taken_back
from moderator.domain import ActionKind, Ban, Comment, Decision, Mode, Person, Ruling
from moderator.errors import ModeratorError
from moderator.policy.authority import May, People, may_close
from moderator.store import actions, audit, bans, comments, decisions, queue
from moderator.store.authors import key_of
from moderator.store.database import Transaction

OPPOSITE = {Ruling.ALLOW: Ruling.HIDE, Ruling.HIDE: Ruling.ALLOW, Ruling.REMOVE: Ruling.ALLOW}


class NotAllowed(ModeratorError):
    """Somebody else must decide this."""


class NothingToOverturn(ModeratorError):
    """There is no decision whose opposite could be recorded."""


class EditedMeanwhile(ModeratorError):
    """The comment reads otherwise than when it was last judged."""


def decide_as(
    tx: Transaction,
    people: People,
    who: Person,
    decision: Decision,
    *,
    after: int | None = None,
    act_from: datetime | None = None,
) -> Decision:
    """Record a person's decision; returns it as recorded. Nothing leaves before `act_from`, where that is given.

    To block or mute is a ban until somebody lifts it, to unblock or unmute ends the author's bans by that means. Raises
    NotAllowed for an urgent case that is not theirs to close, EditedMeanwhile, and `decisions.Stale`.
    """
    refuse_unless_allowed(tx, people, who, decision.comment_id)
    refuse_unread(tx, decision)
    decision = replace(decision, decided_by=who.name)
    comment = comments.load(tx, decision.comment_id)
    if comment is None or not comment.author.native_id:
        return decisions.record(tx, decision, after=after, act_from=act_from)
    if decision.author_action is ActionKind.BLOCK or decision.author_action is ActionKind.MUTE:
        ban = ban_with(decision, decision.author_action, comment, who, None)
        made = bans.ban(tx, ban, decision, after=after, act_from=act_from)
        return bans.made_with(tx, made) or decision
    recorded = decisions.record(tx, decision, after=after, act_from=act_from)
    key = key_of(comment)
    for ban in bans.in_force(tx, [key], decision.decided_at).get(key, ()):
        if bans.UNDONE_BY[ban.means] is decision.author_action:
            bans.end(tx, ban, who.name, decision.decided_at, "; ".join(decision.reasons))
    lift_what_rests_on(tx, recorded, comment, who, act_from)
    return recorded


def decide_together(
    tx: Transaction,
    people: People,
    who: Person,
    answers: Iterable[tuple[Decision, int]],
    *,
    act_from: datetime | None = None,
) -> list[Decision]:
    """A person's decisions on many comments, each recorded singly; with each the number of the decision they looked at.

    What may be urgent, was decided on or edited since, or is not theirs to close is left as it stands, and is not among what is
    returned.
    """
    wanted = list(answers)
    urgent = queue.ever_urgent(tx, [decision.comment_id for decision, _ in wanted])
    made = []
    for decision, after in wanted:
        if decision.comment_id in urgent:
            continue
        try:
            made.append(decide_as(tx, people, who, decision, after=after, act_from=act_from))
        except (decisions.Stale, EditedMeanwhile, NotAllowed):
            continue
    return made


def lift_what_rests_on(
    tx: Transaction, decision: Decision, comment: Comment, who: Person, act_from: datetime | None
) -> None:
    """A comment that a person finds to be all right is no evidence any more: the bans that rest on it are lifted."""
    why = "the comment it was for was found to be all right"
    if decision.ruling is Ruling.ALLOW:
        for ban in resting_on(tx, comment, decision.decided_at):
            bans.lift(tx, ban.id, who, decision.decided_at, why, decision.mode, act_from)


def resting_on(tx: Transaction, comment: Comment, now: datetime) -> list[Ban]:
    """The bans in force whose evidence is this comment."""
    key = key_of(comment)
    found = bans.in_force(tx, [key], now).get(key, []) if comment.author.native_id else []
    return [ban for ban in found if ban.comment_id == comment.id]


def what_ends_with(tx: Transaction, comment: Comment, kind: ActionKind, now: datetime) -> str:
    """What putting a comment back ends as well; "" where nothing rests on it."""
    if kind is not ActionKind.RELEASE or not resting_on(tx, comment, now):
        return ""
    return " The ban of its author that was made for it is lifted as well."


def ban_as(
    tx: Transaction,
    people: People,
    who: Person,
    comment: Comment,
    means: bans.Means,
    *,
    until: datetime | None,
    why: str,
    mode: Mode,
    at: datetime,
    after: int | None = None,
    act_from: datetime | None = None,
) -> Ban:
    """Ban the author of a comment, which is the evidence, until a time or until somebody lifts it.

    A block hides the comment as well; a mute leaves it as it was decided. Nothing leaves before `act_from`, where that is
    given. Raises NotAllowed, EditedMeanwhile, StoreError where the platform does not say who the author is, and
    `decisions.Stale`.
    """
    refuse_unless_allowed(tx, people, who, comment.id)
    before = decisions.latest(tx, comment.id)
    decision = Decision(
        comment_id=comment.id,
        version=comment.version,
        ruling=ruling_with(means, before),
        decided_by=who.name,
        decided_at=at,
        reasons=(why,) if why else (),
        mode=mode,
        author_action=means,
    )
    refuse_unread(tx, decision)
    return bans.ban(tx, ban_with(decision, means, comment, who, until), decision, after=after, act_from=act_from)


def ruling_with(author_action: ActionKind, before: Decision | None) -> Ruling:
    """A block hides the comment of who is blocked; anything else leaves it as it was."""
    if author_action is ActionKind.BLOCK and (before is None or before.ruling is not Ruling.REMOVE):
        return Ruling.HIDE
    return before.ruling if before else Ruling.ALLOW


def ban_with(decision: Decision, means: bans.Means, comment: Comment, who: Person, until: datetime | None) -> Ban:
    return Ban(
        id="",
        platform=comment.platform,
        author=comment.author,
        means=means,
        by=who,
        at=decision.decided_at,
        until=until,
        why="; ".join(decision.reasons),
        comment_id=comment.id,
    )


def release_as(
    tx: Transaction, people: People, who: Person, ban: Ban, *, why: str, mode: Mode, at: datetime
) -> Decision:
    """Lift a ban before its time. Raises NotAllowed, and StoreError where it is over already."""
    refuse_unless_allowed(tx, people, who, ban.comment_id)
    return bans.lift(tx, ban.id, who, at, why, mode)


def take_back_as(
    tx: Transaction, people: People, who: Person, comment: Comment, number: int, *, mode: Mode, at: datetime
) -> Decision:
    """Take back a person's decision, the latest one on the comment: it waits for a person again, as it did before.

    What was to leave for it does not, and what has left is undone where that can be. A ban that was made with it is over.
    Audit: "decided", "taken_back" with the number. Raises NotAllowed, NothingToOverturn where policy decided, and
    `decisions.Stale` where another decision came since.
    """
    refuse_unless_allowed(tx, people, who, comment.id)
    decisions.lock(tx, [comment.id])  # Nothing is planned for it between this look and the end.
    told = decisions.history(tx, comment.id)
    if not told or told[-1].number != number:
        raise decisions.Stale(f"Comment {comment.id} was decided on meanwhile. Nothing was changed; look at it again.")
    *earlier, last = told
    if not last.by_person or last.takes_back:
        raise NothingToOverturn(f"Nobody decided on comment {comment.id} yet: there is nothing to take back.")
    before = _policys_word(earlier, last)
    recorded = decisions.record(tx, _taking_back(tx, last, before, who, mode, at), after=number)
    for ban in resting_on(tx, comment, at):
        if ban.id == last.id:
            bans.end(tx, ban, who.name, at, "taken back")
    facts = {"number": number, "was": last.ruling.value, "now": recorded.ruling.value, "by": last.decided_by}
    audit.write_all(tx, [audit.Event("taken_back", at, who.name, comment.id, comment.account_id, facts)])
    return recorded


def _policys_word(earlier: Sequence[Decision], last: Decision) -> Decision | None:
    """What policy said of the same form before a person did."""
    return next((one for one in reversed(earlier) if not one.by_person and one.version == last.version), None)


def shows_again(tx: Transaction, comment: Comment, last: Decision) -> bool:
    """Whether taking back this decision, the latest, brings the comment back into sight."""
    before = _policys_word(decisions.history(tx, comment.id)[:-1], last)
    stays_hidden = before is None or before.ruling is Ruling.HIDE or comment.version != last.version
    return not stays_hidden and is_hide_taken_back(tx, last, once_undone=True)


def _taking_back(
    tx: Transaction, last: Decision, before: Decision | None, who: Person, mode: Mode, at: datetime
) -> Decision:
    """The decision that puts a comment back where policy had put it."""
    sent = not actions.is_unplanned(tx, last.comment_id)
    return Decision(
        comment_id=last.comment_id,
        version=last.version,
        ruling=before.ruling if before and before.ruling is not Ruling.ALLOW else Ruling.QUEUE,
        decided_by=who.name,
        decided_at=at,
        # Whoever reads the comment in the queue still reads why it is there.
        reasons=before.reasons if before else (),
        mode=mode,
        urgent=before.urgent if before else last.urgent,
        labels=before.labels if before else (),
        author_action=bans.UNDONE_BY.get(last.author_action) if sent and last.author_action else None,
        takes_back=True,
    )


def overturn_as(
    tx: Transaction,
    people: People,
    who: Person,
    comment: Comment,
    *,
    why: str,
    mode: Mode,
    at: datetime,
    act_from: datetime | None = None,
) -> Decision:
    """Record the opposite of the latest decision, found wrong. Audit: "decided", and "overturned" with its number.

    Nothing leaves before `act_from`, where that is given. Raises NotAllowed, EditedMeanwhile, and NothingToOverturn for a
    comment that was not decided on or still waits for a person.
    """
    refuse_unless_allowed(tx, people, who, comment.id)
    before = to_overturn(tx, comment)
    decision = Decision(
        comment_id=comment.id,
        version=comment.version,
        ruling=OPPOSITE[before.ruling],
        decided_by=who.name,
        decided_at=at,
        reasons=(why,) if why else (),
        mode=mode,
    )
    refuse_unread(tx, decision)
    recorded = decisions.record(tx, decision, after=before.number, act_from=act_from)
    facts = {"number": before.number, "was": before.ruling.value, "now": recorded.ruling.value, "by": before.decided_by}
    audit.write_all(tx, [audit.Event("overturned", at, who.name, comment.id, comment.account_id, facts)])
    lift_what_rests_on(tx, recorded, comment, who, act_from)
    return recorded


def to_overturn(tx: Transaction, comment: Comment) -> Decision:
    """The decision whose opposite would be recorded. Raises NothingToOverturn."""
    before = decisions.latest(tx, comment.id)
    if before is None or before.ruling not in OPPOSITE:
        raise NothingToOverturn(
            f"Comment {comment.id} still waits for a person: there is nothing to overturn. Decide it instead: "
            f"moderator decide {comment.id} allow|hide"
        )
    return before


def refuse_unread(tx: Transaction, decision: Decision) -> None:
    """Raises EditedMeanwhile where the comment was edited since it was last judged: nobody has seen that form yet."""
    before = decisions.latest(tx, decision.comment_id)
    if before is not None and before.version < decision.version:
        raise EditedMeanwhile(
            f"Comment {decision.comment_id} was edited since it was last judged. Nothing was changed; look at it again in "
            f"a moment: moderator explain {decision.comment_id}"
        )


def refuse_unless_allowed(tx: Transaction, people: People, who: Person, comment_id: str) -> None:
    """Raises NotAllowed where this person may not decide on the comment."""
    if not people.may_decide(who):
        raise NotAllowed(f"{who.name} may not decide here. Nothing was changed. Who may: {told(people)}.")
    if may_close(decisions.history(tx, comment_id), people.role_of(who)):
        return
    names = " or ".join(people.who_close_urgent()) or "the safeguarding lead or the head, who are not named in [people]"
    raise NotAllowed(
        f"Comment {comment_id} is urgent: somebody may be at risk, so only {names} may decide on it. Nothing was changed. "
        "Please tell them now."
    )


def told(people: People) -> str:
    return " or ".join(people.who_may(May.DECIDE)) or "nobody yet, as the page has no head, deputy or safeguarding lead"
