"""Decisions on comments, numbered as they are made, with what was seen. The latest one says what is wanted.

Which decision is right is not known here, only which came last, which form of the comment it was about, and whether it
was made already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, func, or_
from sqlmodel import col, select

from moderator.domain import POLICY, ActionKind, Comment, Decision, Finding, Mode, RuleState, Ruling
from moderator.errors import ModeratorError, StoreError
from moderator.store import audit, evidence, turns
from moderator.store.audit import Event
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_decision, is_latest_form, ours
from moderator.store.packing import Columns, comment_of, decision_of, finding_of, pack_decision, pack_finding
from moderator.store.tables import CommentRow, CommentVersionRow, DecisionRow, FindingRow

AT_ONCE = 500
"""Decisions written by one statement: far from what a statement may hold on either database."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)
ABOUT_AUTHOR_ALONE = (ActionKind.MUTE, ActionKind.UNMUTE, ActionKind.UNBLOCK)
"""They leave the comment as it was: who has yet to judge or to read it still has."""


class Stale(ModeratorError):
    """Somebody decided on the comment since the caller looked; look again, then decide."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A comment that waits for a person."""

    comment: Comment
    decision: Decision
    since: datetime


def record(
    tx: Transaction,
    decision: Decision,
    findings: Sequence[Finding] = (),
    *,
    after: int | None = None,
    again: bool = False,
    act_from: datetime | None = None,
) -> Decision:
    """Keep a decision; returns it with its number, the next one of its comment. Audit: "decided".

    Policy decides once on each form of a comment, and not after a person: made a second time (as after a crash), on a form
    since edited or on one a person has decided on, its decision is not kept, and the one of policy's that stands for that
    form is returned, or the given one with number 0 where none does. `again` keeps it all the same, unless the comment was
    edited.
    `after` is the number of the latest decision the caller saw, 0 for none. Raises Stale where another came since.
    Nothing is asked of a platform before `act_from`, where that is given.
    """
    recorded = _record(tx, [(decision, findings)], after, again, ())[0]
    if act_from is not None and recorded.number:
        tx.change(CommentRow, [{"id": decision.comment_id, "act_from": act_from}])
    return recorded


def record_all(
    tx: Transaction, items: Sequence[tuple[Decision, Sequence[Finding]]], nameless: Collection[str] = ()
) -> list[Decision]:
    """`record` for many at once, in their order.

    `nameless` are the comments judged without their author's name: where it was told meanwhile, they are judged again.
    """
    recorded: list[Decision] = []
    for start in range(0, len(items), AT_ONCE):
        recorded += _record(tx, items[start : start + AT_ONCE], None, False, nameless)
    return recorded


@dataclass
class _AsItStands:
    """How a comment stands while decisions on it are taken in, one after the other."""

    row: CommentRow
    number: int
    change: Columns = field(default_factory=dict)


def _record(
    tx: Transaction,
    items: Sequence[tuple[Decision, Sequence[Finding]]],
    after: int | None,
    again: bool,
    nameless: Collection[str],
) -> list[Decision]:
    comment_ids = {decision.comment_id for decision, _ in items}
    for decision, _ in items:
        _ = decision.person  # Nobody decides without a name: raises ValueError before anything is written.
    standing = {row.id: _AsItStands(row, row.decision_number) for row in lock(tx, comment_ids)}
    by_policy = _by_policy(tx, comment_ids)
    kept: list[tuple[Decision, Sequence[Finding]]] = []
    answers: list[Decision] = []
    for decision, findings in items:
        stands = _stands(standing, decision)
        if after is not None and stands.number != after:
            raise Stale(
                f"Comment {decision.comment_id} was decided on meanwhile. Nothing was changed; look at it again."
            )
        form = (decision.comment_id, decision.version)
        # Judged before and due again: its author's name was told since.
        is_due = stands.change.get("judge_due", stands.row.judge_due)
        settled = (form in by_policy and not is_due) or stands.row.reviewed
        if not decision.by_person and (decision.version < stands.row.version or (settled and not again)):
            answers.append(by_policy.get(form, replace(decision, number=0)))
            continue
        numbered = replace(decision, number=stands.number + 1)
        stands.number = numbered.number
        stands.change |= _change(stands, numbered, by_policy.get(form))
        if not decision.by_person:
            by_policy[form] = numbered
        kept.append((numbered, findings))
        answers.append(numbered)
    for comment_id in _named_since(tx, comment_ids.intersection(nameless)):
        standing[comment_id].change |= {"judge_due": True} if standing[comment_id].change else {}
    _write(tx, kept, standing)
    return answers


