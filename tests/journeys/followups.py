"""What stories of bans, ladders and families begin with: who acts, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from moderator.domain import ActionKind, Ban, Person, Ruling, Task, TaskKind
from moderator.platforms.memory import Memory
from moderator.policy.authority import People, Role
from moderator.review import ban_as, overturn_as
from moderator.store import actions, authors, bans
from tests.journeys.conftest import Journey

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
    followed = journey.follow_up(now)
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


def offend(journey: Journey, youtube: Memory, native_id: str, at: datetime, author: str = "pat") -> None:
    """An insult, hidden by policy and confirmed by the head."""
    youtube.receives(INSULT, native_id=native_id, author=author, at=at)
    journey.round(at)
    journey.person_decides(native_id, Ruling.HIDE, at)
