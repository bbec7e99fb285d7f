"""The daemon's own deadlines, measured on a hide of each platform under each trouble of the network.

`python -m tests.soak.deadlines [--quick]`
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

from moderator.domain import ActionKind
from tests.conftest import NOON
from tests.faults.calls import comment_of, tried
from tests.faults.proxy import Toxic
from tests.faults.school import PLATFORMS, FaultySchool, open_school
from tests.made import an_action
from tests.soak.figures import Figure, command

CONNECT_S, READ_S = 5.0, 15.0
WHOLE_S = 30.0
SLACK_S = 2.0


def run(_seed: int, quick: bool) -> list[Figure]:
    """With the daemon's own waits; a twentieth of them where it is quick."""
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
    command("Deadlines", run)
