"""Whether a child named in a comment was named before, in one sentence: a child who is named again and again may be in trouble.

It says how often and never who; whoever asks sees the comment already.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from moderator.domain import Comment, Label
from moderator.policy.limits import Policy
from moderator.store import references
from moderator.store.database import Transaction

LOOKED_BACK = timedelta(days=30)


def same_child(tx: Transaction, comment: Comment, policy: Policy, now: datetime) -> str:
    """ "" where it is named in no other comment of that time, or the roll does not tell which child it is."""
    at_least = policy.limits[Label.CHILD_NAMED].queue
    count = references.named_alike(tx, comment, at_least, now - LOOKED_BACK)
    if count < 2:
        return ""
    return f"Going by the roll, a child named here is named in {count} comments of the last {LOOKED_BACK.days} days."
