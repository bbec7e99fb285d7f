from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.detectors.roll import GuardedNames, Roll
from moderator.domain import Context, Finding, Pupil, School
from tests.detectors.school import ROLL, SCHOOL, comment

GUARDED = GuardedNames(ROLL, SCHOOL)


def find(text: str) -> list[Finding]:
    return GUARDED.examine(comment(text), Context())


def test_a_roll_shows_how_many_and_never_who() -> None:
    shown = f"{ROLL!r} {ROLL} {[ROLL]}"
    assert "12 pupils" in shown
    assert not any(pupil.first_name in shown or pupil.last_name in shown for pupil in ROLL.pupils)


def test_a_note_says_what_kind_of_name_it_was_and_not_whose() -> None:
    (found,) = find("Zosia was magic")
    assert found.note == "name from the roll: known as"


def test_each_name_is_one_finding_with_its_own_words() -> None:
    found = find("Tobias Wrenfield and Ottilie sang, then Ottilie danced")
    assert [one.phrase for one in found] == ["Tobias Wrenfield", "Ottilie", "Ottilie"]


def test_two_names_with_a_comma_between_are_no_full_name() -> None:
    roll = Roll([Pupil("Jude", "Rory"), Pupil("Rory", "Vale")])
    found = GuardedNames(roll, School("s", "S")).examine(comment("jude, rory both fab"), Context())
    assert [one.phrase for one in found] == ["jude", "rory"]


def test_pupils_without_a_last_name_and_empty_rows_do_no_harm() -> None:
    roll = Roll([Pupil("Jude"), Pupil(""), Pupil("", "Vale"), Pupil("👑")])
    found = GuardedNames(roll, School("s", "S")).examine(comment("jude and 👑 and all"), Context())
    assert [one.phrase for one in found] == ["jude"]


def test_an_empty_roll_finds_nothing() -> None:
    assert GuardedNames(Roll(), SCHOOL).examine(comment("Tobias"), Context()) == []


def test_names_in_other_scripts_are_found_as_they_are_written() -> None:
    roll = Roll([Pupil("小雨"), Pupil("ليان", "خان")])
    guarded = GuardedNames(roll, School("s", "S"))
    assert [one.phrase for one in guarded.examine(comment("ليان خان ❤️"), Context())] == ["ليان خان"]
    assert [one.phrase for one in guarded.examine(comment("小雨 👏"), Context())] == ["小雨"]


@given(st.text(st.characters(exclude_categories=()), max_size=60), st.sampled_from(["Tobias", "ottilie", "ZOSIA"]))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_around_a_name_nothing_breaks_and_spans_fit(noise: str, name: str) -> None:
    text = f"{noise} {name} {noise}"
    for found in find(text):
        assert found.span is not None
        start, end = found.span
        assert 0 <= start < end <= len(text)
        assert found.phrase == text[start:end]
