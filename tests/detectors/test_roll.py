from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderator.detectors.roll import GuardedNames, Roll
from moderator.domain import DISPLAY_NAME, Author, Context, Finding, Pupil, School
from tests.detectors.school import ROLL, SCHOOL, comment

GUARDED = GuardedNames(ROLL, SCHOOL)


def find(text: str) -> list[Finding]:
    return GUARDED.examine(comment(text), Context())


def test_a_roll_shows_how_many_and_never_who() -> None:
    shown = f"{ROLL!r} {ROLL} {[ROLL]}"
    assert f"{len(ROLL.pupils)} pupils" in shown
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


def test_a_word_that_is_one_pupils_first_name_and_anothers_last_names_nobody_in_full_by_standing_twice() -> None:
    guarded = GuardedNames(Roll([Pupil("Ho Yin", "Lam"), Pupil("Heidi", "Ho")]), School("s", "S"))
    assert all(one.score < 0.5 for one in guarded.examine(comment("Ho ho ho ho, here he comes"), Context()))


FOUR = (Pupil("Jude", "Vale", "Jay"), Pupil("Jude", "Brook"), Pupil("Ottoline", "Vale"), Pupil("Grace", "Orme"))


@pytest.mark.parametrize(
    ("text", "references", "why"),
    [
        ("so proud of Jude Vale", ["r0"], "a full name that one pupil bears"),
        ("so proud of J u d e  V a l e", ["r0"], "the same, spaced out"),
        ("well done Jay", ["r0"], "known as"),
        ("well done Jude M. Brook", ["r1"], "two of that first name, told apart by what follows a middle one"),
        ("well done Orme, Grace", ["r3"], "last name first"),
        ("well done Ottolin", ["r2"], "one slip away from one name"),
        ("well done 0tt0line!!", ["r2"], "disguised"),
        ("well done Jude", [""], "two of that name"),
        ("go Jude, go Ottoline, go Jude Brook", ["", "r2", "r1"], "each hit for itself"),
        ("the Vale family", [""], "a last name, which a brother or a mother bears too"),
        ("there but for the grace of God", [""], "a word that is also a name"),
    ],
)
def test_a_finding_refers_to_a_pupil_where_it_can_be_only_one(text: str, references: list[str], why: str) -> None:
    guarded = GuardedNames(Roll(FOUR, ("r0", "r1", "r2", "r3")), School("s", "S"))
    assert [one.reference for one in guarded.examine(comment(text), Context())] == references, why


def test_two_rows_that_say_the_same_are_two_pupils() -> None:
    guarded = GuardedNames(Roll([FOUR[0], FOUR[0]], ("r0", "r0")), School("s", "S"))
    assert [one.reference for one in guarded.examine(comment("so proud of Jude Vale"), Context())] == [""]


def test_a_slip_that_two_names_are_near_to_refers_to_neither() -> None:
    guarded = GuardedNames(Roll([Pupil("Marion"), Pupil("Marian")], ("r0", "r1")), School("s", "S"))
    assert [one.reference for one in guarded.examine(comment("well done Marien"), Context())] == [""]


def test_a_reference_shows_in_no_repr_and_makes_no_finding_another() -> None:
    (found,) = GuardedNames(Roll(FOUR[2:3], ("c0ffee",)), School("s", "S")).examine(comment("go Ottoline"), Context())
    assert found.reference == "c0ffee"
    assert "c0ffee" not in repr(found)
    assert found == replace(found, reference="")


def test_the_author_who_is_called_after_a_child_is_not_counted_as_naming_them() -> None:
    guarded = GuardedNames(Roll(FOUR[2:3], ("r2",)), School("s", "S"))
    nan = replace(comment("so proud of my girl"), author=Author("u1", "@nan", "Ottoline's Nana"))
    assert [(one.field, one.reference) for one in guarded.examine(nan, Context())] == [(DISPLAY_NAME, "")]


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


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("Praise where it is due", False),
        ("Joy to hear. Goodness me, that descant", False),
        ("it is a miracle nobody slipped", False),
        ("Well done Praise, what a goal", True),
        ("Miracle was the narrator and she shone", True),
        ("our goodness in the front row", True),
    ],
)
def test_praise_and_goodness_are_words_until_the_sentence_makes_names_of_them(text: str, is_meant: bool) -> None:
    roll = Roll([Pupil("Praise", "Vale"), Pupil("Goodness", "Rook"), Pupil("Miracle", "Ferriby")])
    found = GuardedNames(roll, School("s", "S")).examine(comment(text), Context())
    assert any(one.score >= 0.5 for one in found) is is_meant
