from __future__ import annotations

from moderator.domain import Person
from moderator.policy.authority import People, Role
from tests.settings.conftest import Folder

NAMED = """
[people]
head = "Mrs Ravenscroft"
safeguarding_lead = "Mr Achebe"
others = ["Ms Okafor", "Mr Achebe"]
"""


def test_nobody_is_named_at_first_and_everybody_counts_as_the_head(folder: Folder) -> None:
    assert folder.read().people == People()


def test_people_are_read_with_their_role_and_keep_the_one_that_may_do_more(folder: Folder) -> None:
    folder.change("[people]", NAMED)
    people = folder.read().people
    assert people.role_of(Person("Mrs Ravenscroft")) is Role.HEAD
    assert people.role_of(Person("Mr Achebe")) is Role.SAFEGUARDING_LEAD
    assert people.role_of(Person("Ms Okafor")) is people.role_of(Person("a stranger")) is Role.OTHER


def test_a_role_that_does_not_exist_is_refused_with_the_nearest(folder: Folder) -> None:
    folder.change("[people]", '[people]\nhaed = "Mrs Ravenscroft"')
    (fault,) = folder.faults()
    assert "did you mean head" in fault
