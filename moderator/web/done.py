"""What was just decided, and the way back: ten seconds before anything leaves, then what the platform says of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderator.build import capabilities_for
from moderator.domain import Decision, Mode, Ruling, Visibility
from moderator.platforms.base import Capabilities
from moderator.store import actions, comments, decisions, queue
from moderator.store.actions import ActionState, State
from moderator.store.database import Transaction
from moderator.store.progress import ON_COMMENT
from moderator.web.pages import in_words
from moderator.web.site import Site
from moderator.web.telling import Told, of_action, what

HELD = timedelta(seconds=10)
"""How long a decision stays here before it leaves."""
SOON_S, LATER_S = 2, 15
"""Seconds after which a page asks again what became of it: at first, and once a minute has gone by."""
ASKED_FOR = timedelta(minutes=10)
"""After that the history tells."""


@dataclass(frozen=True, slots=True)
class Ref:
    """One decision: the comment's id and the decision's number."""

    comment_id: str
    number: int

    def __str__(self) -> str:
        return f"{self.comment_id}.{self.number}"


@dataclass(frozen=True, slots=True)
class Done:
    """What a bar says of what was just decided. `ask_after_s` is None where nothing more is to come."""

    refs: tuple[Ref, ...]
    text: str
    kind: str
    may_undo: bool
    ask_after_s: int | None
    seconds_left: int = 0  # to take it back before it leaves

    @property
    def address(self) -> str:
        return ",".join(map(str, self.refs))


def refs_of(text: str) -> tuple[Ref, ...]:
    """What `Done.address` was made of; what cannot be read is left out."""
    found = []
    for part in text.split(","):
        comment_id, _, number = part.rpartition(".")
        if comment_id and number.isascii() and number.isdigit() and len(number) < 10:
            found.append(Ref(comment_id, int(number)))
    return tuple(found)


def done_of(tx: Transaction, site: Site, refs: Sequence[Ref], now: datetime) -> Done | None:
    """How it stands with what was decided; None where there is no such decision."""
    if len(refs) == 1:
        return _of_one(tx, site, refs[0], now)
    return _of_many(tx, refs, now) if refs else None


def _of_one(tx: Transaction, site: Site, ref: Ref, now: datetime) -> Done | None:
    history = decisions.history(tx, ref.comment_id)
    found = next((each for each in history if each.number == ref.number), None)
    if found is None:
        return None
    if history[-1].number != found.number:
        return Done((ref,), _since_then(history[-1]), "note", False, None)
    comment = comments.load(tx, ref.comment_id)
    chosen = f"You chose: {chosen_words(found, comment.visibility if comment else Visibility.PUBLIC)}"
    if queue.is_held(tx, ref.comment_id, now):
        left = left_of(found, now)
        return Done((ref,), f"{chosen}.", "done", True, left + 1, left)
    told, settled = _became(tx, site, found)
    age = now - found.decided_at
    again = None if settled or age > ASKED_FOR else SOON_S if age < timedelta(minutes=1) else LATER_S
    # What was done says more than what was chosen, once the comment is no more as it was.
    said = told.text if told.kind in ("hidden", "visible") else f"{chosen}. {told.text}"
    return Done((ref,), said, told.kind, False, again)


def chosen_words(decision: Decision, visibility: Visibility) -> str:
    """The answer in the words of the button that was tapped, where the comment still is as it was then."""
    if visibility is Visibility.HIDDEN and decision.author_action is None:
        return {Ruling.ALLOW: "Show again", Ruling.HIDE: "Keep hidden"}.get(decision.ruling, what(decision).text)
    return what(decision).text


def left_of(decision: Decision, now: datetime) -> int:
    """Seconds before a decision leaves."""
    return max(math.ceil((decision.decided_at + HELD - now).total_seconds()), 0)


def _since_then(latest: Decision) -> str:
    if latest.takes_back:
        return f"Taken back by {latest.decided_by}. It waits for somebody to decide."
    return f"{latest.decided_by} decided anew since then: {what(latest).text}."


def _became(tx: Transaction, site: Site, decision: Decision) -> tuple[Told, bool]:
    """What became of the latest decision on its comment, and whether nothing more is to come."""
    if decision.mode is Mode.SHADOW:
        return Told("It is only written down: the program is being tried out", "note"), True
    asked = [each for each in actions.of_comment(tx, decision.comment_id) if _is_of(each, decision)]
    if not asked:
        if actions.is_unplanned(tx, decision.comment_id):
            return Told("Sending…", "waiting"), False
        return Told("Nothing had to be sent ✓", "done"), True
    can = capabilities_for(site.settings, asked[0].action.comment)
    open_ones = [each for each in asked if not is_settled(each, can)]
    return of_action((open_ones or asked)[-1], lambda when: in_words(site, when), can), not open_ones


def _is_of(state: ActionState, decision: Decision) -> bool:
    return state.action.decision_id == decision.id


def is_settled(state: ActionState, can: Capabilities | None) -> bool:
    """Whether nothing more is to come of an action by itself."""
    if state.state is not State.DONE:
        return state.state in (State.REFUSED, State.BY_HAND, State.SUPERSEDED)
    by_hand = state.result is None
    told = state.verified_visibility not in (None, Visibility.UNKNOWN)
    return by_hand or told or state.action.kind not in ON_COMMENT or can is None or not can.reads_visibility


def _of_many(tx: Transaction, refs: Sequence[Ref], now: datetime) -> Done | None:
    latest = decisions.latest_of(tx, [ref.comment_id for ref in refs])
    ours = [ref for ref in refs if ref.comment_id in latest and latest[ref.comment_id].number == ref.number]
    if not ours:
        return Done((), "These were taken back, or decided anew since then.", "note", False, None)
    chosen = f"{len(ours)} comments, you chose: {what(latest[ours[0].comment_id]).text}."
    if queue.is_held(tx, ours[-1].comment_id, now):
        left = left_of(latest[ours[-1].comment_id], now)
        return Done(tuple(ours), chosen, "done", True, left + 1, left)
    return Done(tuple(ours), f"{chosen} They are on their way; see History.", "done", False, None)
