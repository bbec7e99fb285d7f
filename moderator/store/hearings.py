"""Comments of a time as policy heard them, streamed: to be heard again under another policy, without a detector.

A comment comes in its latest form, with the findings kept for that form, the decision that stood before, the detectors that
failed, and a person's last word. Two things are only near to what was:

- The standing is what the record says today of the days before. A strike that was overturned since is not there, one that a
  person confirmed later counts as confirmed, and accounts linked since count as one author. `comments` and `hidden` are 0.
- The context is empty: post and thread were the detectors' to read, and no rule asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from moderator.domain import (
    POLICY,
    ActionKind,
    Ban,
    Case,
    Comment,
    Decision,
    Finding,
    Label,
    Mode,
    Ruling,
    Standing,
    Strike,
    Verdict,
)
from moderator.store.bans import ban_of
from moderator.store.database import Transaction
from moderator.store.latest import is_latest_decision, is_latest_form
from moderator.store.links import AuthorKey
from moderator.store.packing import read_comment, verdict_from
from moderator.store.tables import AuthorLinkRow, BanRow, CommentRow, CommentVersionRow, DecisionRow, FindingRow

AT_ONCE = 500
"""Comments whose findings and decisions are fetched together: far from what a statement may hold on either database."""
STOPPED = (Ruling.HIDE, Ruling.REMOVE)
NOT_JUDGED = "not_judged"
"""The rule that speaks where a detector failed, and what its reason begins with."""
_FAILED = "not judged: "
_ABOUT_THE_AUTHOR = frozenset({ActionKind.UNBLOCK, ActionKind.MUTE, ActionKind.UNMUTE})

Form = tuple[str, int]
"""A comment's id and the version."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One comment as policy heard it."""

    case: Case
    at: datetime  # when policy decided on this form
    by_person: Ruling | None  # what a person said last of this form: allow, hide or remove


def between(tx: Transaction, since: datetime, until: datetime, strikes_count_for: timedelta) -> Iterator[Hearing]:
    """The comments first seen from `since` to before `until`, oldest first; those that policy did not decide on are left out.

    Read `AT_ONCE` at a time: the transaction stays open until the last one is taken.
    """
    standings = _Standings.load(tx, strikes_count_for)
    found = tx.session.connection().execute(
        select(*_COMMENT)
        .join(CommentVersionRow, is_latest_form())
        .where(*_seen(tx, since, until), col(CommentRow.decision_number) > 0)
        .order_by(col(CommentRow.first_seen_at), col(CommentRow.id)),
        execution_options={"yield_per": AT_ONCE},
    )
    for rows in found.partitions():
        yield from _hearings(tx, rows, standings)


def count(tx: Transaction, since: datetime, until: datetime) -> int:
    """How many comments were first seen in that time, judged or not."""
    asked = select(func.count()).select_from(CommentRow).where(*_seen(tx, since, until))
    return int(tx.session.connection().execute(asked).scalar_one())


def cleared(tx: Transaction, since: datetime, until: datetime) -> int:
    """How many comments of that time cannot be heard again, since their words are kept no longer."""
    seen_at = col(CommentRow.first_seen_at)
    asked = select(func.count()).select_from(CommentRow)
    asked = asked.where(col(CommentRow.school_id) == tx.school_id, seen_at >= since, seen_at < until)
    return int(tx.session.connection().execute(asked.where(col(CommentRow.words_gone_at).is_not(None))).scalar_one())


def _seen(tx: Transaction, since: datetime, until: datetime) -> tuple[Any, ...]:
    seen_at = col(CommentRow.first_seen_at)
    # Rules cannot hear words that were cleared away.
    has_words = col(CommentRow.words_gone_at).is_(None)
    return col(CommentRow.school_id) == tx.school_id, seen_at >= since, seen_at < until, has_words


