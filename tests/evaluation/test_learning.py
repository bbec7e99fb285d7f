"""What the toxicity model learns from: nothing of what it is measured with, and names from everywhere, kindly and unkindly."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from models.recipe import names, own_rows
from models.recipe.public_sets import as_written, held_out, normal, rude_words
from moderator.evaluation.public_figures import SENTENCES
from moderator.evaluation.public_sets import names_by_origin, read_public


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


@pytest.mark.parametrize("frames", ["name_frames", "frames_children", "frames_benign"])
def test_the_sentences_about_persons_are_not_those_that_fairness_is_measured_with(frames: str) -> None:
    lines = own_rows.read_lines(own_rows.OWN_TEXT / f"{frames}.jsonl")
    ours = {normal(re.sub(r"{[^}]*}", "", line["text"])) for line in lines}
    assert not ours & {normal(sentence.replace("{name}", "")) for sentence in SENTENCES}


def test_names_stand_in_kind_and_in_unkind_sentences(named: list[own_rows.Row]) -> None:
    unkind = [row for row in named if row.targets[0]]
    assert len(unkind) > 800
    assert len(named) - len(unkind) > 3_000
    assert len({row.text for row in named}) > 0.8 * len(named)


def test_invented_names_are_new_and_many_of_them_nearly_rude(data: Path) -> None:
    rude, rng = rude_words(data), random.Random(5)
    measured = frozenset(name.lower() for held in names_by_origin(data).values() for name in held)
    invented = [names.invented(data, rude, measured, rng) for _ in range(2_000)]
    assert len(set(invented)) > 1_500
    assert not {name.lower() for name in invented} & {*names.RUDE, *rude, *measured}
    assert sum(bool(re.search(r"(?i)shit|dick|porn|fuk|bich", name)) for name in invented) > 60


def test_a_sentence_with_an_invented_name_is_believed_whatever_a_teacher_says(data: Path) -> None:
    rows = list(own_rows.invented(data, rude_words(data), frozenset(), random.Random(5)))
    assert all(row.sure for row in rows)
    kind, unkind = ([row for row in rows if row.targets[0] == said] for said in (0.0, 1.0))
    assert len(kind) > 3_000
    assert len(unkind) > 500
    assert any(word in row.text.lower().split() for row in unkind for word in names.RUDE)
