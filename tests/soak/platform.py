"""What platforms and networks do, for hours: all pairs of troubles, a thousand lost replies, ten thousand bodies, real deadlines.

`python -m tests.soak.platform --seed N [--quick]`
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import product
from pathlib import Path
from random import Random

from moderator.domain import ActionKind
from tests.conftest import NOON
from tests.faults.bodies import cases, open_room
from tests.faults.calls import comment_of, tried
from tests.faults.proxy import Toxic
from tests.faults.school import PLATFORMS, FaultySchool, open_school
from tests.faults.story import endures, loses_every_reply
from tests.faults.trouble import TROUBLES, Trouble
from tests.made import an_action
from tests.soak.figures import Figure, command

CONNECT_S, READ_S = 5.0, 15.0
WHOLE_S = 30.0
SLACK_S = 2.0
STORIES_A_SCHOOL = 40
"""Then a new school, so that no story reads the thousand comments of all before."""

Row = dict[str, list[Trouble]]


def run(seed: int, quick: bool) -> list[Figure]:
    return [*pairs(seed, quick), *lost_replies(seed, quick), *bodies(seed, quick), *deadlines(quick)]


def rows(seed: int) -> list[Row]:
    """All ordered pairs of troubles on each platform, each platform in an order of its own; a trouble follows itself too."""
    dice = Random(seed)
    columns = {}
    for name in PLATFORMS:
        known = [trouble for trouble in TROUBLES.values() if name in trouble.only]
        columns[name] = [list(pair) for pair in product(known, repeat=2)]
        dice.shuffle(columns[name])
    longest = max(map(len, columns.values()))
    return [{name: made[at] for name, made in columns.items() if at < len(made)} for at in range(longest)]


def schools(number: int) -> Iterator[tuple[FaultySchool, range]]:
    """A fresh school for every forty stories, with their numbers."""
    for first in range(0, number, STORIES_A_SCHOOL):
        with tempfile.TemporaryDirectory() as folder, open_school(Path(folder)) as school:
            yield school, range(first, min(first + STORIES_A_SCHOOL, number))


def pairs(seed: int, quick: bool) -> list[Figure]:
    told = rows(seed)[:3] if quick else rows(seed)
    broken = 0
    for school, numbers in schools(len(told)):
        for number in numbers:
            problems = endures(school, told[number])
            broken += bool(problems)
            names = {name: [each.name for each in pair] for name, pair in told[number].items()}
            for problem in problems:
                print(f"  seed {seed} story {number} {names}: {problem}", file=sys.stderr)
            if problems:
                school.sandbox.world.faults.clear()
                school.passes(20)
    done = sum(map(len, told))
    whole = sum(len([t for t in TROUBLES.values() if name in t.only]) ** 2 for name in PLATFORMS)
    return [
        Figure("pairs of troubles told", done, f"all {whole}" if not quick else "some", quick or done == whole),
        Figure("stories broken (lost, doubled, undrained, told twice)", broken, "0", broken == 0),
    ]


def lost_replies(seed: int, quick: bool) -> list[Figure]:
    effects, twice = 0, 0
    broken: list[str] = []
    for part in range(1 if quick else 9):
        with tempfile.TemporaryDirectory() as folder, open_school(Path(folder)) as school:
            lost = loses_every_reply(school, rounds=3 if quick else 38, seed=seed + part)
            effects, twice, broken = effects + lost.effects, twice + lost.asked_twice, broken + lost.broken
    for problem in broken:
        print(f"  seed {seed} lost replies: {problem}", file=sys.stderr)
    return [
        Figure("effects whose reply was lost", effects, "some" if quick else "1,000", quick or effects >= 1_000),
        Figure("of these asked twice (X tells no state)", twice, "each once, on X alone", twice <= effects // 3),
        Figure("effects missing, doubled or stuck", len(broken), "0", not broken),
    ]


def bodies(seed: int, quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder, open_room(Path(folder)) as school:
        came = cases(school, seed, range(20 if quick else 3_334))
    for problem in came.broken:
        print(f"  {problem}", file=sys.stderr)
    return [
        Figure("hostile bodies", came.cases, "some" if quick else "10,000", quick or came.cases >= 10_000),
        Figure("items set aside", came.set_aside, "some", came.set_aside > 0),
        Figure("crashes, or neighbours of a bad item lost", len(came.broken), "0", not came.broken),
    ]


def deadlines(quick: bool) -> list[Figure]:
    """Each toxic on a hide of each platform, with the daemon's own waits (a twentieth of them where it is quick)."""
    share = 0.05 if quick else 1.0
    longest = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        open_school(Path(folder), waits_s=(CONNECT_S * share, READ_S * share)) as school,
        ThreadPoolExecutor() as pool,
    ):
        for toxic in Toxic:
            took = pool.map(lambda name, toxic=toxic: seconds(school, name, toxic), PLATFORMS)
            longest = max(longest, *took)
    bar = WHOLE_S * share + SLACK_S
    return [Figure("slowest call under the eight toxics, s", longest, f"at most {bar:g}", longest <= bar)]


def seconds(school: FaultySchool, name: str, toxic: Toxic) -> float:
    comment = comment_of(school, name, school.says(name))
    school.proxies[name].poison(toxic)
    _, took = copy_context().run(
        tried, lambda: school.adapters[name].apply([an_action(ActionKind.HIDE, comment)], NOON)
    )
    school.proxies[name].poison(Toxic.NONE)
    return took


if __name__ == "__main__":
    command("Platforms and network", run)
