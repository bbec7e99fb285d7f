"""Reads the public sets of ../shared/data as rows for the toxicity model, and takes out every text it is measured with."""

from __future__ import annotations

import html
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from models.recipe import own_rows
from models.recipe.disguises import disguise
from models.recipe.own_rows import Row, read_lines, school_targets
from moderator.evaluation import public_sets as measured
from moderator.evaluation.public_sets import in_slice, table

_NONE = (None,) * 6
_CLEAN = (0.0,) * 6


def normal(text: str) -> str:
    """The letters and digits of a text, for finding the same text in two sets."""
    return re.sub(r"[\W_]+", "", html.unescape(text).lower())


def held_out(data: Path) -> frozenset[str]:
    """Every text of the sets we measure with, in normal form: what `evaluate --public` reads, and their other editions."""
    sets = measured.read_public(data)
    texts = [*sets.jigsaw.texts, *(case.text for case in sets.hatecheck)]
    texts += [row.text for rows in (sets.madlibs, sets.nonfuzzed) for row in rows]
    texts += [text for twin in sets.noisyhate for text in (twin.clean, twin.disguised)]
    for name, column in (
        ("hatecheck/hatecheck_all_cases.csv", "test_case"),
        ("noisyhate/clean.csv", "clean"),
        ("noisyhate/pert_mturk_1.csv", "clean"),
        ("noisyhate/pert_mturk_1.csv", "perturbed"),
        ("unintended_bias/toxicity_fuzzed_testset.csv", "comment"),
    ):
        texts += [row[column] for row in table(data / name, column)]
    texts += [row["text"] for row in read_lines(data.parent / "eval/dev/comments.jsonl")]
    return frozenset(normal(text) for text in texts)


@cache
def rude_words(data: Path) -> frozenset[str]:
    """Words that readers mark as toxic more often than not: what people disguise (SemEval 2021 task 5, training part)."""
    marked: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for row in table(data / "toxic_spans/tsd_train.csv"):
        places = frozenset(json.loads(row["spans"]))
        for found in re.finditer(r"[A-Za-z]{3,}", row["text"]):
            seen[found[0].lower()] += 1
            marked[found[0].lower()] += found.start() in places
    return frozenset(word for word, times in marked.items() if times >= 2 and times > 0.5 * seen[word])


def epoch_of_rows(data: Path, held: frozenset[str], rng: random.Random) -> list[Row]:
    """What one epoch of the teacher reads: `as_written`, nearly half of it disguised."""
    rows, rude = as_written(data, held, rng), rude_words(data)
    return [Row(disguise(row.text, rng, rude), row.targets, row.weight) if rng.random() < 0.45 else row for row in rows]


def epoch_with_invented(data: Path, held: frozenset[str], rng: random.Random) -> list[Row]:
    """What one epoch of the model that is shipped reads: the same, and persons with invented names, spelt as they are. None of
    those is a name that fairness is measured with."""
    never = frozenset(name.lower() for names in measured.names_by_origin(data).values() for name in names)
    found = own_rows.invented(data, rude_words(data), never, rng)
    return [*epoch_of_rows(data, held, rng), *(row for row in found if normal(row.text) not in held)]


def as_written(data: Path, held: frozenset[str], rng: random.Random) -> list[Row]:
    """The thin and the good sets whole and a sample of the others, less every text that is `held`."""
    rows: list[Row] = []
    for of_set, most in (
        (_jigsaw(data, rng), None), (_jigsaw_ak(data), None), (_wiki_context(data), 4_000), (_toxic_spans(data), 9_000),
        (_paradetox(data), 9_000), (_edos(data), 7_000), (_hatemoji(data), None), (_convabuse(data), 2_000),
        (_davidson(data), 5_000), (own_rows.comments(), None), (own_rows.identities(rng), None),
        (own_rows.named(data, rude_words(data), rng), None),
    ):  # fmt: skip
        found = [row for row in of_set if row.text.strip() and normal(row.text) not in held]
        rows += found if most is None or len(found) <= most else rng.sample(found, most)
    return rows


def _jigsaw(data: Path, rng: random.Random) -> Iterator[Row]:
    for row in table(data / measured.JIGSAW):
        if in_slice(row["id"]):
            continue
        targets = tuple(float(row[name]) for name in measured.JIGSAW_LABELS.values())
        yield Row(row["comment_text"], targets)
        # Two thirds of the set are in lower case without signs; the rest is shown in both forms.
        if row["text_form"] == "raw":
            yield Row(re.sub(r"\s+", " ", re.sub(r"[^a-z ]+", " ", row["comment_text"].lower())), targets)
        elif any(targets[1:2] + targets[3:4] + targets[5:6]):
            yield Row(disguise(row["comment_text"], rng), targets)


