from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.domain import ActionKind, Mode, Outcome, Result, Ruling, Visibility
from moderator.errors import StoreError
from moderator.store import actions, audit, comments, decisions
from moderator.store.actions import State
from moderator.store.database import Database
from tests.made import an_action
from tests.store.made import (
    DAY,
    MINUTE,
    NOON,
    SECOND,
    a_decision,
    a_task,
    decided,
    done,
    planned,
    receive,
)


def told(database: Database, comment_id: str) -> list[str]:
    with database.reading() as tx:
        return [event.event for event in audit.trail(tx, comment_id)]


def states(database: Database, comment_id: str) -> list[tuple[ActionKind, State]]:
    with database.reading() as tx:
        return [(each.action.kind, each.state) for each in actions.of_comment(tx, comment_id)]


def test_an_action_goes_from_planned_to_done_and_verified(database: Database) -> None:
    action = planned(database)
    comment = action.comment
    with database.transaction() as tx:
        assert actions.unplanned(tx, 10) == []
        assert actions.due(tx, "youtube", NOON - SECOND, 10) == []
        assert actions.due(tx, "x", NOON, 10) == []
        assert actions.due(tx, "youtube", NOON, 10) == [action]
        assert actions.done_kind(tx, comment.id) is None
    done(database, action, verify_at=NOON + MINUTE)
    with database.transaction() as tx:
        assert actions.due(tx, "youtube", NOON + DAY, 10) == []
        assert actions.waiting(tx) == []
        assert actions.done_kind(tx, comment.id) is ActionKind.HIDE
        assert actions.to_verify(tx, "youtube", NOON, 10) == []
        [ripe] = actions.to_verify(tx, "youtube", NOON + MINUTE, 10)
        assert (ripe.action.id, ripe.action.attempt, ripe.action.comment.visibility) == (
            action.id,
            1,
            Visibility.HIDDEN,
        )
        actions.verified(tx, ripe.action, Visibility.HIDDEN, NOON + MINUTE, NOON + DAY)
        assert actions.to_verify(tx, "youtube", NOON + 2 * MINUTE, 10) == []
        [state] = actions.of_comment(tx, comment.id)
    assert (state.state, state.attempts, state.result, state.detail) == (State.DONE, 1, Result.DONE, "200 OK")
    assert (state.done_at, state.verified_at, state.verified_visibility) == (NOON, NOON + MINUTE, Visibility.HIDDEN)
    assert told(database, comment.id) == ["received", "decided", "hidden", "verified"]


def test_a_plan_made_twice_is_kept_once(database: Database) -> None:
    action = planned(database)
    comment = action.comment
    done(database, action)
    with database.transaction() as tx:
        decision = decisions.latest(tx, comment.id)
        assert decision is not None
        actions.plan(tx, decision, comment, [action], [], NOON)
    assert states(database, comment.id) == [(ActionKind.HIDE, State.DONE)]


def test_a_plan_for_a_decision_no_longer_the_latest_is_dropped_and_the_newer_is_planned(database: Database) -> None:
    comment, old = decided(database, Ruling.HIDE)
    _, new = decided(database, Ruling.ALLOW, by="Ms Okafor")
    with database.transaction() as tx:
        actions.plan(tx, old, comment, [an_action(ActionKind.HIDE, comment, old.id)], [], NOON)
        assert actions.of_comment(tx, comment.id) == []
        assert actions.unplanned(tx, 10) == [(new, comment)]
        assert actions.unplanned(tx, 10, "x") == []


def test_a_newer_decision_supersedes_what_the_older_still_asked_for(database: Database) -> None:
    action = planned(database)
    planned(database, ActionKind.RELEASE, at=NOON + MINUTE)
    comment_id = action.comment.id
    assert states(database, comment_id) == [(ActionKind.HIDE, State.SUPERSEDED), (ActionKind.RELEASE, State.DUE)]
    with database.transaction() as tx:
        assert actions.begin(tx, [action], NOON + MINUTE) == []
    assert told(database, comment_id)[-1] == "superseded"


def test_nothing_is_sent_for_a_comment_on_which_somebody_just_decided_anew(database: Database) -> None:
    action = planned(database)
    decided(database, Ruling.ALLOW, by="Ms Okafor")
    with database.transaction() as tx:
        assert actions.due(tx, "youtube", NOON, 10) == []
    assert states(database, action.comment.id) == [(ActionKind.HIDE, State.DUE)]


def test_a_block_is_not_dropped_because_the_comment_was_decided_anew(database: Database) -> None:
    block = planned(database, ActionKind.BLOCK, author_action=ActionKind.BLOCK)
    planned(database, ActionKind.HIDE, at=NOON + MINUTE)
    with database.transaction() as tx:
        assert block.id in [action.id for action in actions.due(tx, "youtube", NOON + MINUTE, 10)]


def test_a_block_that_has_not_left_is_dropped_when_a_person_allows_the_comment(database: Database) -> None:
    planned(database, ActionKind.BLOCK, author_action=ActionKind.BLOCK)
    planned(database, ActionKind.RELEASE, at=NOON + MINUTE)
    with database.transaction() as tx:
        assert [action.kind for action in actions.due(tx, "youtube", NOON + MINUTE, 10)] == [ActionKind.RELEASE]


