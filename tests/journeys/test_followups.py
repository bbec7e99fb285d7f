"""What follows in time: bans that run out, the ladder that strikes climb, families that were asked a kindness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from moderator.domain import ActionKind, Ban, Mode, Person, Ruling, Task, TaskKind, Visibility
from moderator.errors import Unavailable
from moderator.platforms.memory import Memory
from moderator.policy.authority import People, Role
from moderator.review import NotAllowed, NothingToOverturn, ban_as, decide_as, overturn_as, release_as
from moderator.store import actions, audit, authors, bans, tasks
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import YOUTUBE, Journey

DAY = timedelta(days=1)
HEAD, TEACHER = Person("Mrs Ravenscroft"), Person("Ms Okafor")
PEOPLE = People({HEAD.name: Role.HEAD, TEACHER.name: Role.OTHER})
INSULT = "shut up you stupid b1tch ms rowe"
CHILD = "Well done Tolliver Amberley, so proud of you!"
KIND = "What a lovely display, thank you all."
THREAT = "I'm going to smash his face in"
Build = Callable[[Memory], Journey]


def ban(
    journey: Journey,
    native_id: str,
    now: datetime,
    until: datetime | None,
    means: bans.Means = ActionKind.BLOCK,
    by: Person = HEAD,
) -> Ban:
    comment, mode = journey.comment(native_id), journey.house.mode
    with journey.house.database.transaction() as tx:
        return ban_as(tx, PEOPLE, by, comment, means, until=until, why="insults", mode=mode, at=now)


def overturn(journey: Journey, native_id: str, why: str, now: datetime, by: Person = HEAD) -> None:
    comment = journey.comment(native_id)
    with journey.house.database.transaction() as tx:
        overturn_as(tx, PEOPLE, by, comment, why=why, mode=journey.house.mode, at=now)


def follow(journey: Journey, now: datetime) -> list[str]:
    """One look at what follows, and what came of it."""
    followed = journey.house.follow_up(YOUTUBE.id, now)
    told = [f"{task.kind} {task.comment.native_id}" for task in (*followed.asked, *followed.proposed)]
    settled = [f"settled {task.comment.native_id}" for task in followed.settled]
    ended = [f"ended {ban.means} {ban.author.handle}" for ban in followed.ended]
    return [*told, *settled, *ended]


def task_of(journey: Journey, kind: TaskKind) -> Task:
    with journey.house.database.reading() as tx:
        (found,) = [state.task for state in actions.open_tasks(tx) if state.task.kind is kind]
    return found


def tick_off(journey: Journey, task: Task, now: datetime) -> None:
    with journey.house.database.transaction() as tx:
        actions.finish_task(tx, task.id, HEAD.name, now)


def strikes(journey: Journey, handle: str, now: datetime) -> int:
    with journey.house.database.reading() as tx:
        (known,) = authors.find(tx, handle)
        return len(authors.standing_of(tx, known.key, now, journey.house.policy.strikes).strikes)


# Bans.


def test_a_mute_ends_by_itself_once_and_leaves_the_comment_as_it_was(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    journey.person_decides("c1", Ruling.HIDE, NOON)
    ban(journey, "c1", NOON + MINUTE, NOON + 7 * DAY, ActionKind.MUTE)
    journey.act(NOON + MINUTE)
    assert youtube.muted == {"u-pat"}
    assert follow(journey, NOON + 6 * DAY) == []
    assert follow(journey, NOON + 7 * DAY) == ["ended mute @pat"]
    assert follow(journey, NOON + 7 * DAY) == []
    journey.act(NOON + 7 * DAY)
    assert youtube.muted == set()
    assert youtube.hidden == ["c1"]
    assert journey.ruling("c1") is Ruling.HIDE
    assert journey.waits_for_a_person() == []
    assert [kind for kind, _ in youtube.calls] == [ActionKind.HIDE, ActionKind.MUTE, ActionKind.UNMUTE]


def test_a_block_that_only_a_person_can_lift_becomes_a_task_that_the_block_list_ticks_off(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + 7 * DAY)
    journey.act(NOON)
    assert journey.tasks() == ["block c1"]
    youtube.blocked.add("u-pat")
    journey.house.check_tasks(YOUTUBE.id, NOON + MINUTE)
    assert journey.tasks() == []
    assert follow(journey, NOON + 7 * DAY) == ["ended block @pat"]
    assert follow(journey, NOON + 8 * DAY) == []
    task = task_of(journey, TaskKind.END_BAN)
    assert "unblock" in task.steps
    assert "ran out" in task.why
    assert task.url
    journey.house.check_tasks(YOUTUBE.id, NOON + 8 * DAY)
    assert journey.tasks() == ["end_ban c1"], "still in the block list"
    youtube.blocked.clear()
    journey.house.check_tasks(YOUTUBE.id, NOON + 8 * DAY)
    assert journey.tasks() == []


def test_a_block_that_nobody_carried_out_in_time_is_asked_for_no_more(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY)
    journey.act(NOON)
    assert follow(journey, NOON + 2 * DAY) == ["ended block @pat"]
    assert journey.tasks() == []


def test_where_the_platform_can_unblock_the_ban_ends_without_a_person(build: Build) -> None:
    able = Memory(YOUTUBE, by_hand_only=())
    journey = build(able)
    able.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY)
    assert follow(journey, NOON + 2 * DAY) == [], "the block itself goes out first"
    journey.act(NOON)
    assert able.blocked == {"u-pat"}
    assert follow(journey, NOON + 2 * DAY) == ["ended block @pat"]
    journey.act(NOON + 2 * DAY)
    assert able.blocked == set()


def test_a_mute_that_is_undone_by_hand_becomes_a_task(build: Build) -> None:
    unable = Memory(YOUTUBE, by_hand_only=(ActionKind.UNMUTE,))
    journey = build(unable)
    unable.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + DAY, ActionKind.MUTE)
    journey.act(NOON)
    follow(journey, NOON + DAY)
    journey.act(NOON + DAY)
    assert journey.tasks() == ["unmute c1"]


def test_what_a_banned_author_writes_is_hidden_until_the_ban_ends(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, NOON + 7 * DAY)
    youtube.receives(KIND, native_id="c2", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert "banned by Mrs Ravenscroft" in journey.reasons("c2")
    assert "c2" in youtube.hidden
    youtube.receives(KIND, native_id="c3", at=NOON + 7 * DAY)
    journey.round(NOON + 7 * DAY)
    assert "c3" not in youtube.hidden


def test_a_ban_lifted_early_is_undone_and_never_ends_a_second_time(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    made = ban(journey, "c1", NOON, NOON + 7 * DAY, ActionKind.MUTE)
    journey.act(NOON)
    with journey.house.database.transaction() as tx:
        release_as(tx, PEOPLE, TEACHER, made, why="apologised", mode=Mode.AUTO, at=NOON + DAY)
    journey.act(NOON + DAY)
    assert youtube.muted == set()
    assert follow(journey, NOON + 8 * DAY) == []


def test_in_shadow_no_ban_ends_and_none_that_was_made_in_shadow_is_undone(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    shadow = journey.in_mode(Mode.SHADOW)
    ban(shadow, "c1", NOON, NOON + DAY, ActionKind.MUTE)
    assert follow(shadow, NOON + 2 * DAY) == []
    assert follow(journey, NOON + 2 * DAY) == ["ended mute @pat"]
    journey.act(NOON + 2 * DAY)
    assert [kind for kind, _ in youtube.calls] == [ActionKind.HIDE]


def test_a_person_who_decides_to_block_makes_a_ban_and_unblocking_ends_it(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    answer = journey.person_would_decide("c1", Ruling.HIDE, NOON, also=ActionKind.BLOCK)
    with journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, HEAD, answer)
        (made,) = bans.in_force(tx, [("youtube", "u-pat")], NOON)[("youtube", "u-pat")]
        assert (made.means, made.until, made.by) == (ActionKind.BLOCK, None, HEAD)
        decide_as(tx, PEOPLE, TEACHER, replace(answer, author_action=ActionKind.UNBLOCK, decided_at=NOON + DAY))
        assert bans.in_force(tx, [("youtube", "u-pat")], NOON + DAY) == {}


def test_a_ban_does_not_outlive_the_comment_it_rests_on(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    ban(journey, "c1", NOON, None, ActionKind.MUTE)
    journey.act(NOON)
    overturn(journey, "c1", "a quotation", NOON + DAY)
    journey.act(NOON + DAY)
    assert youtube.muted == set()
    assert youtube.hidden == []
    with journey.house.database.reading() as tx:
        assert bans.in_force(tx, [("youtube", "u-pat")], NOON + DAY) == {}


# The ladder.


def offend(journey: Journey, youtube: Memory, native_id: str, at: datetime, author: str = "pat") -> None:
    """An insult, hidden by policy and confirmed by the head."""
    youtube.receives(INSULT, native_id=native_id, author=author, at=at)
    journey.round(at)
    journey.person_decides(native_id, Ruling.HIDE, at)


def steps(journey: Journey, native_id: str) -> list[str]:
    comment = journey.comment(native_id)
    with journey.house.database.reading() as tx:
        trail = audit.trail(tx, comment.id)
    return [str(each.facts["follows"]) for each in trail if each.event == "step_reached"]


def test_each_strike_climbs_a_step_and_the_third_proposes_a_ban_to_a_person(journey: Journey, youtube: Memory) -> None:
    offend(journey, youtube, "c1", NOON)
    assert follow(journey, NOON) == []
    offend(journey, youtube, "c2", NOON + DAY)
    assert follow(journey, NOON + DAY) == []
    offend(journey, youtube, "c3", NOON + 2 * DAY)
    assert follow(journey, NOON + 2 * DAY) == ["propose_ban c3"]
    assert follow(journey, NOON + 2 * DAY) == []
    assert [steps(journey, native_id) for native_id in ("c1", "c2", "c3")] == [["note"], ["hold"], ["propose_ban"]]
    task = task_of(journey, TaskKind.PROPOSE_BAN)
    assert all(journey.comment(native_id).id in task.why for native_id in ("c1", "c2", "c3"))
    assert "--days 90" in task.steps
    assert youtube.blocked == set(), "nobody is banned by the machine"


def test_on_hold_all_that_an_author_writes_waits_for_a_person(journey: Journey, youtube: Memory) -> None:
    offend(journey, youtube, "c1", NOON)
    offend(journey, youtube, "c2", NOON + DAY)
    youtube.receives(KIND, native_id="c3", at=NOON + 2 * DAY)
    youtube.receives(KIND, native_id="c4", author="sam", at=NOON + 2 * DAY)
    journey.round(NOON + 2 * DAY)
    assert journey.ruling("c3") is Ruling.QUEUE
    assert "on hold" in journey.reasons("c3")
    assert journey.ruling("c4") is Ruling.ALLOW


def test_what_no_person_confirmed_climbs_no_step(journey: Journey, youtube: Memory) -> None:
    for number in range(4):
        youtube.receives(INSULT, native_id=f"c{number}")
    journey.round(NOON)
    assert follow(journey, NOON) == []
    assert strikes(journey, "@pat", NOON) == 4


def test_a_proposal_goes_when_a_ban_answers_it_and_when_a_strike_is_overturned(
    journey: Journey, youtube: Memory
) -> None:
    for number in range(3):
        offend(journey, youtube, f"p{number}", NOON + number * DAY)
        offend(journey, youtube, f"s{number}", NOON + number * DAY, author="sam")
    now = NOON + 3 * DAY
    assert sorted(follow(journey, now)) == ["propose_ban p2", "propose_ban s2"]
    ban(journey, "p2", now, now + 30 * DAY)
    overturn(journey, "s1", "he quoted another", now, TEACHER)
    follow(journey, now)
    journey.act(now)
    assert journey.tasks() == ["block p2"]
    p2, s2 = journey.comment("p2"), journey.comment("s2")
    with journey.house.database.reading() as tx:
        answered = tasks.find_task(tx, f"{p2.id}:propose_ban")
        taken_back = tasks.find_task(tx, f"{s2.id}:propose_ban")
    assert answered is not None
    assert taken_back is not None
    assert (answered.closed_by, taken_back.closed_by) == ("Mrs Ravenscroft", tasks.SUPERSEDED)


def test_a_proposal_that_is_declined_comes_back_with_the_next_strike_only(journey: Journey, youtube: Memory) -> None:
    for number in range(3):
        offend(journey, youtube, f"c{number}", NOON + number * DAY)
    follow(journey, NOON + 3 * DAY)
    tick_off(journey, task_of(journey, TaskKind.PROPOSE_BAN), NOON + 3 * DAY)
    assert follow(journey, NOON + 4 * DAY) == []
    offend(journey, youtube, "c3", NOON + 5 * DAY)
    assert follow(journey, NOON + 5 * DAY) == ["propose_ban c3"]
    overturn(journey, "c3", "no insult", NOON + 6 * DAY)
    assert follow(journey, NOON + 6 * DAY) == []
    assert journey.tasks() == []


def test_a_proposal_taken_back_for_a_strike_that_was_overturned_falls_to_the_one_before(
    journey: Journey, youtube: Memory
) -> None:
    for number in range(4):
        offend(journey, youtube, f"c{number}", NOON + number * DAY)
        follow(journey, NOON + number * DAY)
    assert journey.tasks() == ["propose_ban c3"]
    overturn(journey, "c3", "no insult", NOON + 5 * DAY)
    assert follow(journey, NOON + 5 * DAY) == ["propose_ban c2"], "three strikes are left, and nobody has answered"


# Families.


def test_a_family_is_asked_in_kind_words_without_the_childs_name(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Sports day was a joy", native_id="p1")
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    assert follow(journey, NOON) == ["ask_family c1"]
    assert follow(journey, NOON) == []
    task = task_of(journey, TaskKind.ASK_FAMILY)
    assert "Tolliver" not in task.message + task.steps + task.why
    assert "Sports day was a joy" in task.message
    assert "YouTube" in task.message
    assert task.url
    assert strikes(journey, "@pat", NOON) == 0


def test_a_post_that_names_the_child_itself_is_told_by_its_day(journey: Journey, youtube: Memory) -> None:
    youtube.publishes("Tolliver, our champion!", native_id="p1")
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    message = task_of(journey, TaskKind.ASK_FAMILY).message
    assert "Tolliver" not in message
    assert "16 November" in message


def asked(journey: Journey, youtube: Memory) -> Task:
    """A comment that names a child with love, and a family that was written to."""
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    task = task_of(journey, TaskKind.ASK_FAMILY)
    tick_off(journey, task, NOON + MINUTE)
    return task


def test_it_closes_by_itself_when_the_name_is_taken_out(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.edits("c1", "Well done, so proud of you!", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert follow(journey, NOON + DAY) == ["settled c1"]
    assert follow(journey, NOON + 30 * DAY) == []
    assert journey.tasks() == []
    assert "family edited" in journey.history("c1")


def test_it_closes_by_itself_when_the_comment_is_deleted_though_nobody_was_asked_yet(
    journey: Journey, youtube: Memory
) -> None:
    youtube.receives(CHILD, native_id="c1")
    journey.round(NOON)
    follow(journey, NOON)
    youtube.deletes("c1")
    assert follow(journey, NOON + timedelta(hours=1)) == [], "it is read again once a day"
    assert follow(journey, NOON + 2 * DAY) == ["settled c1"]
    assert journey.tasks() == []
    assert "family deleted" in journey.history("c1")


def test_an_edit_that_still_names_the_child_settles_nothing(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.edits("c1", "Well done Tolliver Amberley!! So proud!", at=NOON + DAY)
    journey.round(NOON + DAY)
    assert follow(journey, NOON + DAY) == []
    assert follow(journey, NOON + 6 * DAY) == []


def test_after_a_week_without_an_answer_it_is_told_again(journey: Journey, youtube: Memory) -> None:
    task = asked(journey, youtube)
    assert journey.tasks() == []
    follow(journey, NOON + 6 * DAY)
    assert journey.tasks() == []
    follow(journey, NOON + 7 * DAY + MINUTE)
    assert journey.tasks() == ["ask_family c1"]
    assert "nothing has changed" in task_of(journey, TaskKind.ASK_FAMILY).why
    tick_off(journey, task, NOON + 8 * DAY)
    follow(journey, NOON + 9 * DAY)
    assert journey.tasks() == []


def test_a_comment_that_a_person_puts_back_asks_nothing_of_its_family(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    journey.person_decides("c1", Ruling.ALLOW, NOON + DAY)
    follow(journey, NOON + DAY)
    follow(journey, NOON + 30 * DAY)
    assert journey.tasks() == []


def test_a_platform_that_cannot_be_asked_settles_nothing_and_is_asked_again(journey: Journey, youtube: Memory) -> None:
    asked(journey, youtube)
    youtube.deletes("c1")
    youtube.fails_next(Unavailable("no route"), during="read_back")
    assert follow(journey, NOON + 2 * DAY) == []
    assert follow(journey, NOON + 2 * DAY) == ["settled c1"]


def test_where_the_platform_cannot_tell_a_comment_is_read_again_once_a_day_all_the_same(build: Build) -> None:
    silent = Memory(YOUTUBE, reads_visibility=False)
    journey = build(silent)
    asked(journey, silent)
    for hour in range(30):
        follow(journey, NOON + hour * timedelta(hours=1))
    assert journey.comment("c1").visibility is not Visibility.GONE
    silent.deletes("c1")
    assert follow(journey, NOON + 3 * DAY) == ["settled c1"]


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.QUEUE])
def test_nobody_is_asked_for_a_comment_that_is_in_sight(journey: Journey, youtube: Memory, mode: Mode) -> None:
    careful = journey.in_mode(mode)
    youtube.receives(CHILD, native_id="c1")
    careful.round(NOON)
    assert follow(careful, NOON) == []
    if mode is Mode.QUEUE:
        careful.person_decides("c1", Ruling.HIDE, NOON + MINUTE)
        assert follow(careful, NOON + MINUTE) == ["ask_family c1"]


# Who may.


def test_an_urgent_case_is_refused_to_all_but_the_head_and_says_who_may(journey: Journey, youtube: Memory) -> None:
    youtube.receives(THREAT, native_id="c1")
    journey.round(NOON)
    answer = journey.person_would_decide("c1", Ruling.HIDE, NOON)
    with pytest.raises(NotAllowed, match="only Mrs Ravenscroft may"), journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, TEACHER, answer)
    with pytest.raises(NotAllowed):
        ban(journey, "c1", NOON, None, by=TEACHER)
    with pytest.raises(NotAllowed):
        overturn(journey, "c1", "", NOON, TEACHER)
    with journey.house.database.transaction() as tx:
        assert decide_as(tx, PEOPLE, HEAD, answer).decided_by == "Mrs Ravenscroft"
    with pytest.raises(NotAllowed), journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, TEACHER, replace(answer, ruling=Ruling.ALLOW))


def test_an_overturned_decision_is_released_and_marked(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    overturn(journey, "c1", "a quotation", NOON + MINUTE)
    journey.act(NOON + MINUTE)
    assert youtube.hidden == []
    assert strikes(journey, "@pat", NOON + MINUTE) == 0
    comment = journey.comment("c1")
    with journey.house.database.reading() as tx:
        told = [each for each in audit.trail(tx, comment.id) if each.event == "overturned"]
        assert [(each.actor, each.facts) for each in told] == [
            ("Mrs Ravenscroft", {"number": 1, "was": "hide", "now": "allow", "by": "policy"})
        ]


def test_what_still_waits_for_a_person_cannot_be_overturned(journey: Journey, youtube: Memory) -> None:
    youtube.receives("", native_id="c1")
    journey.round(NOON)
    assert journey.ruling("c1") is Ruling.QUEUE
    with pytest.raises(NothingToOverturn, match="moderator decide"):
        overturn(journey, "c1", "", NOON)