def _jigsaw_ak(data: Path) -> Iterator[Row]:
    for row in table(data / "jigsaw_ak/toxic_comments.csv"):
        toxic = float(row["toxic"])
        yield Row(row["text"], (toxic, *_NONE[1:]) if toxic else _CLEAN)


def _wiki_context(data: Path) -> Iterator[Row]:
    for name in ("gn", "gc"):
        for row in table(data / f"wiki_context_toxicity/cat_large_{name}.csv"):
            yield Row(row["text"], (1.0, *_NONE[1:]) if row["label"].startswith("1") else _CLEAN)


def _toxic_spans(data: Path) -> Iterator[Row]:
    for row in table(data / "toxic_spans/comment_type_fractions_derived.csv"):
        said = {name: float(row[name]) for name in ("not_toxic", "obscene", "threat", "insult", "identity_hate")}
        yield Row(
            row["comment_text"],
            (1.0 - said["not_toxic"], None, said["obscene"], said["threat"], said["insult"], said["identity_hate"]),
            0.5,
        )


def _paradetox(data: Path) -> Iterator[Row]:
    for row in table(data / "paradetox/paradetox.tsv", delimiter="\t"):
        yield Row(row["toxic"], (1.0, *_NONE[1:]), 0.6)
        yield Row(row["neutral1"], (0.0, 0.0, 0.0, *_NONE[3:]), 0.6)


def _edos(data: Path) -> Iterator[Row]:
    for row in table(data / "edos/edos_labelled_aggregated.csv"):
        if row["split"] != "train":
            continue
        threat = 1.0 if row["label_category"].startswith("1.") else None
        if row["label_sexist"] == "sexist":
            yield Row(row["text"], (1.0, None, None, threat, None, 1.0))
        else:
            yield Row(row["text"], (None, None, None, None, None, 0.0), 0.4)


def _hatemoji(data: Path) -> Iterator[Row]:
    for split in ("train", "validation"):
        for row in table(data / f"hatemoji/hatemojibuild_{split}.csv"):
            threat = 1.0 if row["type"] == "threateninglanguage" else None
            if row["label_gold"] == "1":
                yield Row(row["text"], (1.0, None, None, threat, None, 1.0))
            else:
                yield Row(row["text"], (None, None, None, None, None, 0.0))


def _convabuse(data: Path) -> Iterator[Row]:
    for split in ("train", "valid"):
        for row in table(data / f"convabuse/convabuse_{split}.csv"):
            said = {
                grade: sum(row.get(f"Annotator{who}_is_abuse.{grade}") == "1" for who in range(1, 9))
                for grade in (1, 0, -1, -2, -3)
            }
            good, bad = said[1], said[-1] + said[-2] + said[-3]
            if bad > good + said[0]:
                yield Row(row["user"], (1.0, *_NONE[1:]))
            elif good > bad + said[0]:
                yield Row(row["user"], _CLEAN)


def _davidson(data: Path) -> Iterator[Row]:
    for row in table(data / "davidson/davidson_labeled_data.csv"):
        text = re.sub(r"^(RT )?@\w+:?\s*", "", html.unescape(row["tweet"]).lstrip('!" '))
        if row["class"] == "0":
            yield Row(text, (1.0, None, None, None, None, 1.0))
        elif row["class"] == "2":
            yield Row(text, (0.0, 0.0, None, 0.0, 0.0, 0.0), 0.6)
        elif len(text) % 6 == 0:  # "Offensive" is keyword-sampled and biased against dialect: a little of it only.
            yield Row(text, (0.8, None, 1.0, 0.0, None, 0.2), 0.4)


def validation(data: Path, held: frozenset[str]) -> list[Row]:
    """What scores are calibrated on: comments under schools' posts and the test part of HatemojiBuild, neither trained on
    nor measured with."""
    rows = [
        Row(row["text"], _hate(row["label_gold"] == "1")) for row in table(data / "hatemoji/hatemojibuild_test.csv")
    ]
    for path in sorted(data.glob("school-*/comments.jsonl")):
        rows += [Row(one["text"], school_targets(frozenset(one["labels"]))) for one in read_lines(path)]
    return [row for row in rows if normal(row.text) not in held]


def _hate(is_hate: bool) -> tuple[float | None, ...]:
    return (1.0 if is_hate else None, None, None, None, None, float(is_hate))
