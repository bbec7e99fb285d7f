"""How an author stands: strikes that are derived and never counted up, notes, names and accounts that a person linked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from moderator.domain import (
    Account,
    Author,
    Comment,
    Mode,
    Person,
    RuleState,
    Ruling,
    Standing,
    Strike,
    TaskKind,
    Verdict,
)
from moderator.errors import StoreError
from moderator.policy.strikes import Step, Strikes
from moderator.store import audit, authors, bans, comments, decisions, followups, tasks
from moderator.store.database import Database, Transaction
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import DAY, NOON, PAT, a_comment, a_decision, decided, receive

OFFENCE = Verdict("an_insult", Ruling.HIDE, "insults somebody: insult 0.93 (limit 0.80)", strike=True)
TERM = Strikes(count_for=timedelta(days=90))
OKAFOR, ROWE = Person("Ms Okafor"), Person("Ms Rowe")
ON_X = Account("x", "x", "@millbrook", "1")
PAT_ON_X = Author("u-99", "@pat_again", "Pat")


def offence(database: Database, native_id: str, at: datetime = NOON) -> Comment:
    """A comment that policy hid for what it says."""
    return decided(database, Ruling.HIDE, native_id, at, verdicts=(OFFENCE,))[0]


def strikes_of(
    database: Database, now: datetime = NOON, key: authors.AuthorKey = ("youtube", "u-pat")
) -> list[tuple[str, bool]]:
    """Whose comments count, by native id, and whether a person confirmed it."""
    with database.reading() as tx:
        found = authors.standing_of(tx, key, now, TERM).strikes
        natives = {strike.comment_id: comments.by_id(tx, [strike.comment_id])[strike.comment_id] for strike in found}
    return [(natives[strike.comment_id].native_id, strike.confirmed) for strike in found]


def test_an_authors_standing_is_what_they_did_besides_this_comment(database: Database) -> None:
    first = offence(database, "c1")
    decided(database, Ruling.HIDE, "c2")
    decided(database, Ruling.ALLOW, "c2", by="Ms Okafor")
    decided(database, Ruling.QUEUE, "c3")
    nameless = a_comment("n1", author=Author())
    stranger = a_comment("s1", author=Author("u-new", "@new", "New"))
    c1, c3, unseen = a_comment("c1"), a_comment("c3"), a_comment("c9")
    strike = Strike(first.id, NOON, NOON + 90 * DAY, confirmed=False)
    with database.transaction() as tx:
        receive(tx, nameless, replace(nameless, id="n2", native_id="n2"))
        found = authors.standings(tx, [c1, c3, nameless, stranger, unseen], NOON, TERM)
        assert found[c1.id] == Standing(comments=2, hidden=0)
        assert found[c3.id] == Standing(comments=2, hidden=1, strikes=(strike,))
        assert found[unseen.id] == Standing(comments=3, hidden=1, strikes=(strike,))
        assert found[nameless.id] == found[stranger.id] == Standing()
        assert authors.standing(tx, c3, NOON, TERM) == found[c3.id]
        assert authors.standing_of(tx, ("youtube", "u-pat"), NOON, TERM) == found[unseen.id]


def test_a_strike_lasts_as_long_as_the_school_counts_it(database: Database) -> None:
    offence(database, "c1")
    offence(database, "c2", NOON + 30 * DAY)
    assert strikes_of(database, NOON + 89 * DAY) == [("c1", False), ("c2", False)]
    assert strikes_of(database, NOON + 90 * DAY) == [("c2", False)]
    assert strikes_of(database, NOON + 120 * DAY) == []
    assert strikes_of(database, NOON - DAY) == [], "nothing had happened then"


def test_an_overturned_decision_voids_its_strike_and_hiding_it_after_all_brings_it_back(database: Database) -> None:
    offence(database, "c1")
    decided(database, Ruling.ALLOW, "c1", NOON + DAY, by="Ms Okafor")
    assert strikes_of(database, NOON + DAY) == []
    decided(database, Ruling.HIDE, "c1", NOON + 2 * DAY, by="Ms Okafor")
    assert strikes_of(database, NOON + 2 * DAY) == [("c1", True)]
    with database.reading() as tx:
        (strike,) = authors.standing_of(tx, ("youtube", "u-pat"), NOON + 2 * DAY, TERM).strikes
    assert strike.at == NOON, "it counts from the offence, not from the last word on it"


def test_a_person_who_agrees_confirms_the_strike_and_an_edit_makes_it_wait_again(database: Database) -> None:
    comment = offence(database, "c1")
    decided(database, Ruling.HIDE, "c1", NOON + DAY, by="Ms Okafor")
    assert strikes_of(database, NOON + DAY) == [("c1", True)]
    with database.transaction() as tx:
        (edited,) = receive(tx, replace(comment, text="sorry, well done everyone", edited_at=NOON + DAY))
        decisions.record(tx, a_decision(edited, Ruling.QUEUE, at=NOON + 2 * DAY))
    assert strikes_of(database, NOON + 2 * DAY) == []


def test_a_comment_hidden_for_no_offence_is_no_strike(database: Database) -> None:
    kind = Verdict("kind_but_identifying", Ruling.HIDE, "names a child", follow_up=TaskKind.ASK_FAMILY)
    quiet = replace(OFFENCE, state=RuleState.SHADOW)
    decided(database, Ruling.HIDE, "kind", verdicts=(kind,))
    decided(database, Ruling.HIDE, "rule-in-shadow", verdicts=(kind, quiet))
    decided(database, Ruling.HIDE, "house-in-shadow", verdicts=(OFFENCE,), mode=Mode.SHADOW)
    decided(database, Ruling.QUEUE, "waits", verdicts=(OFFENCE,))
    assert strikes_of(database) == []
    decided(database, Ruling.HIDE, "waits", NOON + DAY, by="Ms Okafor")
    assert strikes_of(database, NOON + DAY) == [("waits", True)]


def test_many_decided_at_once_count_like_one_by_one(database: Database) -> None:
    with database.transaction() as tx:
        fresh = receive(tx, *(a_comment(f"c{number}") for number in range(3)))
        hidden = [(a_decision(comment, verdicts=(OFFENCE,)), ()) for comment in fresh]
        decisions.record_all(tx, [*hidden, (a_decision(fresh[1], Ruling.ALLOW, by="Ms Okafor"), ())])
    assert sorted(strikes_of(database)) == [("c0", False), ("c2", False)]


def test_accounts_that_a_person_linked_count_as_one_author(database: Database) -> None:
    offence(database, "c1")
    on_x = a_comment("x1", account=ON_X, author=PAT_ON_X)
    with database.transaction() as tx:
        receive(tx, on_x, account=ON_X)
        decisions.record(tx, a_decision(on_x, at=NOON + DAY, verdicts=(OFFENCE,)))
    on_youtube, on_x_key = ("youtube", "u-pat"), ("x", "u-99")
    assert strikes_of(database, NOON + DAY) == [("c1", False)]
    with database.transaction() as tx:
        authors.link(tx, on_youtube, on_x_key, OKAFOR, NOON + DAY)
    both = [("c1", False), ("x1", False)]
    assert strikes_of(database, NOON + DAY) == strikes_of(database, NOON + DAY, on_x_key) == both
    with database.reading() as tx:
        assert authors.standing_of(tx, on_x_key, NOON + DAY, TERM).comments == 2
        assert list(authors.struck(tx, NOON + DAY, TERM)) == [(on_x_key, on_youtube)], "one person, told once"
    with database.transaction() as tx:
        authors.unlink(tx, on_x_key, ROWE, NOON + 2 * DAY)
    assert strikes_of(database, NOON + 2 * DAY) == [("c1", False)]


def test_links_join_whole_groups_and_leave_the_rest_when_one_goes(database: Database) -> None:
    one, two, three, four = (("x", str(number)) for number in range(1, 5))
    with database.transaction() as tx:
        authors.link(tx, one, two, OKAFOR, NOON)
        authors.link(tx, three, four, OKAFOR, NOON)
        authors.link(tx, two, three, OKAFOR, NOON)
        assert authors.groups(tx, [four]) == {four: (one, two, three, four)}
        authors.unlink(tx, one, OKAFOR, NOON)
        authors.unlink(tx, two, OKAFOR, NOON)
        authors.unlink(tx, three, OKAFOR, NOON)
        assert authors.groups(tx, [one, four]) == {one: (one,), four: (four,)}
        authors.link(tx, one, two, OKAFOR, NOON + DAY)
        assert authors.groups(tx, [one, three]) == {one: (one, two), three: (three,)}
        told = [(each.event, each.actor, each.facts["author"]) for each in audit.trail(tx, "")]
    assert ("author_linked", "Ms Okafor", "x:1") in told
    assert ("author_unlinked", "Ms Okafor", "x:3") in told


def test_a_link_that_makes_no_sense_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="one account, not two"), database.transaction() as tx:
        authors.link(tx, ("x", "1"), ("x", "1"), OKAFOR, NOON)
    with pytest.raises(StoreError, match="linked to no other"), database.transaction() as tx:
        authors.unlink(tx, ("x", "1"), OKAFOR, NOON)


def test_an_author_is_found_by_handle_in_any_case_and_on_one_platform_alone(database: Database) -> None:
    with database.transaction() as tx:
        receive(tx, a_comment("c1"), a_comment("c2", author=Author("u-2", "@PAT", "")))
        receive(tx, a_comment("x1", account=ON_X, author=replace(PAT_ON_X, handle="pat")), account=ON_X)

        def found(text: str) -> list[authors.AuthorKey]:
            return sorted(known.key for known in authors.find(tx, text))

        assert found("@Pat") == found("pat") == [("x", "u-99"), ("youtube", "u-2"), ("youtube", "u-pat")]
        assert found("x:@pat") == found("u-99") == found("x:u-99") == [("x", "u-99")]
        assert found("@nobody") == found("") == found("@") == []
        assert authors.load(tx, ("youtube", "u-pat")) == authors.Known("youtube", PAT, NOON)
        assert authors.load(tx, ("youtube", "u-none")) is None


def test_notes_are_kept_with_who_and_when_and_their_words_are_in_no_audit_line(database: Database) -> None:
    with database.transaction() as tx:
        authors.note(tx, ("x", "1"), "Came to the office on Monday and was kind.", OKAFOR, NOON)
        authors.note(tx, ("youtube", "u-pat"), "The same person, she says.", ROWE, NOON + DAY)
        kept = authors.notes(tx, [("x", "1"), ("youtube", "u-pat")])
        told = audit.trail(tx, "")
    assert kept[0] == authors.Note("Came to the office on Monday and was kind.", "Ms Okafor", NOON)
    assert [note.by for note in kept] == ["Ms Okafor", "Ms Rowe"]
    assert [(each.event, each.facts) for each in told] == [
        ("author_noted", {"author": "x:1"}),
        ("author_noted", {"author": "youtube:u-pat"}),
    ]


def test_a_step_of_the_ladder_is_reached_once_for_each_strike(database: Database) -> None:
    first, second = offence(database, "c1"), offence(database, "c2", NOON + DAY)
    with database.transaction() as tx:
        assert followups.reach(tx, first, Step(1, "note"), 1, NOON)
        assert not followups.reach(tx, first, Step(1, "note"), 1, NOON + DAY)
        assert followups.reach(tx, second, Step(2, "hold", 14), 2, NOON + DAY)
        assert [(step.step, step.follows, step.at) for step in followups.steps_of(tx, [("youtube", "u-pat")])] == [
            (1, "note", NOON),
            (2, "hold", NOON + DAY),
        ]
        told = [each.facts for each in audit.trail(tx, second.id) if each.event == "step_reached"]
    assert told == [{"step": 2, "follows": "hold", "strikes": 2}]


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("ix_comments_struck", lambda tx: authors.struck(tx, NOON, TERM)),
        ("ix_comments_struck", lambda tx: authors.standings(tx, [a_comment()], NOON, TERM)),
        ("ix_comments_author", lambda tx: authors.standings(tx, [a_comment()], NOON, TERM)),
        ("ix_bans_author", lambda tx: authors.standings(tx, [a_comment()], NOON, TERM)),
        ("ix_bans_open", lambda tx: bans.expired(tx, NOON, "youtube")),
        ("ix_comments_follow_up", lambda tx: followups.due(tx, "youtube")),
        ("ix_tasks_kind", lambda tx: tasks.tracked(tx, TaskKind.ASK_FAMILY, "youtube")),
        ("ix_author_links_person", lambda tx: authors.groups(tx, [("youtube", "u-pat")])),
    ],
)
def test_a_standing_is_answered_from_its_indexes(
    tmp_path: Path, index: str, ask: Callable[[Transaction], object]
) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    database.migrate()
    with database.transaction() as tx:
        authors.link(tx, ("youtube", "u-pat"), ("x", "1"), OKAFOR, NOON)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with database.transaction() as tx:
        ask(tx)
        connection = tx.session.connection()
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each}", bound).all() for each, bound in list(asked)]
    database.close()
    assert any(f"INDEX {index} " in step.detail for plan in plans for step in plan)
    assert not [
        step.detail for plan in plans for step in plan if step.detail.startswith("SCAN ") and "LIST" in step.detail
    ]
