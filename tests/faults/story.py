"""The story that every trouble is told by: comments before it and during it, the trouble's end, and all is drained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.faults.school import KIND, FaultySchool
from tests.faults.trouble import Trouble, ends

Troubles = Mapping[str, Sequence[Trouble]]
"""By platform, what befalls it, one after the other; the next begins while the last one's consequences are still open."""


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
