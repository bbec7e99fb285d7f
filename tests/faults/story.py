"""The story that every trouble is told by: comments before it and during it, the trouble's end, and all is drained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from moderator.sandbox.faults import Fault, FaultKind
from tests.faults.school import KIND, FaultySchool
from tests.faults.trouble import Trouble, ends

Troubles = Mapping[str, Sequence[Trouble]]
"""By platform, what befalls it, one after the other; the next begins while the last one's consequences are still open."""


HIDES: Mapping[str, Mapping[str, Any]] = {
    "x": {"path": "/hidden"},
    "youtube": {"path": "/setModerationStatus"},
    "instagram": {"method": "POST"},
}
"""What tells the request that hides from all others."""


def endures(school: FaultySchool, troubles: Troubles) -> list[str]:
    """Tell it; returns what was broken of what is promised, in words, and nothing where all was kept."""
    school.forget_log()
    before = {name: school.says(name, handle="@nana_jo") for name in troubles}
    during: dict[str, list[str]] = {name: [] for name in troubles}
    kind = {name: school.says(name, KIND) for name in school.adapters}
    for number in range(max(map(len, troubles.values()))):
        for name, each in troubles.items():
            if number < len(each):
                ends(school, name)
                each[number].begin(school, name)
        school.passes(1)
        for name in troubles:
            during[name].append(school.says(name))
        school.passes(1)
    for name in troubles:
        ends(school, name)
    broken = _drains(school, troubles)
    for name, native_ids in during.items():
        for native_id in (before[name], *native_ids):
            broken += _once(school, name, native_id)
    broken += [f"{name}: a kind comment is out of sight" for name in kind if not school.is_public(name, kind[name])]
    return broken + _told_once(school)


def _drains(school: FaultySchool, troubles: Troubles) -> list[str]:
    """Each platform within its own time; one that nothing befell has nothing waiting at any time."""
    due = {name: max((each.over_after for each in troubles.get(name, ())), default=0) for name in school.adapters}
    broken = []
    for passed in range(max(due.values()) + 1):
        for name in (name for name, polls in due.items() if polls == passed):
            broken += [f"{name}, {passed} polls after: {left}" for left in school.undrained([name])]
        if passed < max(due.values()):
            school.passes(1)
    return broken


def _once(school: FaultySchool, name: str, native_id: str) -> list[str]:
    effective, asked = school.effective("hide", native_id), school.asked("hide", native_id)
    broken = [] if effective == 1 else [f"{name} {native_id}: {effective} effective hides"]
    lost = sum(event in ("reply_lost", "failed") for event in school.history(native_id))
    if asked > 1 + lost:
        broken.append(f"{name} {native_id}: asked {asked} times after {lost} attempts without an answer")
    return broken


def _told_once(school: FaultySchool) -> list[str]:
    """An outage of a feed, and a pause, is told when it begins and not again while it lasts."""
    broken = []
    for name in school.adapters:
        down = [line["feed"] for line in school.told("platform.down", name)]
        up = [line["feed"] for line in school.told("platform.up", name)]
        broken += [f"{name} {feed}: down told twice" for feed in set(down) if down.count(feed) > 1 + up.count(feed)]
        paused = len(school.told("account.paused", name))
        broken += [f"{name}: pause told {paused} times"] if paused > 1 else []
        broken += [f"{name}: {line}" for line in school.told("unforeseen", name)]
    return broken


@dataclass(frozen=True, slots=True)
class Lost:
    """What came of effects whose replies were lost."""

    effects: int
    asked_twice: int
    broken: list[str]


def loses_every_reply(school: FaultySchool, rounds: int, seed: int) -> Lost:
    """A round is one hide on each platform, done there, whose answer is lost; in some of them reading back fails at first."""
    dice = Random(seed)
    effects: list[tuple[str, str]] = []
    for number in range(rounds):
        for name in school.adapters:
            effects.append((name, school.says(name, handle=f"@p{number % 50}")))
            school.sandbox.world.add_fault(Fault(name, FaultKind.EFFECT_THEN_CUT, **HIDES[name]))
        school.passes(1, ["look"])
        if dice.random() < 0.2:
            for name in school.adapters:
                school.sandbox.world.add_fault(Fault(name, FaultKind.SERVER_ERROR, times=None, method="GET"))
            school.passes(1, ["act"])
            school.sandbox.world.faults.clear()
        school.passes(1, ["act"])
    school.passes(2)
    broken = [problem for name, native_id in effects for problem in _once(school, name, native_id)]
    twice = [(name, native_id) for name, native_id in effects if school.asked("hide", native_id) > 1]
    broken += [
        f"{name} {native_id}: asked twice, though it could be read back" for name, native_id in twice if name != "x"
    ]
    unheard = [native_id for _, native_id in effects if "reply_lost" not in school.history(native_id)]
    broken += [f"{native_id}: no reply was lost" for native_id in unheard]
    return Lost(len(effects), len(twice), broken + school.undrained())
