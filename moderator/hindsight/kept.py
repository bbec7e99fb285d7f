"""The school's own labelled cases: what policy said, what a person said, and a line for those who measure or train by it.

A case of the store comes in; its kind, its labels and a mapping in the form of the evaluation come out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from moderator.domain import OF_THE_WHOLE, Label, Ruling
from moderator.store.cases import Reviewed
from moderator.store.hearings import STOPPED

URGENT = frozenset({Label.THREAT, Label.SAFEGUARDING, Label.RISK})
"""What the evaluation calls urgent."""


class Kind(StrEnum):
    """How policy stood against the person."""

    FALSE_ALARM = "false alarm"  # queued or hidden, and a person allowed it
    MISS = "miss"  # let pass, and a person hid or removed it
    CONFIRMED = "confirmed"


def kind(case: Reviewed) -> Kind:
    stopped = case.by_person.ruling in STOPPED
    if stopped and case.by_policy.ruling is Ruling.ALLOW:
        return Kind.MISS
    if not stopped and case.by_policy.ruling is not Ruling.ALLOW:
        return Kind.FALSE_ALARM
    return Kind.CONFIRMED


def labels(case: Reviewed) -> tuple[Label, ...] | None:
    """What the comment holds: as a person labelled it, or as person and policy agree; None where nobody said."""
    if case.correction is not None:
        return case.correction.labels
    if case.by_person.ruling not in STOPPED:
        return ()
    agreed = tuple(label for label in case.by_policy.labels if label not in OF_THE_WHOLE)
    return agreed or None


def accept(case: Reviewed) -> tuple[str, ...]:
    """The rulings that the person would accept. What was stopped may wait for a person too; so may what has labels."""
    if case.by_person.ruling in STOPPED:
        return ("hide", "queue")
    return ("allow", "queue") if labels(case) else ("allow",)


def has_words(case: Reviewed) -> bool:
    """Whether there is anything to learn from: the words of an erased comment are gone, and a picture has none."""
    return bool(case.comment.text.strip())


def line(case: Reviewed) -> dict[str, Any]:
    """The case in the evaluation's form. Where nobody said what it holds, `labels` is empty and `labels_known` false."""
    known = labels(case)
    context, author = case.context, case.comment.author
    return {
        "id": f"{case.comment.id}.v{case.comment.version}",
        "platform": case.comment.platform,
        "post": context.post.text if context.post else "",
        "thread": [each.text for each in context.thread],
        "author": author.handle,
        "author_name": author.display_name,
        "text": case.comment.text,
        "labels": [label.value for label in known or ()],
        "accept": list(accept(case)),
        "urgent": bool(URGENT & set(known or ())),
        "labels_known": known is not None,
        "kind": kind(case).value,
    }
