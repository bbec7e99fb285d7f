"""The ladder that strikes climb, up to a ban that is proposed to a person."""

from __future__ import annotations

from moderator.domain import Ruling, TaskKind
from moderator.platforms.memory import Memory
from moderator.store import audit, tasks
from tests.conftest import NOON
from tests.journeys.conftest import Journey
from tests.journeys.followups import (
    DAY,
    INSULT,
    KIND,
    TEACHER,
    ban,
    follow,
    offend,
    overturn,
    strikes,
    task_of,
    tick_off,
)


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
