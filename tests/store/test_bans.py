"""A ban is kept with who, when, why, until when and on which evidence, and made together with the decision that carries it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from moderator.domain import POLICY, ActionKind, Author, Ban, Decision, Mode, Person, Ruling
from moderator.errors import StoreError
from moderator.policy.strikes import Strikes
from moderator.store import actions, audit, authors, bans, decisions
from moderator.store.database import Database
from moderator.store.decisions import Stale
from tests.store.made import DAY, NOON, PAT, a_comment, a_decision, a_finding, decided, receive

HEAD, DEPUTY = Person("Mrs Ravenscroft"), Person("Ms Okafor")
WEEK = timedelta(days=7)
KEY = ("youtube", "u-pat")


def a_ban(
    until: datetime | None = NOON + WEEK,
    means: bans.Means = ActionKind.BLOCK,
    at: datetime = NOON,
    native_id: str = "c1",
) -> Ban:
    return Ban("", "youtube", PAT, means, HEAD, at, until, "insults, three times", a_comment(native_id).id)


def with_decision(ban: Ban, **changes: object) -> Decision:
    comment = a_comment()
    decision = Decision(comment.id, 1, Ruling.HIDE, ban.by.name, ban.at, (ban.why,), author_action=ban.means)
    return replace(decision, **changes)  # type: ignore[arg-type]


def banned(database: Database, ban: Ban | None = None) -> Ban:
    """A comment hidden by policy whose author the head bans."""
    decided(database, Ruling.HIDE, "c1")
    ban = ban or a_ban()
    with database.transaction() as tx:
        return bans.ban(tx, ban, with_decision(ban))


def in_force(database: Database, now: datetime) -> list[Ban]:
    with database.reading() as tx:
        return bans.in_force(tx, [KEY, ("x", "u-pat")], now).get(KEY, [])


def test_a_ban_is_kept_with_its_evidence_and_leaves_by_its_decision(database: Database) -> None:
    made = banned(database)
    with database.reading() as tx:
        decision = decisions.latest(tx, made.comment_id)
        assert decision is not None
        assert made.id == decision.id
        assert bans.find(tx, made.id) == made == replace(a_ban(), id=decision.id)
        assert bans.made_with(tx, made) == decision
        assert [unplanned for unplanned, _ in actions.unplanned(tx, 10)] == [decision]
        told = audit.trail(tx, made.comment_id)[-1]
    assert (told.event, told.actor) == ("banned", "Mrs Ravenscroft")
    assert told.facts == {"ban": made.id, "means": "block", "until": "2026-11-23T12:00:00+00:00"}


def test_a_ban_stands_in_its_authors_standing_until_its_time_is_over(database: Database) -> None:
    made = banned(database)
    assert in_force(database, NOON + WEEK - timedelta(seconds=1)) == [made]
    assert in_force(database, NOON + WEEK) == []
    with database.reading() as tx:
        assert authors.standing_of(tx, KEY, NOON + DAY, Strikes()).bans == (made,)
        assert bans.expired(tx, NOON + DAY) == []
        assert bans.expired(tx, NOON + WEEK) == bans.expired(tx, NOON + WEEK, "youtube") == [made]
        assert bans.expired(tx, NOON + WEEK, "x") == []


def test_a_ban_without_an_end_lasts_until_somebody_lifts_it(database: Database) -> None:
    made = banned(database, a_ban(until=None))
    assert in_force(database, NOON + 1_000 * DAY) == [made]
    with database.transaction() as tx:
        assert bans.expired(tx, NOON + 1_000 * DAY) == []
        decision = bans.lift(tx, made.id, DEPUTY, NOON + DAY, "they came in and apologised")
    assert in_force(database, NOON + DAY) == []
    assert (decision.author_action, decision.decided_by, decision.ruling) == (
        ActionKind.UNBLOCK,
        "Ms Okafor",
        Ruling.HIDE,
    )
    assert decision.reasons[0] == "they came in and apologised"
    with database.reading() as tx:
        ended = bans.find(tx, made.id)
        assert ended == replace(made, ended_at=NOON + DAY, ended_by="Ms Okafor")
        assert bans.of_authors(tx, [KEY]) == [ended]
        assert audit.trail(tx, made.comment_id)[-1].event == "ban_ended"


def test_lifting_a_ban_says_nothing_of_the_comment_it_was_for(database: Database) -> None:
    made = banned(database)
    with database.transaction() as tx:
        (edited,) = receive(tx, replace(a_comment("c1"), text="I am so sorry", edited_at=NOON + DAY))
        bans.lift(tx, made.id, HEAD, NOON + DAY, "")
        queued = a_decision(edited, Ruling.QUEUE, at=NOON + DAY)
        assert decisions.record(tx, queued, [a_finding()]).number == 4, "the edit is still judged"
        assert [item.comment.id for item in decisions.queued(tx)] == [edited.id]
        assert decisions.record(tx, replace(queued, author_action=ActionKind.UNMUTE), again=True).number == 5
        assert [item.comment.id for item in decisions.queued(tx)] == [edited.id], "and still waits for a person"


def test_nobody_lifts_a_ban_twice_or_one_that_never_was(database: Database) -> None:
    made = banned(database)
    with database.transaction() as tx:
        bans.lift(tx, made.id, HEAD, NOON, "")
    for ban_id in (made.id, "youtube-nothing.1"):
        with (
            pytest.raises(StoreError, match=r"No ban .* is in force\. Nothing was changed"),
            database.transaction() as tx,
        ):
            bans.lift(tx, ban_id, HEAD, NOON + DAY, "")
    with database.reading() as tx:
        assert len(decisions.history(tx, made.comment_id)) == 3


def test_a_ban_by_the_same_means_takes_the_place_of_the_one_before(database: Database) -> None:
    first = banned(database)
    longer = a_ban(until=NOON + 4 * WEEK, at=NOON + DAY)
    muted = a_ban(until=None, means=ActionKind.MUTE, at=NOON + 2 * DAY)
    with database.transaction() as tx:
        second = bans.ban(tx, longer, with_decision(longer))
        third = bans.ban(tx, muted, with_decision(muted))
    assert in_force(database, NOON + 3 * DAY) == [second, third]
    with database.reading() as tx:
        over = bans.find(tx, first.id)
    assert over is not None
    assert (over.ended_at, over.ended_by) == (NOON + DAY, "Mrs Ravenscroft")


@pytest.mark.parametrize(
    "changes",
    [
        {"author_action": ActionKind.MUTE},
        {"author_action": None},
        {"decided_by": POLICY},
        {"decided_by": "Ms Okafor"},
        {"comment_id": a_comment("c2").id},
    ],
)
def test_a_ban_belongs_to_the_decision_it_is_made_with(database: Database, changes: dict[str, object]) -> None:
    decided(database, Ruling.HIDE, "c1")
    decided(database, Ruling.HIDE, "c2")
    with pytest.raises(ValueError, match="a ban"), database.transaction() as tx:
        bans.ban(tx, a_ban(), with_decision(a_ban(), **changes))
    assert in_force(database, NOON) == []


def test_somebody_whom_the_platform_does_not_name_cannot_be_banned(database: Database) -> None:
    decided(database, Ruling.HIDE, "c1")
    nobody = replace(a_ban(), author=Author(display_name="A deleted channel"))
    with pytest.raises(StoreError, match="does not say who"), database.transaction() as tx:
        bans.ban(tx, nobody, with_decision(nobody))


def test_a_ban_on_what_somebody_else_decided_meanwhile_is_refused_whole(database: Database) -> None:
    decided(database, Ruling.HIDE, "c1")
    decided(database, Ruling.ALLOW, "c1", by="Ms Okafor")
    with pytest.raises(Stale), database.transaction() as tx:
        bans.ban(tx, a_ban(), with_decision(a_ban()), after=1)
    assert in_force(database, NOON) == []


def test_a_ban_made_in_shadow_is_kept_and_asks_nothing_of_the_platform(database: Database) -> None:
    decided(database, Ruling.HIDE, "c1", mode=Mode.SHADOW)
    with database.transaction() as tx:
        made = bans.ban(tx, a_ban(), with_decision(a_ban(), mode=Mode.SHADOW))
        assert actions.unplanned(tx, 10) == []
    assert in_force(database, NOON) == [made]
