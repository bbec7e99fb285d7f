"""What most rules do: hold the strongest finding of one label against its limits."""

from __future__ import annotations

from moderator.domain import Finding, Label, Ruling, TaskKind, Verdict
from moderator.policy.heard import Heard


def over_limit(
    rule: str,
    label: Label,
    words: str,
    heard: Heard,
    *,
    strike: bool = True,
    follow_up: TaskKind | None = None,
) -> Verdict | None:
    """Queued or hidden by the label's limits, with a reason that tells score, limit and why, and no words of the comment.

    It counts as a strike where the school counts this label, unless `strike` says that it must not.
    """
    found = heard.over.get(label)
    if found is None:
        return None
    limit = heard.limit(label)
    ruling = Ruling.HIDE if found.score >= limit.hide else Ruling.QUEUE
    over = limit.hide if ruling is Ruling.HIDE else limit.queue
    stricter = ", nobody on duty" if ruling is Ruling.HIDE and found.score < heard.policy.limit(label).hide else ""
    reason = f"{words}: {label} {found.score:.2f} (limit {over:.2f}{stricter}){where(found)}"
    return Verdict(
        rule,
        ruling,
        reason,
        (found,),
        urgent=label in heard.policy.urgent,
        strike=strike and label in heard.policy.strikes.labels,
        follow_up=follow_up,
    )


def hide_if_allowed(label: Label, heard: Heard) -> Ruling:
    """A hide, unless the school lets the machine hide nothing of this label."""
    return Ruling.HIDE if heard.limit(label).hide <= 1.0 else Ruling.QUEUE


def where(found: Finding) -> str:
    return f", {found.note}" if found.note else ""
