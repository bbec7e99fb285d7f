from __future__ import annotations

import pytest

from moderator.domain import POLICY, Decision, Person, Ruling
from moderator.policy.authority import People, Role, is_urgent, may_close
from tests.conftest import NOON

HEAD, LEAD, TEACHER = Person("Mrs Ravenscroft"), Person("Mr Achebe"), Person("Ms Okafor")
PEOPLE = People(
    {HEAD.name: Role.HEAD, LEAD.name: Role.SAFEGUARDING_LEAD, TEACHER.name: Role.OTHER},
)


def decision(ruling: Ruling = Ruling.QUEUE, *, urgent: bool = False, by: str = POLICY) -> Decision:
    return Decision("youtube-1", 1, ruling, by, NOON, (), urgent=urgent)


@pytest.mark.parametrize(("who", "may"), [(HEAD, True), (LEAD, True), (TEACHER, False), (Person("root"), False)])
def test_an_urgent_case_is_closed_by_the_lead_or_the_head_only(who: Person, may: bool) -> None:
    assert may_close([decision(urgent=True)], PEOPLE.role_of(who)) is may
    assert may_close([decision()], PEOPLE.role_of(who))
    assert may_close([], PEOPLE.role_of(who))


def test_a_case_once_urgent_stays_so_through_edits_and_closing() -> None:
    history = [decision(urgent=True), decision(Ruling.HIDE, by=LEAD.name), decision()]
    assert is_urgent(history)
    assert not may_close(history, PEOPLE.role_of(TEACHER))


def test_a_name_is_known_however_it_is_typed() -> None:
    assert PEOPLE.role_of(Person("  mrs  RAVENSCROFT ")) is Role.HEAD


def test_where_nobody_is_named_everybody_counts_as_the_head() -> None:
    assert People().role_of(TEACHER) is Role.HEAD
    assert People().who_close_urgent() == []


def test_those_who_may_are_named_the_safeguarding_lead_first() -> None:
    assert PEOPLE.who_close_urgent() == ["Mr Achebe", "Mrs Ravenscroft"]
