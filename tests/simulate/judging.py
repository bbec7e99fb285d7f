"""How quickly a worker judges for several schools, beside the same reading with no database around it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from time import perf_counter

from moderator.benchmark.texts import Texts, load_texts
from moderator.build import build_reader, build_scorer
from moderator.detectors.ahead import ScoredAhead
from moderator.detectors.panel import build_detectors
from moderator.detectors.roll import Roll
from moderator.domain import Account, Case, Comment, Mode, comment_id
from moderator.logs import open_log
from moderator.pipeline import House
from moderator.platforms.base import Page
from moderator.policy.limits import DEFAULT
from moderator.store import comments, turns
from moderator.store.database import Database
from moderator.store.turns import Wanted, Work
from moderator.trust.crew import Crew, Terms
from moderator.trust.hands import JudgingHands
from tests.conftest import REPOSITORY
from tests.postgres import Server
from tests.simulate.street import BEGIN
from tests.simulate.worker import AUDIT_KEY, school_id

SCHOOLS = 8


@dataclass(frozen=True, slots=True)
class Speed:
    """Comments a second."""

    bare: float
    worker: float


def judging(server: Server, rounds: int) -> Speed:
    """Both in one process, in turns, so that what else the machine does slows both alike."""
    texts = load_texts()
    scorer = ScoredAhead(build_scorer("built-in", REPOSITORY))
    reader = build_reader("built-in")
    houses: dict[str, House] = {}
    taken = {"bare": 0.0, "worker": 0.0}
    with server.fresh() as url:
        store = Database.open(url, school_id="")
        for number in range(SCHOOLS):
            school = replace(texts.school, id=school_id(number))
            detectors = build_detectors(school, Roll(texts.pupils), scorer, reader)
            database = store.for_school(school.id, AUDIT_KEY)
            houses[school.id] = House(database, {}, detectors, DEFAULT, Mode.AUTO)
        with store.transaction() as tx:
            turns.enlist(tx, [Wanted(own, "a", Work.JUDGE, 3600) for own in houses], BEGIN - timedelta(hours=2))
        log, clock = open_log(StringIO()), lambda: BEGIN
        hands = JudgingHands(lambda own: (houses[own], scorer), log, clock)
        crew = Crew(store, {Work.JUDGE: hands}, "judge", Terms(per_school=1), log, clock, leaving=threading.Event())
        count = 0
        for number in range(rounds):
            came = receive(houses, texts, number)
            count += len(came)
            taken["bare"] += _timed(lambda came=came: alone(came))  # type: ignore[misc]
            taken["worker"] += _timed(lambda: drained(crew))
        store.close()
    return Speed(count / taken["bare"], count / taken["worker"])


def receive(houses: dict[str, House], texts: Texts, number: int) -> list[tuple[House, Case]]:
    """All texts, each school a part of them; returns what is to be judged."""
    cases = []
    for place, (own, house) in enumerate(houses.items()):
        account = Account("a", "instagram", f"@{own}", own, own)
        mine = [(_of(account, comment, number), context) for comment, context in texts.comments[place::SCHOOLS]]
        posts = {context.post.native_id: context.post for _, context in mine if context.post}
        told = [replace(c, post_native_id=x.post.native_id if x.post else "") for c, x in mine]
        with house.database.transaction() as tx:
            comments.receive(tx, account, "comments", Page(tuple(told), tuple(posts.values())), BEGIN)
        cases += [(house, case) for case in house.cases(BEGIN, "a", 10_000)]
    return cases


def _of(account: Account, comment: Comment, number: int) -> Comment:
    native_id = f"{number}-{comment.native_id}"
    return replace(comment, id=comment_id(account, native_id), account_id="a", native_id=native_id)


def alone(cases: list[tuple[House, Case]]) -> None:
    for house, case in cases:
        house.judge_one(case, BEGIN)


def drained(crew: Crew) -> None:
    """With two threads, as a worker has."""

    def drain() -> None:
        while crew.drain(Work.JUDGE):
            pass

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began
