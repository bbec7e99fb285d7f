"""The way back from the latest decision on a comment, said before the tap: taken back, or found wrong and turned round."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from moderator.actions.effects import effect_of
from moderator.build import capabilities_for
from moderator.domain import ActionKind, Comment, Decision, Ruling, Visibility
from moderator.review import OPPOSITE, overturn_as, shows_again, take_back_as, what_ends_with
from moderator.store import actions, decisions, users
from moderator.store.bans import UNDONE_BY
from moderator.store.database import Transaction
from moderator.web.access import May, Visitor, refuse_unless_fresh
from moderator.web.done import HELD
from moderator.web.site import Site

BY_HAND = "Somebody does this by hand; the steps will stand under Tasks."
GONE = "It is gone from the platform: it cannot be put back."


class How(StrEnum):
    """How somebody goes back on a decision."""

    TAKE_BACK = "take_back"  # of a person: the comment waits again, as it did before
    OVERTURN = "overturn"  # of policy: it was wrong, the opposite holds, and the case is kept to learn from


@dataclass(frozen=True, slots=True)
class WayBack:
    """What a button offers. `how` is None where nothing leads back; `effect` then says why."""

    how: How | None
    number: int  # of the decision it goes back on
    label: str
    effect: str


def way_back(tx: Transaction, site: Site, visitor: Visitor, comment: Comment, latest: Decision) -> WayBack | None:
    """What can be done about the latest decision; None where there is nothing to go back on, or it is not theirs to do."""
    if not visitor.may(May.DECIDE):
        return None
    if latest.by_person and not latest.takes_back:
        return _taken_back(tx, site, comment, latest)
    if latest.ruling in OPPOSITE and not latest.takes_back:
        return _overturned(tx, site, comment, latest)
    return None


def _taken_back(tx: Transaction, site: Site, comment: Comment, latest: Decision) -> WayBack:
    if comment.visibility is Visibility.GONE and latest.ruling is Ruling.REMOVE:
        return WayBack(None, latest.number, "", GONE)
    again = "The comment waits for somebody to decide again."
    shown = f" {_effect(site, comment, ActionKind.RELEASE)}" if shows_again(tx, comment, latest) else ""
    undone = UNDONE_BY.get(latest.author_action) if latest.author_action else None
    author = f" {_effect(site, comment, undone)}" if undone and not actions.is_unplanned(tx, comment.id) else ""
    return WayBack(How.TAKE_BACK, latest.number, "Undo", f"{again}{shown}{author}")


def _overturned(tx: Transaction, site: Site, comment: Comment, latest: Decision) -> WayBack:
    if comment.visibility is Visibility.GONE:
        return WayBack(None, latest.number, "", GONE)
    shows = OPPOSITE[latest.ruling] is Ruling.ALLOW
    kind = ActionKind.RELEASE if shows else ActionKind.HIDE
    effect = _effect(site, comment, kind) + what_ends_with(tx, comment, kind, site.now())
    return WayBack(How.OVERTURN, latest.number, "Wrong: show it again" if shows else "Wrong: hide it", effect)


def _effect(site: Site, comment: Comment, kind: ActionKind) -> str:
    return effect_of(capabilities_for(site.settings, comment), site.settings.mode, comment, kind, BY_HAND)


def undo(tx: Transaction, site: Site, visitor: Visitor, comment: Comment, number: int, how: How, why: str) -> Decision:
    """Go back on the decision with this number, which must still be the latest.

    What was turned round leaves in ten seconds. Raises decisions.Stale, NotAllowed, NothingToOverturn, and NotFresh where it
    ends a ban.
    """
    refuse_unless_fresh(tx, visitor, comment, site.now(), number if how is How.TAKE_BACK else None)
    people, mode, now = users.people(tx, site.settings.people), site.settings.mode, site.now()
    if how is How.TAKE_BACK:
        return take_back_as(tx, people, visitor.person, comment, number, mode=mode, at=now)
    latest = decisions.latest(tx, comment.id)
    if latest is None or latest.number != number:
        raise decisions.Stale(f"Comment {comment.id} was decided on meanwhile. Nothing was changed; look at it again.")
    return overturn_as(tx, people, visitor.person, comment, why=why, mode=mode, at=now, act_from=now + HELD)
