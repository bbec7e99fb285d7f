"""What earlier decisions on a comment left to do when a newer one came before anything was asked of the platform for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from moderator.actions.plan import Stands, wanted_kinds
from moderator.domain import Action, ActionKind, Ban, Comment, Decision, Mode, Ruling, make_action
from moderator.store import actions as action_store
from moderator.store import authors, bans, decisions, waits
from moderator.store.database import Transaction
from moderator.store.progress import MEANS, ON_COMMENT, State


def how_it_stands(tx: Transaction, comment: Comment, standing: Sequence[Decision]) -> Stands:
    """What was done to a comment so far; `standing` are its decisions that stand, the one that speaks of it first."""
    word, *later = standing
    undoes = word.takes_back and word.ruling is Ruling.QUEUE
    return Stands(
        last_done=action_store.done_kind(tx, comment.id),
        may_be_hidden=waits.may_be_hidden(tx, comment.id),
        hide_taken_back=undoes and is_hide_taken_back(tx, word),
        about_author=bool(later),
    )


def is_hide_taken_back(tx: Transaction, decision: Decision, once_undone: bool = False) -> bool:
    """Whether the person whose hide put the comment out of sight, or may have, took that back, or would by undoing this one.

    Never where policy has not heard this form: what it would say of it is not known.
    """
    told = decisions.history(tx, decision.comment_id)
    taken_back = {one.id for one, after in pairwise(told) if after.takes_back} | (
        {decision.id} if once_undone else set()
    )
    is_heard = any(not one.by_person and one.version == decision.version for one in told)
    return is_heard and hidden_by(tx, decision.comment_id) in taken_back


def hidden_by(tx: Transaction, comment_id: str) -> str:
    """The decision whose hide put a comment out of sight, or may have; "" where none did, or it was released since."""
    found = ""
    for each in action_store.of_comment(tx, comment_id):
        is_done = each.state is State.DONE
        if each.action.kind in (ActionKind.HIDE, ActionKind.REMOVE):
            if is_done or (each.attempts > 0 and each.state is not State.REFUSED):
                found = each.action.decision_id
        elif each.action.kind is ActionKind.RELEASE and is_done:
            found = ""
    return found


def owed(tx: Transaction, standing: Sequence[Decision], comment: Comment, now: datetime) -> list[Action]:
    """What is still to be asked for, though a newer decision came: the bans for this comment, and what else still stands.

    A ban outlives another decision on its comment; one that was lifted or taken back is owed no more.
    """
    *earlier, latest = standing
    wanted = [make_action(ban.means, comment, ban.id, ban.by) for ban in _bans(tx, latest, comment, now)]
    if earlier and earlier[0].mode is not Mode.SHADOW:
        wanted += _on_comment(tx, earlier[0], comment)
    wanted += _undoing_bans(earlier, latest, comment)
    asked = {each.action.id for each in action_store.of_comment(tx, comment.id)} if wanted else set()
    return [action for action in wanted if action.id not in asked]


def _bans(tx: Transaction, latest: Decision, comment: Comment, now: datetime) -> list[Ban]:
    key = authors.key_of(comment)
    found = bans.in_force(tx, [key], now).get(key, []) if comment.author.native_id else []
    resting = [ban for ban in found if ban.comment_id == comment.id and ban.id != latest.id]
    return [ban for ban in resting if (made := bans.made_with(tx, ban)) and made.mode is not Mode.SHADOW]


def _on_comment(tx: Transaction, word: Decision, comment: Comment) -> list[Action]:
    kinds = wanted_kinds(word, comment, how_it_stands(tx, comment, [word]))
    return [make_action(kind, comment, word.id, word.person) for kind in kinds if kind in ON_COMMENT]


def _undoing_bans(earlier: Sequence[Decision], latest: Decision, comment: Comment) -> list[Action]:
    """Two bans that rest on one comment are lifted one after the other; a newer word on the same means stands instead."""
    last: dict[ActionKind, tuple[Decision, ActionKind]] = {}
    for one in (*earlier, latest):
        if one.author_action is not None and one.mode is not Mode.SHADOW:
            last[MEANS[one.author_action]] = one, one.author_action
    undoing = bans.UNDONE_BY.values()
    return [
        make_action(kind, comment, one.id, one.person)
        for one, kind in last.values()
        if one is not latest and kind in undoing
    ]