def test_urgent_actions_leave_first_then_the_oldest(database: Database) -> None:
    late = planned(database, native_id="late", at=NOON + MINUTE)
    early = planned(database, native_id="early", at=NOON)
    urgent = planned(database, native_id="urgent", at=NOON + 2 * MINUTE, urgent=True)
    with database.reading() as tx:
        assert actions.due(tx, "youtube", NOON + DAY, 10) == [urgent, early, late]
        assert actions.due(tx, "youtube", NOON + DAY, 1) == [urgent]
        assert [state.action for state in actions.waiting(tx)] == [urgent, early, late]


def test_a_failed_attempt_is_made_again_when_its_time_has_come(database: Database) -> None:
    action = planned(database)
    with database.transaction() as tx:
        actions.begin(tx, [action], NOON)
        actions.postpone(tx, action, "502 from the platform", NOON + MINUTE, NOON, unsure=False)
    with database.transaction() as tx:
        assert actions.due(tx, "youtube", NOON, 10) == []
        assert actions.due(tx, "youtube", NOON + MINUTE, 10) == [replace(action, attempt=1)]
        [state] = actions.waiting(tx)
    assert (state.state, state.attempts, state.last_error) == (State.DUE, 1, "502 from the platform")
    assert told(database, action.comment.id)[-1] == "failed"


def test_a_crash_between_sending_and_the_answer_leaves_the_action_unsure(database: Database) -> None:
    action = planned(database)
    with database.transaction() as tx:
        actions.begin(tx, [action], NOON)
    with database.transaction() as tx:
        assert actions.due(tx, "youtube", NOON + DAY, 10) == []
        assert actions.unsure(tx, "youtube", NOON - SECOND, 10) == []
        [left] = actions.unsure(tx, "youtube", NOON + SECOND, 10)
        assert left == replace(action, attempt=1)
        actions.settle(tx, left, NOON + SECOND)
        assert actions.due(tx, "youtube", NOON + SECOND, 10) == [left]


def test_a_lost_reply_is_read_back_once_its_wait_is_over_and_counts_if_it_was_done(database: Database) -> None:
    action = planned(database)
    with database.transaction() as tx:
        actions.begin(tx, [action], NOON)
        actions.postpone(tx, action, "connection reset", NOON + MINUTE, NOON, unsure=True)
        assert actions.due(tx, "youtube", NOON + DAY, 10) == []
        assert actions.unsure(tx, "youtube", NOON, 10) == []
        [left] = actions.unsure(tx, "youtube", NOON + MINUTE, 10)
        actions.finish(tx, Outcome(left, NOON + MINUTE, Result.ALREADY), Visibility.HIDDEN, None)
        actions.settle(tx, left, NOON + MINUTE)
    assert states(database, action.comment.id) == [(ActionKind.HIDE, State.DONE)]


def test_nothing_new_is_planned_while_it_is_unknown_what_was_done(database: Database) -> None:
    action = planned(database)
    with database.transaction() as tx:
        actions.begin(tx, [action], NOON)
    comment, newer = decided(database, Ruling.ALLOW, by="Ms Okafor")
    with database.transaction() as tx:
        assert actions.unplanned(tx, 10) == []
        actions.settle(tx, action, NOON)
        assert actions.unplanned(tx, 10) == [(newer, comment)]
        assert actions.due(tx, "youtube", NOON, 10) == []


def test_an_answer_reported_twice_is_kept_once(database: Database) -> None:
    action = planned(database)
    done(database, action)
    with database.transaction() as tx:
        actions.finish(tx, Outcome(action, NOON + DAY, Result.ALREADY), Visibility.PUBLIC, NOON + DAY)
        [state] = actions.of_comment(tx, action.comment.id)
        assert (state.done_at, state.result) == (NOON, Result.DONE)
    assert told(database, action.comment.id) == ["received", "decided", "hidden"]


def test_a_comment_found_gone_is_told_as_gone(database: Database) -> None:
    action = planned(database)
    with database.transaction() as tx:
        actions.begin(tx, [action], NOON)
        actions.finish(tx, Outcome(action, NOON, Result.GONE), Visibility.GONE, None)
        gone = comments.load(tx, action.comment.id)
    assert gone is not None
    assert gone.visibility is Visibility.GONE
    assert told(database, action.comment.id)[-1] == "gone"


def test_a_hide_is_not_verified_once_it_was_released(database: Database) -> None:
    done(database, planned(database), verify_at=NOON + DAY)
    release = planned(database, ActionKind.RELEASE, at=NOON + MINUTE)
    with database.transaction() as tx:
        assert actions.to_verify(tx, "youtube", NOON + DAY, 10) == []
    done(database, release, at=NOON + MINUTE, verify_at=NOON + 2 * DAY)
    with database.transaction() as tx:
        assert actions.to_verify(tx, "youtube", NOON + DAY, 10) == []
        [ripe] = actions.to_verify(tx, "youtube", NOON + 2 * DAY, 10)
        assert ripe.action.kind is ActionKind.RELEASE
        assert actions.done_kind(tx, release.comment.id) is ActionKind.RELEASE


