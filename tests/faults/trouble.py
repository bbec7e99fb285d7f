"""What can go wrong on the side of a platform or of the way to it, by name. Each begins for one account and ends again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from moderator.sandbox.faults import Fault, FaultKind
from tests.faults.proxy import Toxic
from tests.faults.school import PLATFORMS, FaultySchool

RESET_S = 240
"""How long a platform that says so wants to be left alone: longer than a story's trouble lasts."""
LOOKED_AT_AGAIN = 10
"""Minutes after which a paused account is tried again."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`over_after` is how many polls may pass, once it is over, until all is drained."""

    name: str
    begin: Callable[[FaultySchool, str], None]
    over_after: int = 2
    only: tuple[str, ...] = PLATFORMS


def fault(kind: FaultKind, **more: object) -> Callable[[FaultySchool, str], None]:
    def begin(school: FaultySchool, platform: str) -> None:
        school.sandbox.world.add_fault(Fault(platform, kind, **{"times": None, **more}))  # type: ignore[arg-type]

    return begin


def toxic(kind: Toxic) -> Callable[[FaultySchool, str], None]:
    return lambda school, platform: school.proxies[platform].poison(kind)


def ends(school: FaultySchool, platform: str) -> None:
    """Whatever befell the platform is over."""
    school.sandbox.world.faults.clear_platform(platform)
    if school.proxies[platform].toxic is not Toxic.NONE:
        school.proxies[platform].poison(Toxic.NONE)


WAIT_FOR_RESET = RESET_S // 60
TROUBLES = {
    each.name: each
    for each in (
        Trouble("too many calls, until then", fault(FaultKind.RATE_LIMITED, reset_in_s=RESET_S), 2 + WAIT_FOR_RESET),
        Trouble("too many calls", fault(FaultKind.RATE_LIMITED, reset_in_s=None), 2 + 4),
        Trouble("503 with a page of HTML", fault(FaultKind.SERVER_ERROR, status=503)),
        Trouble("502 from a proxy", fault(FaultKind.SERVER_ERROR, status=502)),
        Trouble("cut before", fault(FaultKind.CUT_BEFORE)),
        Trouble("done, and the answer lost", fault(FaultKind.EFFECT_THEN_CUT)),
        Trouble("cut in the middle", fault(FaultKind.CUT)),
        Trouble("JSON that breaks off", fault(FaultKind.MALFORMED_JSON)),
        Trouble("one item broken", fault(FaultKind.BROKEN_ITEM, variant="wrong_types")),
        Trouble("login revoked", fault(FaultKind.TOKEN_REVOKED), 1 + LOOKED_AT_AGAIN),
        Trouble("permission lost", fault(FaultKind.FORBIDDEN), 1 + LOOKED_AT_AGAIN),
        Trouble("processing failure", fault(FaultKind.PROCESSING_FAILURE), only=("youtube",)),
        Trouble("nobody listens", toxic(Toxic.DOWN)),
        Trouble("not a byte", toxic(Toxic.HANG)),
        Trouble("reset", toxic(Toxic.RESET)),
        Trouble("a drip", toxic(Toxic.BANDWIDTH)),
        Trouble("half an answer", toxic(Toxic.CUT_BODY)),
    )
}
