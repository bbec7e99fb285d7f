"""What the toxicity model learns from: nothing of what it is measured with, and names from everywhere, kindly and unkindly."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.recipe import own_rows
from models.recipe.public_sets import as_written, held_out, normal, rude_words
from moderator.evaluation.public_figures import SENTENCES
from moderator.evaluation.public_sets import read_public

FRAMES = own_rows.OWN_TEXT / "name_frames.jsonl"


@pytest.fixture(scope="module")
def data(shared_dir: Path) -> Path:
    return shared_dir / "data"


@pytest.fixture(scope="module")
def named(data: Path) -> list[own_rows.Row]:
    return list(own_rows.named(data, rude_words(data), random.Random(3)))


def test_nothing_is_learnt_from_that_is_measured_with(data: Path) -> None:
    sets = read_public(data)
    learnt = {normal(row.text) for row in as_written(data, held_out(data), random.Random(1))}
    assert len(learnt) > 30_000
    for measured in (*sets.jigsaw.texts, *(case.text for case in sets.hatecheck), *(row.text for row in sets.madlibs)):
        assert normal(measured) not in learnt


def test_the_sentences_about_persons_are_not_those_that_fairness_is_measured_with() -> None:
    ours = {normal(frame["text"].replace("{name}", "")) for frame in own_rows.read_lines(FRAMES)}
    assert not ours & {normal(sentence.replace("{name}", "")) for sentence in SENTENCES}


def test_names_stand_in_kind_and_in_unkind_sentences(named: list[own_rows.Row]) -> None:
    unkind = [row for row in named if row.targets[0]]
    assert len(unkind) > 800
    assert len(named) - len(unkind) > 3_000
    assert len({row.text for row in named}) > 0.8 * len(named)