_COMMENT = (
    col(CommentRow.id),
    col(CommentRow.account_id),
    col(CommentRow.platform),
    col(CommentRow.native_id),
    col(CommentRow.author_native_id),
    col(CommentVersionRow.author_handle),
    col(CommentVersionRow.author_display_name),
    col(CommentVersionRow.text),
    col(CommentRow.posted_at),
    col(CommentRow.post_native_id),
    col(CommentRow.parent_native_id),
    col(CommentVersionRow.version),
    col(CommentVersionRow.edited_at),
    col(CommentVersionRow.reply_prefix),
    col(CommentVersionRow.mentions),
    col(CommentVersionRow.image_urls),
    col(CommentRow.visibility),
    col(CommentRow.url),
)


def _hearings(tx: Transaction, rows: Sequence[Any], standings: _Standings) -> Iterator[Hearing]:
    comments = [read_comment(row, row) for row in rows]  # without the JSON, which nobody judges by
    ids = [comment.id for comment in comments]
    findings = findings_of(tx, ids)
    made = _decisions(tx, ids)
    failed = _failed(tx, [one for decisions in made.values() for one in decisions if one.reasons])
    for comment in comments:
        decisions = made.get(comment.id, [])
        by_policy = [one for one in decisions if not one.by_person and one.version == comment.version]
        if not by_policy:
            continue
        last = by_policy[-1]
        case = Case(
            comment,
            tuple(findings.get((comment.id, comment.version), ())),
            standing=standings.of(comment, last.decided_at),
            previous=max((one for one in decisions if one.number < last.number), key=_number, default=None),
            not_judged=failed.get(last.id, ()),
        )
        yield Hearing(case, last.decided_at, persons_word(decisions, comment.version))


def _number(decision: Decision) -> int:
    return decision.number


def persons_word(decisions: Sequence[Decision], version: int) -> Ruling | None:
    """What a person said last of this form."""
    of_form = (one for one in decisions if one.by_person and one.version == version)
    said: list[Ruling] = []
    for one in of_form:
        if one.takes_back:
            said = said[:-1]
        elif speaks_of_the_comment(one):
            said.append(one.ruling)
    return said[-1] if said else None


def speaks_of_the_comment(decision: Decision) -> bool:
    """Whether it says what becomes of the comment: to queue it, or to deal with its author alone, does not."""
    return decision.ruling is not Ruling.QUEUE and decision.author_action not in _ABOUT_THE_AUTHOR


_FINDING: tuple[Any, ...] = (
    *(FindingRow.comment_id, FindingRow.version, FindingRow.label, FindingRow.score),
    *(FindingRow.span_start, FindingRow.span_end, FindingRow.detector, FindingRow.detector_version),
    *(FindingRow.phrase, FindingRow.field, FindingRow.note),
)


def findings_of(tx: Transaction, comment_ids: Sequence[str]) -> dict[Form, list[Finding]]:
    """The findings of every form of these comments, in the order they were made."""
    asked = select(*_FINDING).where(col(FindingRow.comment_id).in_(comment_ids)).order_by(col(FindingRow.id))
    found: dict[Form, list[Finding]] = {}
    for comment_id, version, label, score, start, end, *rest in tx.session.connection().execute(asked):
        span = None if start is None else (start, end)
        found.setdefault((comment_id, version), []).append(Finding(_LABELS[label], score, span, *rest))
    return found


_LABELS: Mapping[str, Label] = {label.value: label for label in Label}


_DECISION: tuple[Any, ...] = (
    *(DecisionRow.comment_id, DecisionRow.version, DecisionRow.ruling, DecisionRow.decided_by, DecisionRow.decided_at),
    *(DecisionRow.reasons, DecisionRow.mode, DecisionRow.author_action, DecisionRow.number),
)


def _decisions(tx: Transaction, comment_ids: Sequence[str]) -> dict[str, list[Decision]]:
    """Every decision on these comments, first to last, without labels and verdicts; reasons only where one was not judged."""
    of_these = col(DecisionRow.comment_id).in_(comment_ids)
    asked = select(*_DECISION).where(of_these).order_by(col(DecisionRow.number))
    found: dict[str, list[Decision]] = {}
    for comment_id, version, ruling, by, at, reasons, mode, action, number in tx.session.connection().execute(asked):
        not_judged = tuple(reason for reason in reasons if by == POLICY and reason.startswith(_FAILED))
        decision = Decision(
            comment_id,
            version,
            Ruling(ruling),
            by,
            at,
            not_judged,
            Mode(mode),
            author_action=None if action is None else ActionKind(action),
            number=number,
        )
        found.setdefault(comment_id, []).append(decision)
    return found


