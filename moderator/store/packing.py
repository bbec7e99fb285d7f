"""Rows and JSON columns on one side, values of `domain/` on the other. No statement is written here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moderator.domain import (
    Account,
    Action,
    ActionKind,
    Author,
    Comment,
    Decision,
    Finding,
    Label,
    Mention,
    Mode,
    Person,
    Post,
    RuleState,
    Ruling,
    TaskKind,
    Verdict,
    Visibility,
    make_action,
)
from moderator.store.tables import (
    AccountRow,
    ActionRow,
    CommentRow,
    CommentVersionRow,
    DecisionRow,
    FindingRow,
    PostRow,
    storable,
)

Columns = dict[str, Any]
FORGOTTEN = "-"
"""The native id of an author who is held no more; a comment's value says that its platform does not tell who wrote it."""


def account_of(row: AccountRow) -> Account:
    return Account(row.id, row.platform, row.handle, row.native_id, row.school_id)


def post_of(row: PostRow) -> Post:
    return Post(row.native_id, row.text, row.posted_at, row.url, row.comment_count, tuple(row.image_urls))


def author_of(native_id: str, handle: str, display_name: str) -> Author:
    return Author("" if native_id == FORGOTTEN else native_id, handle, display_name)


def comment_of(row: CommentRow, form: CommentVersionRow) -> Comment:
    """The comment in one of its forms, with what is known of it now."""
    return read_comment(row, form, form.raw)


def read_comment(row: Any, form: Any, raw: str = "") -> Comment:
    """The same from rows that may be of some columns only, such as all but the platform's own JSON."""
    return Comment(
        id=row.id,
        account_id=row.account_id,
        platform=row.platform,
        native_id=row.native_id,
        author=author_of(row.author_native_id, form.author_handle, form.author_display_name),
        text=form.text,
        posted_at=row.posted_at,
        post_native_id=row.post_native_id,
        parent_native_id=row.parent_native_id,
        version=form.version,
        edited_at=form.edited_at,
        reply_prefix=form.reply_prefix,
        mentions=tuple(Mention(**mention) for mention in form.mentions),
        image_urls=tuple(form.image_urls),
        visibility=Visibility(row.visibility),
        url=row.url,
        raw=raw,
    )


def pack_mention(mention: Mention) -> Columns:
    return {
        "handle": storable(mention.handle),
        "start": mention.start,
        "end": mention.end,
        "native_id": storable(mention.native_id),
    }


def pack_finding(finding: Finding) -> Columns:
    """A finding inside a verdict, and as columns of its table but for the reference."""
    start, end = finding.span or (None, None)
    return {
        "label": finding.label.value,
        "score": finding.score,
        "span_start": start,
        "span_end": end,
        "detector": finding.detector,
        "detector_version": finding.version,
        "phrase": storable(finding.phrase),
        "field": finding.field,
        "note": storable(finding.note),
    }


def finding_from(columns: Mapping[str, Any]) -> Finding:
    """Without its reference, which stays in the store."""
    start, end = columns["span_start"], columns["span_end"]
    return Finding(
        label=Label(columns["label"]),
        score=columns["score"],
        span=None if start is None else (start, end),
        detector=columns["detector"],
        version=columns["detector_version"],
        phrase=columns["phrase"],
        field=columns["field"],
        note=columns["note"],
    )


def finding_of(row: FindingRow) -> Finding:
    return finding_from(row.model_dump())


def pack_verdict(verdict: Verdict) -> Columns:
    return {
        "rule": verdict.rule,
        "ruling": verdict.ruling.value,
        "reason": storable(verdict.reason),
        "urgent": verdict.urgent,
        "state": verdict.state.value,
        "strike": verdict.strike,
        "follow_up": None if verdict.follow_up is None else verdict.follow_up.value,
        "caps": [label.value for label in verdict.caps],
        "because": [pack_finding(finding) for finding in verdict.because],
    }


def verdict_from(columns: Mapping[str, Any]) -> Verdict:
    """Those of earlier days lack what verdicts could not say then."""
    follow_up = columns.get("follow_up")
    return Verdict(
        rule=columns["rule"],
        ruling=Ruling(columns["ruling"]),
        reason=columns["reason"],
        because=tuple(finding_from(finding) for finding in columns["because"]),
        urgent=columns["urgent"],
        state=RuleState(columns.get("state", RuleState.LIVE)),
        strike=columns.get("strike", False),
        follow_up=None if follow_up is None else TaskKind(follow_up),
        caps=tuple(Label(label) for label in columns.get("caps", ())),
    )


def pack_decision(decision: Decision) -> Columns:
    return {
        "comment_id": decision.comment_id,
        "number": decision.number,
        "version": decision.version,
        "ruling": decision.ruling.value,
        "decided_by": decision.decided_by,
        "decided_at": decision.decided_at,
        "reasons": [storable(reason) for reason in decision.reasons],
        "mode": decision.mode.value,
        "urgent": decision.urgent,
        "labels": [label.value for label in decision.labels],
        "verdicts": [pack_verdict(verdict) for verdict in decision.verdicts],
        "author_action": None if decision.author_action is None else decision.author_action.value,
        "policy_version": decision.policy_version,
        "takes_back": decision.takes_back,
    }


def decision_of(row: DecisionRow) -> Decision:
    return Decision(
        comment_id=row.comment_id,
        version=row.version,
        ruling=Ruling(row.ruling),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reasons=tuple(row.reasons),
        mode=Mode(row.mode),
        urgent=row.urgent,
        labels=tuple(Label(label) for label in row.labels),
        verdicts=tuple(verdict_from(verdict) for verdict in row.verdicts),
        author_action=None if row.author_action is None else ActionKind(row.author_action),
        policy_version=row.policy_version,
        number=row.number,
        takes_back=row.takes_back,
    )


def action_of(row: ActionRow, comment: Comment) -> Action:
    asked_by = Person(row.asked_by) if row.asked_by else None
    return make_action(
        ActionKind(row.kind),
        comment,
        f"{row.comment_id}.{row.decision_number}",
        asked_by,
        row.attempts,
        urgent=row.urgent,
    )
