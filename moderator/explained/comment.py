"""One comment, explained: its thread, its forms, what was seen, what each rule said, what was decided and done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from moderator.domain import Comment, Context, Decision, Finding
from moderator.explained import rules
from moderator.explained.rules import Heard, verdict_of_each_rule
from moderator.policy.limits import Policy
from moderator.privacy.kept import kept_facts
from moderator.store import actions, audit, comments, decisions
from moderator.store.chain import Event
from moderator.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything known about one comment, first to last."""

    comment: Comment  # in its latest form
    context: Context
    forms: tuple[Comment, ...]
    findings: tuple[Finding, ...]  # in the latest form
    rules: Heard
    decisions: tuple[Decision, ...]
    actions: tuple[actions.ActionState, ...]
    trail: tuple[Event, ...]

    @property
    def latest(self) -> Decision | None:
        return self.decisions[-1] if self.decisions else None


def gather(tx: Transaction, comment: Comment, policy: Policy) -> Explained:
    """Read it all as of one moment; `comment` is in its latest form."""
    decided = decisions.history(tx, comment.id)
    return Explained(
        comment=comment,
        context=comments.context(tx, comment),
        forms=tuple(comments.versions(tx, comment.id)),
        findings=tuple(decisions.findings(tx, comment.id, comment.version)),
        rules=verdict_of_each_rule(decided, policy),
        decisions=tuple(decided),
        actions=tuple(actions.of_comment(tx, comment.id)),
        trail=tuple(audit.trail(tx, comment.id)),
    )


def as_facts(told: Explained) -> dict[str, Any]:
    """The same for a script, without the platform's own JSON."""
    context = told.context
    return {
        "comment": {key: value for key, value in asdict(told.comment).items() if key != "raw"},
        "post": context.post.text if context.post else "",
        "thread": [{"author": each.author.handle, "text": each.text} for each in context.thread],
        "forms": [{"version": each.version, "text": each.text} for each in told.forms],
        "findings": [_told(finding) for finding in told.findings],
        "rules": rules.as_facts(told.rules),
        "decisions": [_decided(decision) for decision in told.decisions],
        "actions": [asdict(state) | {"action": state.action.kind.value} for state in told.actions],
        "trail": [asdict(event) for event in told.trail],
    }


def _told(finding: Finding) -> dict[str, Any]:
    """Without a field for the reference: none comes out of the store."""
    return {name: value for name, value in asdict(finding).items() if name != "reference"}


def _decided(decision: Decision) -> dict[str, Any]:
    verdicts = [
        asdict(verdict) | {"because": [_told(finding) for finding in verdict.because]} for verdict in decision.verdicts
    ]
    return asdict(decision) | {"verdicts": verdicts}


def gather_facts(tx: Transaction, comment: Comment, policy: Policy) -> dict[str, Any]:
    """What `moderator explain --json` says."""
    return as_facts(gather(tx, comment, policy)) | {"kept": kept_facts(tx, comment, policy.retention)}