def _failed(tx: Transaction, perhaps: Sequence[Decision]) -> dict[str, tuple[str, ...]]:
    """By decision id, the detectors that failed, each with why. `perhaps`: decisions where one may have."""
    if not perhaps:
        return {}
    row = DecisionRow
    ids = sorted({decision.comment_id for decision in perhaps})
    asked = select(col(row.comment_id), col(row.number), col(row.verdicts)).where(
        col(row.comment_id).in_(ids), col(row.decided_by) == POLICY
    )
    return {
        f"{comment_id}.{number}": failed_detectors([verdict_from(verdict) for verdict in verdicts])
        for comment_id, number, verdicts in tx.session.connection().execute(asked)
    }


def failed_detectors(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What the verdict of the rule `not_judged` says, one detector with why in each."""
    return tuple(
        each
        for verdict in verdicts
        if verdict.rule == NOT_JUDGED
        for each in _unquoted(verdict.reason).removeprefix(_FAILED).split("; ")
    )


def _unquoted(reason: str) -> str:
    """The reason without the line of the school's policy that stands at its end."""
    return reason.partition("; policy: ")[0]


@dataclass(frozen=True, slots=True)
class _Standings:
    """Every strike and ban there is, few as they are beside the comments, by author."""

    strikes: Mapping[AuthorKey, Sequence[Strike]]
    bans: Mapping[AuthorKey, Sequence[Ban]]
    person_of: Mapping[AuthorKey, AuthorKey]  # accounts that a person linked -> one key for all of them

    @classmethod
    def load(cls, tx: Transaction, count_for: timedelta) -> _Standings:
        linked = tx.all(tx.mine(AuthorLinkRow))
        person_of = {(row.platform, row.author_native_id): ("", row.person) for row in linked}
        strikes: dict[AuthorKey, list[Strike]] = {}
        row = CommentRow
        columns: tuple[Any, ...] = (row.platform, row.author_native_id, row.id, row.struck_at, row.reviewed)
        # As in `store/standings.py`: nothing was hidden by a decision made in shadow, so nobody is struck by it.
        struck = (
            select(*columns)
            .join(DecisionRow, is_latest_decision())
            .where(col(row.school_id) == tx.school_id, col(row.struck_at).is_not(None))
            .where(col(row.ruling).in_(STOPPED), col(DecisionRow.mode) != Mode.SHADOW.value)
        )
        for platform, native_id, comment_id, at, confirmed in tx.session.connection().execute(struck):
            key = person_of.get((platform, native_id), (platform, native_id))
            strikes.setdefault(key, []).append(Strike(comment_id, at, at + count_for, confirmed))
        bans: dict[AuthorKey, list[Ban]] = {}
        for ban in map(ban_of, tx.all(tx.mine(BanRow))):
            key = (ban.platform, ban.author.native_id)
            bans.setdefault(person_of.get(key, key), []).append(ban)
        return cls(strikes, bans, person_of)

    def of(self, comment: Comment, at: datetime) -> Standing:
        """The author's strikes and bans as of then, the comment's own left out."""
        key = (comment.platform, comment.author.native_id)
        key = self.person_of.get(key, key)
        if not comment.author.native_id or (key not in self.strikes and key not in self.bans):
            return _NOTHING
        strikes = (each for each in self.strikes.get(key, ()) if each.comment_id != comment.id)
        bans = (replace(ban, ended_at=None, ended_by="") for ban in self.bans.get(key, ()) if _was_in_force(ban, at))
        return Standing(
            strikes=tuple(sorted((each for each in strikes if each.at <= at < each.expires_at), key=_struck_at)),
            bans=tuple(bans),
        )


_NOTHING = Standing()


def _struck_at(strike: Strike) -> datetime:
    return strike.at


def _was_in_force(ban: Ban, at: datetime) -> bool:
    return ban.at <= at and (ban.ended_at is None or at < ban.ended_at) and (ban.until is None or at < ban.until)