def test_a_hide_is_still_verified_after_a_decision_that_changes_nothing(database: Database) -> None:
    action = planned(database)
    done(database, action, verify_at=NOON + MINUTE)
    comment, decision = decided(database, Ruling.HIDE, by="Ms Okafor")
    with database.transaction() as tx:
        actions.plan(tx, decision, comment, [], [], NOON)
        assert len(actions.to_verify(tx, "youtube", NOON + MINUTE, 10)) == 1


def test_what_is_in_sight_again_is_seen_and_told(database: Database) -> None:
    action = planned(database)
    done(database, action, verify_at=NOON + MINUTE)
    with database.transaction() as tx:
        actions.verified(tx, action, Visibility.PUBLIC, NOON + MINUTE, None)
        assert actions.to_verify(tx, "youtube", NOON + DAY, 10) == []
        loaded = comments.load(tx, action.comment.id)
    assert loaded is not None
    assert loaded.visibility is Visibility.PUBLIC
    assert told(database, action.comment.id)[-2:] == ["verified", "visibility_changed"]


def test_a_platform_that_cannot_tell_does_not_undo_what_we_know(database: Database) -> None:
    action = planned(database)
    done(database, action)
    with database.transaction() as tx:
        actions.verified(tx, action, Visibility.UNKNOWN, NOON + MINUTE, None)
        loaded = comments.load(tx, action.comment.id)
    assert loaded is not None
    assert loaded.visibility is Visibility.HIDDEN


def test_what_was_planned_before_shadow_is_not_planned_on(database: Database) -> None:
    comment, _ = decided(database, Ruling.HIDE)
    with database.transaction() as tx:
        [edited] = receive(tx, replace(comment, text="another"))
        decisions.record(tx, a_decision(edited, mode=Mode.SHADOW))
        assert actions.unplanned(tx, 10) == []


def test_what_the_platform_refuses_becomes_a_task_and_counts_once_a_person_did_it(database: Database) -> None:
    action = planned(database)
    comment = action.comment
    with database.transaction() as tx:
        decision = decisions.latest(tx, comment.id)
        assert decision is not None
        task = a_task(comment, decision, ActionKind.HIDE)
        actions.begin(tx, [action], NOON)
        actions.give_up(tx, action, "403 not your thread", task, NOON)
    with database.transaction() as tx:
        [open_task] = actions.open_tasks(tx)
        assert (open_task.task, open_task.account_id, open_task.opened_at) == (task, "youtube", NOON)
        assert actions.done_kind(tx, comment.id) is None
        closed = actions.finish_task(tx, task.id, "Ms Okafor", NOON + MINUTE, Visibility.HIDDEN)
        assert (closed.closed_by, closed.closed_at) == ("Ms Okafor", NOON + MINUTE)
        assert actions.open_tasks(tx) == []
        assert actions.done_kind(tx, comment.id) is ActionKind.HIDE
        assert actions.finish_task(tx, task.id, "Mr Finch", NOON + DAY) == closed
    assert told(database, comment.id) == ["received", "decided", "refused", "task_opened", "hidden"]


def test_a_task_by_hand_stands_as_an_action_and_is_verified(database: Database) -> None:
    comment, decision = decided(database, by="Ms Okafor", author_action=ActionKind.BLOCK)
    task = a_task(comment, decision)
    with database.transaction() as tx:
        actions.plan(tx, decision, comment, [], [task], NOON)
    assert states(database, comment.id) == [(ActionKind.BLOCK, State.BY_HAND)]
    with database.transaction() as tx:
        assert actions.due(tx, "youtube", NOON + DAY, 10) == []
        assert actions.waiting(tx) == []
        assert len(actions.open_tasks(tx, "youtube")) == 1
        assert actions.open_tasks(tx, "x") == []
        seen = actions.verify_task(tx, task.id, NOON + DAY)
        assert (seen.closed_by, seen.verified_at) == ("youtube", NOON + DAY)
    assert states(database, comment.id) == [(ActionKind.BLOCK, State.DONE)]
    assert told(database, comment.id)[2:] == ["task_opened", "blocked", "task_verified"]


def test_a_task_is_closed_when_a_newer_decision_makes_it_needless(database: Database) -> None:
    comment, decision = decided(database)
    with database.transaction() as tx:
        actions.plan(tx, decision, comment, [], [a_task(comment, decision, ActionKind.HIDE)], NOON)
    planned(database, ActionKind.RELEASE, at=NOON + MINUTE)
    with database.transaction() as tx:
        assert actions.open_tasks(tx) == []
        found = actions.find_task(tx, f"{decision.id}:hide")
    assert found is not None
    assert found.closed_by == "superseded"


def test_a_task_nobody_knows_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="There is no task none"), database.transaction() as tx:
        actions.finish_task(tx, "none", "Ms Okafor", NOON)
