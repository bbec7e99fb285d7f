"""Reads the public sets of ../shared/data as rows for the toxicity model, and takes out every text it is measured with.

A row: the text, six numbers 0.0-1.0 in the order of `LABELS` (None where the set does not say), and how often it counts.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.recipe.disguises import disguise
from models.recipe.names import GROUPS

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
_JIGSAW = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
_NONE = (None,) * 6
_CLEAN = (0.0,) * 6
OWN_TEXT = Path(__file__).parent / "text"
_SLICE = 15


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    targets: tuple[float | None, ...]
    weight: float = 1.0


def is_measured_with(jigsaw_id: str) -> bool:
    """Whether a row of jigsaw_merged belongs to the slice that is never trained on."""
    return int(hashlib.md5(jigsaw_id.encode(), usedforsecurity=False).hexdigest(), 16) % 100 < _SLICE


def normal(text: str) -> str:
    """The letters and digits of a text, for finding the same text in two sets."""
    return re.sub(r"[\W_]+", "", html.unescape(text).lower())


def table(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {key: value or "" for key, value in row.items() if key is not None}
            for row in csv.DictReader(lines, delimiter=delimiter)
        ]


def held_out(data: Path) -> frozenset[str]:
    """Every text of the sets we measure with, in normal form."""
    texts: list[str] = []
    for name, column in (
        ("hatecheck/hatecheck_all_cases.csv", "test_case"),
        ("noisyhate/noisyhate_test_with_perturbations.csv", "perturbed_version"),
        ("noisyhate/noisyhate_test_with_perturbations.csv", "clean_version"),
        ("noisyhate/clean.csv", "clean"),
        ("noisyhate/pert_mturk_1.csv", "clean"),
        ("noisyhate/pert_mturk_1.csv", "perturbed"),
        ("unintended_bias/bias_madlibs_77k.csv", "Text"),
        ("unintended_bias/toxicity_nonfuzzed_testset.csv", "comment"),
        ("unintended_bias/toxicity_fuzzed_testset.csv", "comment"),
    ):
        texts += [row[column] for row in table(data / name) if column in row]
    texts += [
        row["comment_text"]
        for row in table(data / "jigsaw_merged/jigsaw_sixlabel_merged.csv")
        if is_measured_with(row["id"])
    ]
    texts += [
        json.loads(line)["text"]
        for line in (data.parent / "eval/dev/comments.jsonl").read_text("utf-8").splitlines()
        if line
    ]
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
    """What one epoch reads: the thin and the good sets whole, a sample of the others, some of it disguised."""
    rows: list[Row] = []
    for of_set, most in (
        (_jigsaw(data, rng), None), (_jigsaw_ak(data), None), (_wiki_context(data), 4_000), (_toxic_spans(data), 9_000),
        (_paradetox(data), 9_000), (_edos(data), 7_000), (_hatemoji(data), None), (_convabuse(data), 2_000),
        (_davidson(data), 5_000), (_own(), None), (_identities(rng), None),
    ):  # fmt: skip
        found = [row for row in of_set if row.text.strip() and normal(row.text) not in held]
        rows += found if most is None or len(found) <= most else rng.sample(found, most)
    rude = rude_words(data)
    return [Row(disguise(row.text, rng, rude), row.targets, row.weight) if rng.random() < 0.45 else row for row in rows]


def _jigsaw(data: Path, rng: random.Random) -> Iterator[Row]:
    for row in table(data / "jigsaw_merged/jigsaw_sixlabel_merged.csv"):
        if is_measured_with(row["id"]):
            continue
        targets = tuple(float(row[name]) for name in _JIGSAW)
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
    for row in table(data / "paradetox/paradetox.tsv", "\t"):
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


def _own() -> Iterator[Row]:
    for path in sorted(OWN_TEXT.glob("contrast_*.jsonl")):
        for one in _lines(path):
            yield Row(one["text"], _six(frozenset(one["labels"])), 1.5)
    for path in sorted(
        [*OWN_TEXT.glob("harm.jsonl"), *OWN_TEXT.glob("rarer.jsonl"), *OWN_TEXT.glob("school_*/comments.jsonl")]
    ):
        for one in _lines(path):
            yield Row(one["text"], school_targets(frozenset(one["labels"])))
    for one in _lines(OWN_TEXT / "frames_benign.jsonl"):
        if "{" not in one["text"]:
            yield Row(one["text"], school_targets(frozenset(one["labels"])))


def _identities(rng: random.Random) -> Iterator[Row]:
    """Our own frames about groups of people, each with other groups every epoch: the mention of a group is no attack."""
    for frame in _lines(OWN_TEXT / "identity_frames.jsonl"):
        for groups, person, adjective in rng.sample(GROUPS, 5):
            text = frame["text"].replace("{groups}", groups).replace("{person}", person).replace("{adj}", adjective)
            text = text.lower() if rng.random() < 0.2 else text[:1].upper() + text[1:]
            yield Row(text, _six(frozenset(frame["labels"])), 0.7)


def validation(data: Path, held: frozenset[str]) -> list[Row]:
    """What scores are calibrated on: comments under schools' posts and the test part of HatemojiBuild, neither trained on
    nor measured with."""
    rows = [
        Row(row["text"], _hate(row["label_gold"] == "1")) for row in table(data / "hatemoji/hatemojibuild_test.csv")
    ]
    for path in sorted(data.glob("school-*/comments.jsonl")):
        rows += [Row(one["text"], school_targets(frozenset(one["labels"]))) for one in _lines(path)]
    return [row for row in rows if normal(row.text) not in held]


def _hate(is_hate: bool) -> tuple[float | None, ...]:
    return (1.0 if is_hate else None, None, None, None, None, float(is_hate))


def _six(labels: frozenset[str]) -> tuple[float | None, ...]:
    severe = 0.0 if "toxicity" not in labels else None
    return tuple(severe if label == "severe_toxicity" else float(label in labels) for label in LABELS)


def school_targets(labels: frozenset[str]) -> tuple[float | None, ...]:
    """The school's labels in terms of the six; None where one does not follow from the other."""
    abusive = bool(labels & {"insult", "hate", "threat"})
    toxicity = 1.0 if abusive or "sexual" in labels else None if "profanity" in labels else 0.0
    obscene = 1.0 if labels & {"profanity", "sexual"} else None if abusive else 0.0
    hate = float("hate" in labels)
    insult = 1.0 if "insult" in labels else None if hate else 0.0
    return (toxicity, None if abusive else 0.0, obscene, float("threat" in labels), insult, hate)


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
