"""All that is known of one comment, gathered from the store for somebody outside the house."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from moderator.domain import Comment, Decision
from moderator.store import actions, audit, comments, decisions, evidence
from moderator.store.chain import Event, Head
from moderator.store.database import Transaction
from moderator.store.evidence import Evidence


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One comment with what was kept of it, decided, done and written down."""

    comment: Comment  # in its latest form
    evidence: tuple[Evidence, ...]  # of each form it was kept in, first to last; at least one
    decisions: tuple[Decision, ...]
    actions: tuple[actions.ActionState, ...]
    trail: tuple[Event, ...]
    head: Head  # where the audit chain ended when this was gathered
    explained: Mapping[str, Any]  # what `moderator explain --json` says
    zone: ZoneInfo  # the school's, in which local times are told


def gather(tx: Transaction, comment_id: str, explained: Mapping[str, Any], zone: ZoneInfo) -> CaseFile:
    """Read it all as of one moment. Raises StoreError where the audit chain was not written with the key at hand."""
    comment = comments.by_id(tx, [comment_id])[comment_id]
    return CaseFile(
        comment=comment,
        evidence=tuple(evidence.load(tx, comment_id)),
        decisions=tuple(decisions.history(tx, comment_id)),
        actions=tuple(actions.of_comment(tx, comment_id)),
        trail=tuple(audit.trail(tx, comment_id)),
        head=audit.head(tx),
        explained=explained,
        zone=zone,
    )


def as_json(case: CaseFile) -> bytes:
    """The case for a machine: UTF-8, times with their zone, no address of a picture."""
    whole = {
        "comment": case.comment.id,
        "local_times_in": case.zone.key,
        "evidence": [_times_told_locally(each, case.zone) for each in case.evidence],
        "audit_head": asdict(case.head),
        "explained": case.explained,
    }
    return json.dumps(_without_pictures(whole), ensure_ascii=False, indent=1, default=_text).encode("utf-8")


def _times_told_locally(kept: Evidence, zone: ZoneInfo) -> dict[str, Any]:
    times = {name: getattr(kept, name) for name in ("captured_at", "posted_at", "edited_at", "seen_at")}
    local = {f"{name}_local": when.astimezone(zone) for name, when in times.items() if when is not None}
    return asdict(kept) | local | {"is_unchanged": kept.is_unchanged}


def _without_pictures(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_pictures(each) for name, each in value.items() if name != "image_urls"}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_without_pictures(each) for each in value]
    return value


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