def _named_since(tx: Transaction, nameless: Collection[str]) -> list[str]:
    """Those of these comments whose author's name is known now."""
    if not nameless:
        return []
    is_named = or_(col(CommentVersionRow.author_handle) != "", col(CommentVersionRow.author_display_name) != "")
    asked = select(CommentRow.id).join(CommentVersionRow, is_latest_form())
    return tx.all(asked.where(ours(tx), col(CommentRow.id).in_(list(nameless)), is_named))


def lock(tx: Transaction, comment_ids: Iterable[str]) -> list[CommentRow]:
    """The comments, held so that nobody else numbers a decision on them; in one order, so that nobody waits in a circle."""
    asked = select(CommentRow).where(ours(tx), col(CommentRow.id).in_(sorted(comment_ids)))
    return tx.all(asked.order_by(col(CommentRow.id)).with_for_update())


def _by_policy(tx: Transaction, comment_ids: Iterable[str]) -> dict[tuple[str, int], Decision]:
    """The latest decision that policy made on each form."""
    asked = tx.mine(DecisionRow).where(
        col(DecisionRow.comment_id).in_(list(comment_ids)), col(DecisionRow.decided_by) == POLICY
    )
    rows = tx.all(asked.order_by(col(DecisionRow.number)))
    return {(row.comment_id, row.version): decision_of(row) for row in rows}


def _stands(standing: dict[str, _AsItStands], decision: Decision) -> _AsItStands:
    if decision.comment_id not in standing:
        raise StoreError(f"There is no comment {decision.comment_id} in this database. Nothing was changed.")
    return standing[decision.comment_id]


def _change(stands: _AsItStands, decision: Decision, of_form: Decision | None) -> Columns:
    """What a decision changes about its comment; `of_form` is what policy decided on the same form before."""
    row = stands.row
    change: Columns = {
        "decision_number": decision.number,
        "act_due": decision.mode is not Mode.SHADOW,
        "act_from": None,
    }
    about_author = decision.author_action in ABOUT_AUTHOR_ALONE
    if about_author and decision.ruling.value == stands.change.get("ruling", row.ruling):
        return change
    change |= {
        "ruling": decision.ruling.value,
        "urgent": decision.urgent,
        "decided_at": decision.decided_at,
        "reviewed": decision.by_person and decision.version == row.version and not decision.takes_back,
    }
    change |= _offence(stands, decision, of_form)
    if decision.version == row.version:
        # Where a person has spoken on a form, there is nothing left for policy to say of it.
        change["judge_due"] = False
    unseen = not decision.by_person or decision.takes_back
    waits = decision.ruling is Ruling.QUEUE or (decision.ruling is not Ruling.ALLOW and unseen)
    waiting_since = stands.change.get("waiting_since", row.waiting_since)
    if decision.takes_back and of_form is not None:
        waiting_since = waiting_since or of_form.decided_at
    change["waiting_since"] = (waiting_since or decision.decided_at) if waits else None
    if about_author:
        for name in ("judge_due", "reviewed", "waiting_since"):
            change.pop(name, None)
    return change


