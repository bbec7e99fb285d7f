"""How long one comment is kept and why, or since when its words are gone: for a script, and in words."""

from __future__ import annotations

from typing import Any

from moderator.domain import Comment
from moderator.policy.keeping import Retention
from moderator.privacy.retention import class_of, kept_until, terms
from moderator.store import holds
from moderator.store.database import Transaction
from moderator.store.retained import gone, retained
from moderator.store.tombstones import Why

GONE = {
    Why.RETENTION: "its words and its author were cleared away on {at:%d %B %Y}: the time for which they are kept was over",
    Why.ERASED: "its words and its author were erased on {at:%d %B %Y}, because somebody asked for it and two people agreed",
}


def kept_facts(tx: Transaction, comment: Comment, asked: Retention) -> dict[str, Any]:
    """`lines` says all of it in words."""
    found = retained(tx, [comment.id])
    if not found:
        at, why = gone(tx, comment.id)
        return {"class": "", "until": None, "holds": [], "gone_at": at, "lines": [GONE[why].format(at=at)]}
    kind, until = class_of(found[0]), kept_until(found[0], terms(tx, asked))
    author = (comment.platform, comment.author.native_id)
    on_hold = [{"by": each.by, "at": each.at, "why": each.why} for each in holds.on(tx, comment.id, author)]
    lines = [f"on hold since {each['at']:%d %B %Y}, by {each['by']}: {each['why']}" for each in on_hold]
    if not on_hold:
        lines = [f"until {until:%d %B %Y} ({kind})" if until else "until it is decided and done"]
    return {"class": kind.value, "until": until, "holds": on_hold, "gone_at": None, "lines": lines}
