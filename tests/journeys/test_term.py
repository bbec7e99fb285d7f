"""A term of thirteen weeks: three repeat offenders, bans that run out, two decisions overturned, a rule that goes live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from moderator.domain import ActionKind, Person, RuleState, Ruling
from moderator.platforms.memory import Memory
from moderator.policy.authority import People
from moderator.policy.limits import DEFAULT, Policy
from moderator.policy.strikes import counted
from moderator.policy.words import RuleTerms
from moderator.review import ban_as, overturn_as
from moderator.store import actions, authors, bans, decisions, followups, tasks
from tests.journeys.conftest import Journey

FIRST_DAY = datetime(2026, 9, 7, 11, 0, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
HEAD = Person("Mrs Ravenscroft")
INSULT, SWEARING = "shut up you stupid b1tch ms rowe", "what the fuck is this supposed to be"
CHILD, KIND = "Well done Tolliver Amberley, so proud of you!", "What a lovely display, thank you all."

WRITTEN: Mapping[int, tuple[tuple[str, str], ...]] = {
    # In each week, who wrote what.
    1: (("pat", INSULT), ("kit", KIND)),
    2: (("sam", INSULT), ("nan", CHILD)),
    3: (("pat", INSULT), ("kit", SWEARING)),
    4: (("sam", INSULT), ("pat", KIND)),
    5: (("pat", INSULT), ("kit", SWEARING), ("nan", KIND)),
    6: (("sam", INSULT), ("pat", KIND)),
    7: (("kit", SWEARING),),
    8: (("sam", INSULT), ("pat", KIND)),
    9: (("kit", SWEARING), ("sam", KIND)),
    10: (("pat", INSULT),),
    11: (("kit", SWEARING),),
    12: (("sam", KIND), ("pat", KIND), ("kit", KIND)),
    13: (("nan", KIND),),
}


def policy(swearing: RuleState) -> Policy:
    """The shipped policy; strikes count for eight weeks, and the rule against swearing is as given."""
    rules = {**DEFAULT.rules, "swearing": RuleTerms(swearing)}
    return replace(DEFAULT, strikes=replace(DEFAULT.strikes, count_for=8 * WEEK), rules=rules)


def week(number: int) -> datetime:
    return FIRST_DAY + (number - 1) * WEEK


@dataclass
class Term:
    """The house through the term, and the head who looks after it every day."""

    journey: Journey
    youtube: Memory

    def live_through(self, number: int) -> None:
        """One week: what is written, judged, confirmed by the head, and what follows day by day."""
        if number == 6:
            self.journey = replace(self.journey, house=replace(self.journey.house, policy=policy(RuleState.LIVE)))
        for author, text in WRITTEN[number]:
            self.youtube.receives(text, native_id=f"{author}-{number}", author=author, at=week(number))
        self.journey.round(week(number))
        self.look_through_the_queue(week(number))
        for day in range(7):
            now = week(number) + day * DAY
            self.journey.act(now)
            self.journey.follow_up(now)
            self.do_what_is_to_do_by_hand(now)
            self.journey.act(now)

    def look_through_the_queue(self, now: datetime) -> None:
        """Offences and children's names stay out of sight or go there now, the rest is put back."""
        with self.journey.house.database.reading() as tx:
            queued = [item.comment for item in decisions.queued(tx)]
        for comment in queued:
            ruling = Ruling.HIDE if comment.text in (INSULT, SWEARING, CHILD) else Ruling.ALLOW
            self.journey.person_decides(comment.native_id, ruling, now)

    def do_what_is_to_do_by_hand(self, now: datetime) -> None:
        with self.journey.house.database.reading() as tx:
            states = [state.task for state in actions.open_tasks(tx)]
        for task in states:
            author = task.comment.author.native_id
            if task.kind == "block":
                self.youtube.blocked.add(author)
            elif task.kind == "end_ban":
                self.youtube.blocked.discard(author)
            elif task.kind == "ask_family":
                with self.journey.house.database.transaction() as tx:
                    tasks.finish_task(tx, task.id, HEAD.name, now)
        self.journey.check_tasks(now)

    def overturn(self, native_id: str, number: int) -> None:
        comment, now = self.journey.comment(native_id), week(number) + DAY
        with self.journey.house.database.transaction() as tx:
            overturn_as(tx, People(), HEAD, comment, why="found wrong", mode=self.journey.house.mode, at=now)
        self.journey.act(now)

    def ban(self, native_id: str, means: bans.Means, weeks: int, number: int) -> None:
        comment, now = self.journey.comment(native_id), week(number) + DAY
        with self.journey.house.database.transaction() as tx:
            mode, until = self.journey.house.mode, now + weeks * WEEK
            ban_as(tx, People(), HEAD, comment, means, until=until, why="three times", mode=mode, at=now)
        self.journey.act(now)

    def decline(self, native_id: str, number: int) -> None:
        comment = self.journey.comment(native_id)
        with self.journey.house.database.transaction() as tx:
            tasks.finish_task(tx, f"{comment.id}:propose_ban", HEAD.name, week(number) + DAY)

    def standing(self, handle: str, now: datetime) -> dict[str, object]:
        """How an author stands, strikes by the week in which they were earned."""
        with self.journey.house.database.reading() as tx:
            (known,) = authors.find(tx, handle)
            standing = authors.standing_of(tx, known.key, now, self.journey.house.policy.strikes)
            steps = [(step.follows, step.strikes) for step in followups.steps_of(tx, [known.key])]
            ended = [(ban.means.value, ban.ended_by) for ban in bans.of_authors(tx, [known.key])]
        strikes = counted(standing, self.journey.house.policy, now)
        return {
            "wrote": standing.comments,
            "hidden": standing.hidden,
            "strikes": [(strike.at - FIRST_DAY) // WEEK + 1 for strike in strikes],
            "banned": len(standing.bans),
            "bans": ended,
            "steps": steps,
        }


def test_a_term_ends_in_exactly_the_expected_standings(journey: Journey, youtube: Memory) -> None:
    journey = replace(journey, house=replace(journey.house, policy=policy(RuleState.SHADOW)))
    term = Term(journey, youtube)
    for number in WRITTEN:
        term.live_through(number)
        if number == 3:
            youtube.edits("nan-2", "Well done, so proud of you!", at=week(number) + DAY)
        if number == 4:
            assert journey.ruling("pat-4") is Ruling.ALLOW, "it waited for a person, since its author was on hold"
            term.overturn("sam-4", number)
        if number == 5:
            assert journey.tasks() == ["propose_ban pat-5"]
            term.ban("pat-5", ActionKind.BLOCK, 2, number)
        if number == 6:
            assert youtube.blocked == {"u-pat"}
            assert term.standing("@pat", week(7))["banned"] == 1
        if number == 8:
            assert youtube.blocked == set(), "the ban ran out, and a person lifted the block"
            assert journey.tasks() == ["propose_ban sam-8"]
            term.ban("sam-8", ActionKind.MUTE, 3, number)
            assert youtube.muted == {"u-sam"}
        if number == 9:
            term.overturn("kit-9", number)
        if number == 10:
            assert journey.tasks() == ["propose_ban pat-10"], "the first strike is too old by now, three are left"
            term.decline("pat-10", number)

    end = week(14)
    assert term.standing("@pat", end) == {
        "wrote": 8,
        "hidden": 4,
        "strikes": [10],
        "banned": 0,
        "bans": [("block", "policy")],
        "steps": [("note", 1), ("hold", 2), ("propose_ban", 3), ("propose_ban", 3)],
    }
    assert term.standing("@sam", end) == {
        "wrote": 6,
        "hidden": 3,
        "strikes": [8],
        "banned": 0,
        "bans": [("mute", "policy")],
        "steps": [("note", 1), ("hold", 2), ("hold", 2), ("propose_ban", 3)],
    }
    assert term.standing("@kit", end) == {
        "wrote": 7,
        "hidden": 2,
        "strikes": [7, 11],
        "banned": 0,
        "bans": [],
        "steps": [("note", 1), ("hold", 2), ("hold", 2)],
    }
    assert term.standing("@nan", end) == {
        "wrote": 3,
        "hidden": 0,
        "strikes": [],
        "banned": 0,
        "bans": [],
        "steps": [],
    }
    assert youtube.blocked == youtube.muted == set()
    assert [native_id for native_id in youtube.hidden if native_id.startswith("kit")] == ["kit-7", "kit-11"]
    assert journey.tasks() == []
