"""Workers that share the work: each account is read by one at a time, and nothing is done twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moderator.domain import ActionKind, Decision, Mode, Ruling
from moderator.errors import AlreadyRunning
from moderator.store import app_uses, comments, decisions, turns
from moderator.store.running import hold
from moderator.store.tables import TurnRow
from moderator.store.turns import LeaseLost, Turn, Wanted, Work, fenced
from tests.trust.made import CHILD, Trust, school_id


def claim(
    trust: Trust, work: Work = Work.POLL, limit: int = 1, worker: str = "first", per_school: int = 2
) -> list[Turn]:
    with trust.store.transaction() as tx:
        return turns.claim(tx, work, worker, trust.now, timedelta(seconds=120), limit, per_school)


def test_a_comment_with_a_childs_name_is_hidden_by_workers_that_know_nothing_of_each_other(trust: Trust) -> None:
    trust.platforms["school-1"].receives(CHILD, native_id="c1")
    trust.later(minutes=6)
    trust.crew("reads", only=[Work.POLL]).drain(Work.POLL)
    trust.crew("judges", only=[Work.JUDGE]).drain(Work.JUDGE)
    trust.crew("acts", only=[Work.ACT]).drain(Work.ACT)
    assert trust.platforms["school-1"].hidden == ["c1"]
    assert trust.platforms["school-0"].calls == []


def test_each_account_is_read_once_in_its_interval_however_often_workers_look(trust: Trust) -> None:
    reads: list[str] = []
    crews = [trust.crew(name, only=[Work.POLL]) for name in ("first", "second")]
    for _ in range(10):
        trust.later(seconds=60)
        for crew in crews:
            crew._tell = lambda turn, _late, _took: reads.append(turn.school_id)
            crew.drain(Work.POLL)
    assert sorted(set(reads)) == ["school-0", "school-1", "school-2"]
    assert all(1 <= reads.count(own) <= 2 for own in set(reads))


def test_two_workers_that_claim_at_once_never_hold_the_same_turn(trust: Trust) -> None:
    with trust.store.transaction() as tx:
        wanted = [Wanted(school_id(number), "youtube", Work.POLL, 300) for number in range(60)]
        turns.enlist(tx, wanted, trust.now - timedelta(minutes=10))
    held: list[Turn] = []

    def work(name: str) -> None:
        while found := claim(trust, limit=3, worker=name):
            held.extend(found)

    workers = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    # The three schools of the trust itself were put down with a later beginning.
    assert len({turn.school_id for turn in held}) == len(held) >= 57


def test_a_worker_that_slept_past_its_lease_can_write_nothing(trust: Trust) -> None:
    trust.later(minutes=6)
    (late,) = claim(trust)
    trust.later(minutes=3)
    again = claim(trust, limit=3, worker="second")
    assert late.school_id in {turn.school_id for turn in again}
    asleep = fenced(trust.databases[late.school_id], late)
    with pytest.raises(LeaseLost), asleep.transaction() as tx:
        comments.mark_read(tx, "youtube", "comments", trust.now, None)
    with trust.databases[late.school_id].reading() as tx:
        assert comments.feed_states(tx) == []
    with trust.store.transaction() as tx, pytest.raises(LeaseLost):
        turns.finish(tx, late, trust.now, trust.now)


def test_a_killed_workers_turn_is_taken_up_when_its_lease_runs_out(trust: Trust) -> None:
    trust.later(minutes=6)
    assert len(claim(trust, limit=3)) == 3
    trust.later(seconds=119)
    assert claim(trust, limit=3, worker="second") == []
    trust.later(seconds=2)
    assert len(claim(trust, limit=3, worker="second")) == 3


def test_what_a_leaving_worker_hands_back_is_anybodys_at_once(trust: Trust) -> None:
    trust.later(minutes=6)
    crew = trust.crew("first")
    crew._claim(Work.POLL)
    assert crew.hand_back() == 1
    assert len(claim(trust, limit=3, worker="second")) == 3


def test_a_comment_that_comes_while_its_account_is_being_judged_is_judged_right_after(trust: Trust) -> None:
    own = "school-1"
    trust.later(minutes=16)
    held = {turn.school_id: turn for turn in claim(trust, Work.JUDGE, limit=3)}
    trust.platforms[own].receives(CHILD, native_id="c1")
    trust.crew("reads", only=[Work.POLL]).drain(Work.POLL)
    with trust.store.transaction() as tx:
        turns.finish(tx, held[own], trust.now, trust.now + timedelta(minutes=15))
    assert trust.turn(own, Work.JUDGE).due_at == trust.now


def test_a_school_in_a_storm_gets_no_more_than_its_share_of_hands(trust: Trust) -> None:
    with trust.store.transaction() as tx:
        storm = [Wanted("storm", f"account-{number}", Work.ACT, 1) for number in range(20)]
        calm = [Wanted(f"calm-{number}", "x", Work.ACT, 1) for number in range(5)]
        turns.enlist(tx, [*storm, *calm], trust.now - timedelta(minutes=5))
    held = claim(trust, Work.ACT, limit=7)
    assert sorted(turn.school_id for turn in held) == [*(f"calm-{number}" for number in range(5)), "storm", "storm"]
    assert claim(trust, Work.ACT, limit=7, worker="second") == []


def test_what_is_grave_goes_first_however_long_others_have_waited(trust: Trust) -> None:
    trust.later(hours=2)
    with trust.databases["school-2"].transaction() as tx:
        turns.wake(tx, "youtube", Work.ACT, trust.now, urgent=True)
    assert [turn.school_id for turn in claim(trust, Work.ACT, limit=1)] == ["school-2"]


def test_a_persons_decision_wakes_whoever_acts_in_the_same_breath(trust: Trust) -> None:
    own = "school-0"
    comment = trust.platforms[own].receives("Lovely!", native_id="c1")
    trust.later(minutes=6)
    crew = trust.crew()
    trust.round(crew)
    answer = Decision(comment.id, 1, Ruling.HIDE, "Mrs Ravenscroft", trust.now, (), mode=Mode.AUTO)
    with trust.databases[own].transaction() as tx:
        decisions.record(tx, answer)
    assert trust.turn(own, Work.ACT).urgent
    trust.later(seconds=3)
    crew.drain(Work.ACT)
    assert trust.platforms[own].changes == [(ActionKind.HIDE, "c1")]


def test_after_an_outage_of_hours_accounts_are_read_one_after_another(trust: Trust) -> None:
    with trust.store.transaction() as tx:
        turns.enlist(tx, [Wanted(school_id(n), "youtube", Work.POLL, 300) for n in range(200)], trust.now)
    trust.later(hours=8)
    trust.crew("first").arrive()
    assert len(claim(trust, limit=200)) < 20
    trust.later(minutes=2)
    assert len(claim(trust, limit=200, worker="second")) > 150
    trust.crew("second").arrive()
    assert claim(trust, limit=200, worker="third") == []


def test_machines_that_slept_for_hours_read_accounts_one_after_another(trust: Trust) -> None:
    crews = [trust.crew(name, [Work.POLL]) for name in ("first", "second")]
    for crew in crews:
        crew.drain(Work.POLL)
    with trust.store.transaction() as tx:
        turns.enlist(tx, [Wanted(school_id(n), "youtube", Work.POLL, 300) for n in range(200)], trust.now)
    trust.later(hours=8)
    assert [crew.drain(Work.POLL) for crew in crews] == [0, 0]
    seconds = [(turn.due_at - trust.now).total_seconds() for turn in due(trust)]
    assert len(seconds) == 200
    assert max(seconds) - min(seconds) >= 60
    trust.later(minutes=2)
    assert len(claim(trust, limit=200, worker="third")) == 200


def due(trust: Trust) -> list[TurnRow]:
    with trust.store.reading() as tx:
        return turns.all_turns(tx, work=Work.POLL)


def test_a_single_school_on_postgresql_has_no_turns_and_needs_none(trust: Trust) -> None:
    alone = replace(trust.store, school_id="alone")
    with alone.transaction() as tx:
        turns.wake(tx, "youtube", Work.ACT, trust.now, urgent=True)
    with trust.store.reading() as tx:
        assert turns.all_turns(tx, "alone") == []


def test_a_lease_is_kept_for_longer_until_another_worker_has_it(trust: Trust) -> None:
    trust.later(minutes=6)
    (held,) = claim(trust)
    with trust.store.transaction() as tx:
        turns.renew(tx, held, trust.now + timedelta(minutes=3))
    assert trust.turn(held.school_id, Work.POLL).lease_until == trust.now + timedelta(minutes=3)
    trust.later(minutes=4)
    assert held.school_id in {turn.school_id for turn in claim(trust, limit=3, worker="second")}
    with pytest.raises(LeaseLost), trust.store.transaction() as tx:
        turns.renew(tx, held, trust.now + timedelta(minutes=3))


def test_no_daemon_begins_where_workers_share_the_work(trust: Trust, tmp_path: Path) -> None:
    with trust.store.transaction() as tx:
        turns.enlist(tx, [Wanted("school-0", "", Work.REPORT, 300)], trust.now)
    with pytest.raises(AlreadyRunning, match="The workers of a trust do the work of school-0"):
        hold(trust.databases["school-0"], tmp_path / "daemon.lock", trust.now, 4711, lambda: None)


def test_a_call_larger_than_all_that_is_left_is_counted_nowhere(trust: Trust) -> None:
    bounds = app_uses.Bounds(together=10, share=5, beyond_share=4)
    with trust.store.transaction() as tx:
        assert not app_uses.reserve(tx, "shared", "units", "2026-11-16", "school-0", 11, bounds)
        assert app_uses.used_by(tx, "shared", "units", "2026-11-16", "school-0") == (0, 0)
