"""What people said of what policy decided: one case for each form of a comment that both decided on.

Nothing is kept twice. A case is read from the decisions whenever it is asked for; the table `cases` holds only what no decision
says, the labels that a person gave. Cases of erased comments have no words, and no findings either where those were erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from moderator.domain import POLICY, Comment, Context, Decision, Finding, Label, Person
from moderator.store import audit, comments
from moderator.store.database import Transaction
from moderator.store.hearings import Form, findings_of, speaks_of_the_comment
from moderator.store.latest import ours
from moderator.store.packing import comment_of, decision_of
from moderator.store.tables import CaseRow, CommentRow, CommentVersionRow, DecisionRow, FindingRow

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Correction:
    """The labels that a person gave to a form of a comment; none at all says that nothing is wrong with it."""

    labels: tuple[Label, ...]
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One form of a comment that policy decided on, and then a person."""

    comment: Comment  # in that form
    context: Context
    findings: tuple[Finding, ...]
    by_policy: Decision  # the last one before the person's
    by_person: Decision  # the last word: allow, hide or remove
    correction: Correction | None


def reviewed(tx: Transaction, since: datetime, until: datetime) -> Iterator[Reviewed]:
    """The cases on which a person's last word came from `since` to before `until`, by comment."""
    in_time = (col(DecisionRow.decided_at) >= since, col(DecisionRow.decided_at) < until)
    asked = select(DecisionRow.comment_id).where(col(DecisionRow.school_id) == tx.school_id, *in_time)
    comment_ids = sorted(set(tx.all(asked.where(col(DecisionRow.decided_by) != POLICY))))
    for start in range(0, len(comment_ids), AT_ONCE):
        found = _of(tx, comment_ids[start : start + AT_ONCE])
        yield from (each for each in found if since <= each.by_person.decided_at < until)


def of_comment(tx: Transaction, comment_id: str) -> list[Reviewed]:
    """The cases of one comment, by form."""
    return _of(tx, [comment_id])


def _of(tx: Transaction, comment_ids: Sequence[str]) -> list[Reviewed]:
    pairs = _pairs(tx, comment_ids)
    forms = _forms(tx, comment_ids, pairs)
    contexts = comments.contexts(tx, list(forms.values()))
    findings = findings_of(tx, comment_ids)
    corrections = _corrections(tx, comment_ids)
    return [
        Reviewed(
            forms[form], contexts[form[0]], tuple(findings.get(form, ())), by_policy, by_person, corrections.get(form)
        )
        for form, (by_policy, by_person) in sorted(pairs.items())
        if form in forms
    ]


def _pairs(tx: Transaction, comment_ids: Sequence[str]) -> dict[Form, tuple[Decision, Decision]]:
    """For each form, what policy said last before a person did, and what a person said last."""
    rows = tx.all(
        tx.mine(DecisionRow).where(col(DecisionRow.comment_id).in_(comment_ids)).order_by(col(DecisionRow.number))
    )
    by_policy: dict[Form, Decision] = {}
    pairs: dict[Form, tuple[Decision, Decision]] = {}
    for decision in map(decision_of, rows):
        form = (decision.comment_id, decision.version)
        if not decision.by_person:
            by_policy[form] = decision
        elif decision.takes_back:
            pairs.pop(form, None)
        elif form in by_policy and speaks_of_the_comment(decision):
            pairs[form] = (by_policy[form], decision)
    return pairs


def _forms(tx: Transaction, comment_ids: Sequence[str], wanted: Mapping[Form, object]) -> dict[Form, Comment]:
    rows = tx.all(
        select(CommentRow, CommentVersionRow)
        .join(CommentVersionRow, col(CommentVersionRow.comment_id) == CommentRow.id)
        .where(ours(tx), col(CommentRow.id).in_(comment_ids))
    )
    return {(row.id, form.version): comment_of(row, form) for row, form in rows if (row.id, form.version) in wanted}


def _corrections(tx: Transaction, comment_ids: Sequence[str]) -> dict[Form, Correction]:
    rows = tx.all(tx.mine(CaseRow).where(col(CaseRow.comment_id).in_(comment_ids)))
    return {
        (row.comment_id, row.version): Correction(
            tuple(Label(label) for label in row.labels), row.labelled_by, row.labelled_at, row.why
        )
        for row in rows
    }


def correct(
    tx: Transaction, comment: Comment, labels: Sequence[Label], by: Person, at: datetime, why: str = ""
) -> Correction:
    """Say which labels this form of a comment should have had; what was said before gives way. Audit: "case_labelled"."""
    in_order = tuple(label for label in Label if label in labels)
    given = {
        "labels": [label.value for label in in_order],
        "labelled_by": by.name,
        "labelled_at": at,
        "why": why,
    }
    tx.upsert(CaseRow, {"comment_id": comment.id, "version": comment.version} | given, given)
    facts: dict[str, str | int] = {"version": comment.version, "labels": ",".join(in_order)}
    audit.write(tx, "case_labelled", at, actor=by.name, comment_id=comment.id, account_id=comment.account_id, **facts)
    return Correction(in_order, by.name, at, why)


def unseen_scores(
    tx: Transaction, label: Label, at_least: float, since: datetime, until: datetime, forgiven: Iterable[str] = ()
) -> list[float]:
    """The strongest finding of each comment first seen in that time that no person decided on.

    `forgiven` are phrases, in small letters, that count for nothing.
    """
    strongest = func.max(FindingRow.score)
    asked = (
        select(strongest)
        .join(CommentRow, col(CommentRow.id) == FindingRow.comment_id)
        .where(
            col(CommentRow.school_id) == tx.school_id,
            col(CommentRow.first_seen_at) >= since,
            col(CommentRow.first_seen_at) < until,
            col(CommentRow.reviewed).is_(False),
            col(CommentRow.words_gone_at).is_(None),
            col(FindingRow.version) == CommentRow.version,
            col(FindingRow.label) == label.value,
            col(FindingRow.score) >= at_least,
            func.lower(FindingRow.phrase).not_in(sorted(forgiven)),
        )
        .group_by(col(CommentRow.id))
    )
    return [float(score) for score in tx.all(asked)]


def count_without(tx: Transaction, label: Label) -> int:
    """How many comments people said do not hold this label, though policy had decided that they do."""
    rows = tx.all(
        select(CaseRow.comment_id, CaseRow.labels, DecisionRow.labels)
        .join(
            DecisionRow,
            (col(DecisionRow.comment_id) == CaseRow.comment_id) & (col(DecisionRow.version) == CaseRow.version),
        )
        .where(col(CaseRow.school_id) == tx.school_id, col(DecisionRow.decided_by) == POLICY)
    )
    return len({comment for comment, said, decided in rows if label.value in decided and label.value not in said})
