"""Who may decide on what, and who may find a decision wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.domain import Ruling
from moderator.platforms.memory import Memory
from moderator.review import NotAllowed, NothingToOverturn, decide_as
from moderator.store import audit
from tests.conftest import MINUTE, NOON
from tests.journeys.conftest import Journey
from tests.journeys.followups import HEAD, INSULT, PEOPLE, TEACHER, THREAT, ban, overturn, strikes


def test_an_urgent_case_is_refused_to_all_but_the_head_and_says_who_may(journey: Journey, youtube: Memory) -> None:
    youtube.receives(THREAT, native_id="c1")
    journey.round(NOON)
    answer = journey.person_would_decide("c1", Ruling.HIDE, NOON)
    with pytest.raises(NotAllowed, match="only Mrs Ravenscroft may"), journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, TEACHER, answer)
    with pytest.raises(NotAllowed):
        ban(journey, "c1", NOON, None, by=TEACHER)
    with pytest.raises(NotAllowed):
        overturn(journey, "c1", "", NOON, TEACHER)
    with journey.house.database.transaction() as tx:
        assert decide_as(tx, PEOPLE, HEAD, answer).decided_by == "Mrs Ravenscroft"
    with pytest.raises(NotAllowed), journey.house.database.transaction() as tx:
        decide_as(tx, PEOPLE, TEACHER, replace(answer, ruling=Ruling.ALLOW))


def test_an_overturned_decision_is_released_and_marked(journey: Journey, youtube: Memory) -> None:
    youtube.receives(INSULT, native_id="c1")
    journey.round(NOON)
    overturn(journey, "c1", "a quotation", NOON + MINUTE)
    journey.act(NOON + MINUTE)
    assert youtube.hidden == []
    assert strikes(journey, "@pat", NOON + MINUTE) == 0
    comment = journey.comment("c1")
    with journey.house.database.reading() as tx:
        told = [each for each in audit.trail(tx, comment.id) if each.event == "overturned"]
        assert [(each.actor, each.facts) for each in told] == [
            ("Mrs Ravenscroft", {"number": 1, "was": "hide", "now": "allow", "by": "policy"})
        ]


def test_what_still_waits_for_a_person_cannot_be_overturned(journey: Journey, youtube: Memory) -> None:
    youtube.receives("", native_id="c1")
    journey.round(NOON)
    assert journey.ruling("c1") is Ruling.QUEUE
    with pytest.raises(NothingToOverturn, match="moderator decide"):
        overturn(journey, "c1", "", NOON)
