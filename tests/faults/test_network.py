"""A bad network: eight toxics on every kind of call. None outlives its deadline, and what may be done is never said not to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import pytest

from moderator.domain import ActionKind
from moderator.errors import Unavailable
from moderator.platforms.base import Start
from tests.conftest import NOON
from tests.faults.calls import comment_of, tried
from tests.faults.proxy import Toxic
from tests.faults.school import ABUSE, PLATFORMS, WAITS_S, FaultySchool, connect, open_school
from tests.made import an_action

WHOLE_S = 2 * WAITS_S[1]
SLACK_S = 6.0
"""A busy machine, and the pauses between an adapter's own tries."""
HARMLESS = {Toxic.LATENCY, Toxic.SLOW_CLOSE, Toxic.SLICING}
CALLS = ("read", "hide", "block", "read back")


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultySchool]:
    with open_school(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def the_call(school: FaultySchool, name: str, call: str) -> tuple[Callable[[], object], str]:
    """One call of an adapter on a comment nobody has touched; returns it with the comment's id."""
    who = f"@p{len(school.sandbox.world.comments)}"  # whoever is blocked says nothing more
    native_id = school.says(name, f"{ABUSE} {call}", who)
    adapter, comment = school.adapters[name], comment_of(school, name, native_id)
    author = ActionKind.MUTE if name == "x" else ActionKind.BLOCK
    calls: dict[str, Callable[[], object]] = {
        "read": lambda: list(adapter.fetch(adapter.feeds[0].name, Start(None, NOON - timedelta(days=1)), NOON)),
        "hide": lambda: adapter.apply([an_action(ActionKind.HIDE, comment)], NOON)[0],
        "block": lambda: adapter.apply([an_action(author, comment)], NOON)[0],
        "read back": lambda: adapter.read_back([comment], NOON),
    }
    return calls[call], native_id


def does_no_harm(toxic: Toxic, name: str, call: str) -> bool:
    if (name, call) == ("instagram", "block"):
        return True  # Instagram has no such call, so that a person is asked.
    if toxic is Toxic.CUT_BODY and name == "youtube" and call in ("hide", "block"):
        return True  # It confirms by a status without a body.
    return toxic in HARMLESS


@pytest.mark.parametrize("toxic", [toxic for toxic in Toxic if toxic is not Toxic.NONE])
def test_no_call_outlives_its_deadline_whatever_the_network_does(school: FaultySchool, toxic: Toxic) -> None:
    def endure(name: str) -> list[tuple[str, object, float, str]]:
        ended = []
        for call in CALLS:
            ask, native_id = the_call(school, name, call)
            school.proxies[name].poison(toxic)
            came, took = copy_context().run(tried, ask)
            school.proxies[name].poison(Toxic.NONE)
            ended.append((call, came, took, native_id))
        return ended

    with ThreadPoolExecutor() as pool:
        for name, ended in zip(PLATFORMS, pool.map(endure, PLATFORMS), strict=True):
            for call, came, took, native_id in ended:
                assert took < WHOLE_S + SLACK_S, (name, call, took)
                if does_no_harm(toxic, name, call):
                    assert not isinstance(came, Unavailable), (name, call, came)
                else:
                    assert isinstance(came, Unavailable), (name, call, came)
                    if call == "hide" and not school.is_public(name, native_id):
                        assert came.maybe_done, f"{name}: it was done, and the adapter says that it was surely not"
                if call == "hide":
                    assert school.asked("hide", native_id) <= 1, f"{name} asked again by itself"


@pytest.mark.parametrize("base", ["https://127.0.0.1:{port}", "http://moderator.invalid:{port}"], ids=["TLS", "DNS"])
@pytest.mark.parametrize("name", PLATFORMS)
def test_where_no_connection_is_made_nothing_is_done(school: FaultySchool, name: str, base: str) -> None:
    """A server that speaks no TLS, and a name that nobody knows: whatever was asked is not done."""
    _, native_id = the_call(school, name, "hide")
    comment = an_action(ActionKind.HIDE, comment_of(school, name, native_id))
    adapter = connect(name, school.sandbox, base.format(port=school.proxies[name].port), school.database, WAITS_S, {})
    (came,) = adapter.apply([comment], NOON)
    assert isinstance(came, Unavailable)
    # A broken handshake is not told from a connection that broke later: it is read back, and asked again.
    assert not came.maybe_done or base.startswith("https")
    assert school.is_public(name, native_id)
