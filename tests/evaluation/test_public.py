"""The public sets, in little: each figure worked out by hand for a reader that knows one word."""

from __future__ import annotations

from pathlib import Path

import pytest

from moderator.detectors.toxicity import LABELS
from moderator.errors import ConfigError
from moderator.evaluation.public_figures import SENTENCES, Limits, PublicFigures, compare, measure
from moderator.evaluation.public_sets import COMMONEST, HATECHECK, NONFUZZED, names_by_origin, read_public
from tests.evaluation.made import OneWord, write_public

LIMITS = Limits(toxicity=0.5, hate=0.5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_public(tmp_path_factory.mktemp("public"))


@pytest.fixture(scope="module")
def measured(folder: Path) -> PublicFigures:
    return measure(OneWord("idiot"), read_public(folder), LIMITS, threads=2)


def test_only_the_slice_of_the_six_labels_is_measured_with(measured: PublicFigures) -> None:
    assert measured.jigsaw.texts == 6
    assert set(measured.jigsaw.auc.values()) == {1.0}
    assert measured.jigsaw.mean == 1.0


def test_hate_is_counted_by_function_by_group_and_in_disguised_spelling(measured: PublicFigures) -> None:
    hate = measured.hatecheck
    assert hate.accuracy == 0.75
    assert {name: row.share for name, row in hate.by_functionality.items()} == {
        "derog_h": 1.0,
        "spell_leet_h": 0.0,
        "spell_space_add_h": 1.0,
        "ident_neutral_nh": 1.0,
    }
    assert hate.by_target["women"].share == pytest.approx(2 / 3)
    assert hate.spelling_recall == 0.5


def test_what_a_disguise_costs_is_the_recall_that_it_loses(measured: PublicFigures) -> None:
    twins = measured.noisyhate
    assert (twins.pairs, twins.clean_recall, twins.disguised_recall, twins.lost) == (4, 1.0, 0.75, 0.25)


def test_a_term_is_a_whole_word_and_has_three_areas(measured: PublicFigures) -> None:
    assert set(measured.madlibs) == {"old", "welsh"}
    old = measured.madlibs["old"]
    assert old.texts == 2  # "older" is another word.
    assert (old.subgroup, old.bpsn, old.bnsp) == (1.0, 1.0, 1.0)


def test_a_reader_that_takes_a_term_for_an_insult_shows_in_its_areas(folder: Path) -> None:
    unfair = measure(OneWord("old"), read_public(folder), LIMITS).madlibs
    # Scores: hug welsh .1, hug old .9, idiot welsh .1, idiot old .9, older … .9
    assert unfair["old"].subgroup == 0.5
    assert unfair["old"].bpsn == 0.0
    assert unfair["old"].bnsp == pytest.approx(0.75)


def test_names_come_once_and_the_commonest_fill_up(folder: Path) -> None:
    names = names_by_origin(folder)
    every = [name.casefold() for held in names.values() for name in held]
    assert len(every) == len(set(every)) > 2_000
    assert names[COMMONEST] == ("Robin", "Ava", "Tobias")
    assert len(names) > 15
    assert all(len(held) >= 100 for origin, held in names.items() if origin != COMMONEST)


def test_a_reader_that_dislikes_a_name_shows_in_the_gap_between_origins(folder: Path, measured: PublicFigures) -> None:
    assert measured.names.gap == 0.0
    sets = read_public(folder)
    unfair = measure(OneWord("nishit"), sets, LIMITS).names
    worst = "indian_and_sri_lankan"
    assert unfair.by_origin[worst].texts == len(sets.names[worst]) * len(SENTENCES)
    assert unfair.gap == unfair.by_origin[worst].share == pytest.approx(1 / len(sets.names[worst]))


def test_two_readers_are_compared_label_by_label(folder: Path, measured: PublicFigures) -> None:
    sets = read_public(folder)
    compared = compare(measured.jigsaw, OneWord("friend"), sets.jigsaw)
    assert compared.by_label["threat"] == 1.0
    assert (compared.widest, compared.mean) == (1.0, 1.0)
    alike = compare(measured.jigsaw, OneWord("idiot"), sets.jigsaw)
    assert (alike.widest, alike.mean) == (0.0, 0.0)


def test_a_reader_of_other_labels_is_refused(folder: Path) -> None:
    class Other(OneWord):
        labels = LABELS[:1]

    with pytest.raises(ConfigError, match="does not score identity_attack"):
        measure(Other("idiot"), read_public(folder), LIMITS)


def test_every_missing_file_and_column_is_told_at_once(tmp_path: Path) -> None:
    folder = write_public(tmp_path / "public")
    (folder / NONFUZZED).write_text("comment,nasty\nhello,False\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no column toxic"):
        read_public(folder)
    (folder / NONFUZZED).unlink()
    (folder / HATECHECK).unlink()
    with pytest.raises(ConfigError, match=f"{HATECHECK}, {NONFUZZED} not found"):
        read_public(folder)