def _offence(stands: _AsItStands, decision: Decision, of_form: Decision | None) -> Columns:
    """Since when the comment counts against its author, should it stay out of sight, and what else is to follow.

    What the rules said of a form stands until they are heard again: a person agrees or disagrees by the ruling.
    """
    struck_at = stands.change.get("struck_at", stands.row.struck_at)
    live = [verdict for verdict in decision.verdicts if verdict.state is RuleState.LIVE]
    strikes = any(verdict.strike for verdict in live)
    if of_form is None and not decision.by_person:
        struck_at = None  # The first word on this form: what another form said does not count.
    elif decision.verdicts and not decision.by_person and not strikes:
        struck_at = None
    if strikes and struck_at is None:
        struck_at = decision.decided_at
    heard = live or (of_form.verdicts if of_form else ())
    follows = any(verdict.follow_up is not None and verdict.state is RuleState.LIVE for verdict in heard)
    hidden = decision.ruling.gravity >= Ruling.HIDE.gravity and decision.mode is not Mode.SHADOW
    return {"struck_at": struck_at, "follow_up_at": decision.decided_at if follows and hidden else None}


def _write(
    tx: Transaction, kept: Sequence[tuple[Decision, Sequence[Finding]]], standing: dict[str, _AsItStands]
) -> None:
    tx.insert(DecisionRow, [pack_decision(decision) for decision, _ in kept])
    _write_findings(tx, kept, standing)
    changes = [{"id": comment_id, **stands.change} for comment_id, stands in standing.items() if stands.change]
    tx.change(CommentRow, [change for change in changes if "judge_due" in change])
    tx.change(CommentRow, [change for change in changes if "judge_due" not in change])
    _wake(tx, kept, standing)
    captured = evidence.capture_all(tx, [decision for decision, _ in kept])
    audit.write_all(tx, [_event(each, standing[each.comment_id].row.account_id, captured) for each, _ in kept])


def _wake(
    tx: Transaction, kept: Sequence[tuple[Decision, Sequence[Finding]]], standing: dict[str, _AsItStands]
) -> None:
    """Where workers share the work, whoever acts is told in the same breath, once for each account; what is grave goes first."""
    to_act: dict[str, tuple[datetime, bool]] = {}
    for decision, _ in kept:
        if decision.mode is not Mode.SHADOW:
            grave = decision.urgent or decision.by_person or decision.ruling.gravity >= Ruling.HIDE.gravity
            account_id = standing[decision.comment_id].row.account_id
            at, urgent = to_act.get(account_id, (decision.decided_at, False))
            to_act[account_id] = min(at, decision.decided_at), urgent or grave
    for account_id, (at, urgent) in sorted(to_act.items()):
        turns.wake(tx, account_id, turns.Work.ACT, at, urgent=urgent)
    cannot_wait = [decision.decided_at for decision, _ in kept if decision.urgent and not decision.by_person]
    if cannot_wait:
        turns.wake(tx, "", turns.Work.REPORT, min(cannot_wait), urgent=True)


def _write_findings(
    tx: Transaction, kept: Sequence[tuple[Decision, Sequence[Finding]]], standing: dict[str, _AsItStands]
) -> None:
    """The findings of a form take the place of those it had, if it was examined before."""
    found = {(decision.comment_id, decision.version): findings for decision, findings in kept if findings}
    for comment_id, version in found:
        if standing[comment_id].row.decision_number:
            of_form = (col(FindingRow.comment_id) == comment_id, col(FindingRow.version) == version)
            tx.run(delete(FindingRow).where(*of_form))
    tx.insert(
        FindingRow,
        [
            {
                "comment_id": comment_id,
                "version": version,
                "reference": finding.reference or None,
                **pack_finding(finding),
            }
            for (comment_id, version), findings in found.items()
            for finding in findings
        ],
    )


def _event(decision: Decision, account_id: str, captured: Mapping[evidence.Form, str]) -> Event:
    facts: dict[str, str | int] = {
        "number": decision.number,
        "version": decision.version,
        "ruling": decision.ruling.value,
        "mode": decision.mode.value,
        "rules": ",".join(verdict.rule for verdict in decision.verdicts),
    }
    if decision.author_action is not None:
        facts["author_action"] = decision.author_action.value
    if (decision.comment_id, decision.version) in captured:
        facts["evidence"] = captured[decision.comment_id, decision.version]
    return Event("decided", decision.decided_at, decision.decided_by, decision.comment_id, account_id, facts)


