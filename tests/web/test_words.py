"""A comment's words as pages show them: harmless, underlined where it matters, masked where nobody asked."""

from __future__ import annotations

import pytest

from moderator.domain import DISPLAY_NAME, TEXT, Author, Finding, Label
from moderator.web.words import (
    LINES_AT_FIRST,
    SHOWN_AT_FIRST,
    SIGN,
    Kind,
    Piece,
    WordsView,
    called,
    name_of,
    plain,
    view_of,
)


def found(label: Label, phrase: str, text: str, score: float = 0.9, field: str = TEXT) -> Finding:
    at = text.index(phrase)
    return Finding(label, score, (at, at + len(phrase)), "words", "1", phrase, field)


def shown(view: WordsView) -> str:
    return "".join(piece.text for piece in view.pieces)


UNKIND = "Alfie Baker is an utter muppet, ring 07700 900123"
FINDINGS = (
    found(Label.CHILD_NAMED, "Alfie Baker", UNKIND, 0.2),
    found(Label.INSULT, "utter muppet", UNKIND),
    found(Label.CONTACT, "07700 900123", UNKIND),
)


def test_a_childs_name_a_number_and_an_insult_are_hidden_until_somebody_asks() -> None:
    view = view_of(UNKIND, FINDINGS)

    assert shown(view) == "●●● is an ●●●, ring ●●●"
    assert view.masked
    assert [piece.why for piece in view.pieces if piece.kind is Kind.MASK] == [
        "a child’s name",
        "an insult",
        "contact details",
    ]


def test_what_was_hidden_is_shown_and_marked_once_somebody_asked() -> None:
    view = view_of(UNKIND, FINDINGS, revealed=True)

    assert shown(view) == UNKIND
    assert not view.masked
    assert [piece.text for piece in view.pieces if piece.kind is Kind.SHOWN] == [
        "Alfie Baker",
        "utter muppet",
        "07700 900123",
    ]


def test_a_name_is_hidden_wherever_it_stands_again() -> None:
    text = "Go Alfie! ALFIE is the best, alfie's mum too. Not alfiexyz."

    assert shown(view_of(text, [found(Label.CHILD_NAMED, "Alfie", text)])) == (
        "Go ●●●! ●●● is the best, ●●●'s mum too. Not alfiexyz."
    )


def test_a_name_that_nobody_can_point_at_hides_every_word() -> None:
    nowhere = Finding(Label.CHILD_NAMED, 0.8, None, "reader", "1")

    assert shown(view_of("our little star again", [nowhere])) == "●●●"


def test_a_weak_guess_without_a_place_hides_nothing() -> None:
    nowhere = Finding(Label.CHILD_NAMED, 0.2, None, "reader", "1")

    assert shown(view_of("lovely day", [nowhere])) == "lovely day"


def test_mild_swearing_stays_readable() -> None:
    text = "bloody brilliant"

    assert shown(view_of(text, [found(Label.PROFANITY, "bloody", text, 0.3)])) == text


def test_what_the_decision_rests_on_is_underlined() -> None:
    text = "we will come and find you"
    threat = found(Label.THREAT, "come and find you", text)

    view = view_of(text, [threat], evidence=[threat])

    assert view.pieces == (
        Piece(Kind.PLAIN, "we will "),
        Piece(Kind.EVIDENCE, "come and find you", "a threat", True),
    )


def test_nothing_is_underlined_that_the_decision_does_not_rest_on() -> None:
    text = "we will come and find you"

    assert view_of(text, [found(Label.THREAT, "find", text)], evidence=[]).pieces == (Piece(Kind.PLAIN, text),)


HOSTILE = [
    ("abc\u202egnp.exe", "abc▯gnp.exe", "a reading direction turned round"),
    ("a\u2066\u2067\u2068b", "a▯b", "several signs stand as one"),
    ("zero\u200bwidth", "zero▯width", "a blank without width"),
    ("nul\x00bell\x07", "nul▯bell▯", "control characters"),
    ("half \ud83d alone", "half ▯ alone", "a lone half of a pair, which cannot be sent"),
    ("Z\u0351\u0352\u0353\u0354\u0355algo", "Z\u0351\u0352algo", "accents piled up"),
    ("Vie\u0302\u0323t", "Vie\u0302\u0323t", "two accents are a language"),
    ("👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", None, "a family and a flag"),
    ("a\u200db", "a▯b", "a joiner between letters joins nothing"),
    ("one\n\n\n\n\n\ntwo", "one\n\ntwo", "empty lines"),
]


@pytest.mark.parametrize(("text", "expected", "why"), HOSTILE, ids=[row[2] for row in HOSTILE])
def test_hostile_signs_are_made_harmless_and_visible(text: str, expected: str | None, why: str) -> None:
    assert shown(view_of(text)) == (text if expected is None else expected), why


def test_a_link_shows_where_it_leads_and_no_more() -> None:
    view = view_of("look https://evil.example/alfie-baker?x=1 and www.other.example/a now")

    assert shown(view) == "look evil.example/… and www.other.example/… now"
    assert [piece.kind for piece in view.pieces if "…" in piece.text] == [Kind.LINK, Kind.LINK]


def test_a_name_in_a_links_host_is_hidden_too() -> None:
    text = "see https://alfiebaker.example/x"

    assert shown(view_of(text, [found(Label.CHILD_NAMED, "alfiebaker", text)])) == "see ●●●/…"


def test_a_link_that_makes_no_sense_breaks_nothing() -> None:
    assert shown(view_of("http://[broken")) == "http://[broken"


def test_a_long_text_is_cut_at_a_word_and_can_be_shown_whole() -> None:
    text = "word " * 1000

    short, whole = view_of(text), view_of(text, whole=True)

    assert short.shortened
    assert len(shown(short)) <= SHOWN_AT_FIRST
    assert shown(short).endswith("word")
    assert shown(whole) == text
    assert not whole.shortened
    assert short.characters == whole.characters == 5000


def test_many_short_lines_are_cut_as_well() -> None:
    view = view_of("a\n" * 300)

    assert view.shortened
    assert shown(view).count("\n") <= LINES_AT_FIRST


def test_a_book_of_hostile_signs_is_shown_in_little_time_and_space() -> None:
    text = "\u202e\u0489Z\u0351" * 30_000

    assert len(shown(view_of(text))) <= 2 * SHOWN_AT_FIRST


def test_a_line_for_a_list_is_masked_and_cut() -> None:
    assert plain(UNKIND, FINDINGS, 20) == "●●● is an ●●●, ring…"


def test_an_authors_name_is_masked_where_it_is_a_childs() -> None:
    child = Finding(Label.CHILD_NAMED, 0.9, (0, 5), "roll", "1", "Alfie", DISPLAY_NAME)

    assert name_of("Alfie's mum", [child]) == "●●●'s mum"
    assert name_of("Pat\u202e Larkin") == f"Pat{SIGN} Larkin"


def test_a_name_found_in_the_display_name_masks_nothing_in_the_handle() -> None:
    found = [Finding(Label.CHILD_NAMED, 0.97, (0, 5), "names", "1", field=DISPLAY_NAME, phrase="Alfie")]

    assert called(Author("u1", "@the_bakers", "Alfie Baker"), found) == "@the_bakers"
    assert called(Author("u1", "", "Alfie Baker"), found) == "●●● Baker"
    assert called(Author("u1", "", ""), []) == "Somebody"
