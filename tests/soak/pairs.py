"""All pairs of what platforms and networks do, on each platform: whole after every one.

`python -m tests.soak.pairs --seed N [--quick]`
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from random import Random

from tests.faults.school import PLATFORMS, open_school
from tests.faults.story import endures
from tests.faults.trouble import TROUBLES, Trouble
from tests.soak.figures import Figure, command

STORIES_A_SCHOOL = 12
"""Then a new school, so that no story reads the thousand comments of all before."""
SCHOOLS_AT_ONCE = 6
"""Most of a story is waiting for an answer that does not come."""

Row = dict[str, list[Trouble]]


def run(seed: int, quick: bool) -> list[Figure]:
    whole = rows(seed)
    told = whole[:3] if quick else whole
    firsts = range(0, len(told), STORIES_A_SCHOOL)
    with ProcessPoolExecutor(SCHOOLS_AT_ONCE, mp_context=multiprocessing.get_context("spawn")) as schools:
        broken = 0
        for first, each in zip(firsts, schools.map(partial(endured, seed, len(told)), firsts), strict=True):
            broken += each
            print(f"  stories {first} and on told, {broken} broken so far", file=sys.stderr, flush=True)
    done, of_all = pairs_in(told), pairs_in(whole)
    return [
        Figure("pairs of troubles told", done, f"all {of_all}" if not quick else "some", quick or done == of_all),
        Figure("stories broken (lost, doubled, undrained, told twice)", broken, "0", broken == 0),
    ]


def pairs_in(told: Sequence[Row]) -> int:
    return sum(map(len, told))


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


def endured(seed: int, number_of_stories: int, first: int) -> int:
    """A school's stories, from the `first` on; how many of them were broken."""
    broken, told = 0, rows(seed)
    with tempfile.TemporaryDirectory() as folder, open_school(Path(folder)) as school:
        for number in range(first, min(first + STORIES_A_SCHOOL, number_of_stories)):
            problems = endures(school, told[number])
            broken += bool(problems)
            names = {name: [each.name for each in pair] for name, pair in told[number].items()}
            for problem in problems:
                print(f"  seed {seed} story {number} {names}: {problem}", file=sys.stderr)
            if problems:
                school.sandbox.world.faults.clear()
                school.passes(20)
    return broken


if __name__ == "__main__":
    command("All pairs of troubles", run)