def latest(tx: Transaction, comment_id: str) -> Decision | None:
    return latest_of(tx, [comment_id]).get(comment_id)


def latest_of(tx: Transaction, comment_ids: Iterable[str]) -> dict[str, Decision]:
    """By comment id; a comment without a decision is left out."""
    rows = tx.all(
        select(DecisionRow)
        .join(CommentRow, is_latest_decision())
        .where(ours(tx), col(CommentRow.id).in_(list(comment_ids)))
    )
    return {row.comment_id: decision_of(row) for row in rows}


def history(tx: Transaction, comment_id: str) -> list[Decision]:
    """Every decision on a comment, first to last."""
    asked = tx.mine(DecisionRow).where(col(DecisionRow.comment_id) == comment_id)
    return [decision_of(row) for row in tx.all(asked.order_by(col(DecisionRow.number)))]


def standing(tx: Transaction, decision: Decision) -> list[Decision]:
    """The decision with those before it that it leaves as they are, oldest first: that one speaks of the comment itself.

    What is decided about an author alone copies the ruling it found.
    """
    if decision.author_action not in ABOUT_AUTHOR_ALONE:
        return [decision]
    stands = [decision]
    for before in reversed([one for one in history(tx, decision.comment_id) if one.number < decision.number]):
        latest = stands[0]
        if latest.takes_back or latest.author_action not in ABOUT_AUTHOR_ALONE or latest.ruling is not before.ruling:
            break
        stands.insert(0, before)
    return stands


def findings(tx: Transaction, comment_id: str, version: int) -> list[Finding]:
    """What the detectors saw in one form of a comment, in the order they spoke."""
    asked = tx.mine(FindingRow).where(col(FindingRow.comment_id) == comment_id, col(FindingRow.version) == version)
    return [finding_of(row) for row in tx.all(asked.order_by(col(FindingRow.id)))]


def queued(tx: Transaction, limit: int = 100) -> list[Queued]:
    """What waits for a person: put in the queue by anybody, or hidden by policy and not reviewed. Urgent first, then oldest."""
    urgent = _queued(tx, True, limit)
    return urgent + _queued(tx, False, limit - len(urgent))


def _queued(tx: Transaction, urgent: bool, limit: int) -> list[Queued]:
    # Asked for apart, each comes from its index in its order, however many wait.
    rows = tx.all(
        select(CommentRow, CommentVersionRow, DecisionRow)
        .join(CommentVersionRow, is_latest_form())
        .join(DecisionRow, is_latest_decision())
        .where(*_waits(tx), col(CommentRow.urgent).is_(urgent))
        .order_by(col(CommentRow.waiting_since), col(CommentRow.id))
        .limit(limit)
    )
    return [
        Queued(comment_of(row, form), decision_of(decision), row.waiting_since or decision.decided_at)
        for row, form, decision in rows
    ]


def count_queued(tx: Transaction) -> int:
    return tx.all(select(func.count()).select_from(CommentRow).where(*_waits(tx)))[0]


def count_late(tx: Transaction, since_before: datetime) -> int:
    """How many comments that policy hid have waited for a person since before then."""
    late = (col(CommentRow.ruling) == Ruling.HIDE, col(CommentRow.waiting_since) < since_before)
    return tx.all(select(func.count()).select_from(CommentRow).where(*_waits(tx), *late))[0]


def _waits(tx: Transaction) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(CommentRow.school_id) == tx.school_id, col(CommentRow.waiting_since) >= EVER


def counts(tx: Transaction, since: datetime) -> dict[Ruling, int]:
    """How many comments have each ruling as their latest, decided since then; every ruling is among the keys."""
    rows = tx.all(
        select(CommentRow.ruling, func.count())
        .where(col(CommentRow.school_id) == tx.school_id, col(CommentRow.decided_at) >= since)
        .group_by(col(CommentRow.ruling))
    )
    return dict.fromkeys(Ruling, 0) | {Ruling(ruling): count for ruling, count in rows}
