"""Reads the public sets that a reader of toxicity is measured with, each from its own file below one folder.

jigsaw_merged/jigsaw_sixlabel_merged.csv        Wikipedia talk with six labels; the rows whose md5(id) % 100 < 15
hatecheck/hatecheck_cases.csv                   one case for each thing a reader of hate should manage
noisyhate/noisyhate_test_with_perturbations.csv toxic comments, each as written and as people disguise it
unintended_bias/bias_madlibs_77k.csv            templates with terms for groups of people, kind and unkind
unintended_bias/toxicity_nonfuzzed_testset.csv  Wikipedia talk, toxic or not
uk_baby_names/ew_babynames_totals_derived.csv   given names of England and Wales with their births
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from moderator.errors import ConfigError
from moderator.evaluation.labelled import evenly

JIGSAW = "jigsaw_merged/jigsaw_sixlabel_merged.csv"
HATECHECK = "hatecheck/hatecheck_cases.csv"
NOISYHATE = "noisyhate/noisyhate_test_with_perturbations.csv"
MADLIBS = "unintended_bias/bias_madlibs_77k.csv"
NONFUZZED = "unintended_bias/toxicity_nonfuzzed_testset.csv"
BABY_NAMES = "uk_baby_names/ew_babynames_totals_derived.csv"
FILES = (JIGSAW, HATECHECK, NOISYHATE, MADLIBS, NONFUZZED, BABY_NAMES)
JIGSAW_LABELS = {  # Detoxify's name of a label -> the column
    "toxicity": "toxic",
    "severe_toxicity": "severe_toxic",
    "obscene": "obscene",
    "threat": "threat",
    "insult": "insult",
    "identity_attack": "identity_hate",
}
SLICE_PERCENT = 15
COMMONEST = "england_and_wales"
_HOW_MANY_NAMES = 3_000
_NAMES = Path(__file__).with_name("names_by_origin.toml")
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True, slots=True)
class Jigsaw:
    texts: tuple[str, ...]
    truth: Mapping[str, tuple[bool, ...]]  # label -> one for each text


@dataclass(frozen=True, slots=True)
class HateCase:
    text: str
    functionality: str
    hateful: bool
    target: str  # the group meant; "" where none


@dataclass(frozen=True, slots=True)
class Twin:
    """A toxic comment as written, and disguised."""

    clean: str
    disguised: str


@dataclass(frozen=True, slots=True)
class Madlib:
    text: str
    toxic: bool
    template: str


@dataclass(frozen=True, slots=True)
class ToxicOrNot:
    text: str
    toxic: bool


@dataclass(frozen=True, slots=True)
class PublicSets:
    """All of them; `names` by origin."""

    jigsaw: Jigsaw
    hatecheck: tuple[HateCase, ...]
    noisyhate: tuple[Twin, ...]
    madlibs: tuple[Madlib, ...]
    terms: tuple[str, ...]  # for groups of people, as the madlibs use them
    nonfuzzed: tuple[ToxicOrNot, ...]
    names: Mapping[str, tuple[str, ...]]


def read_public(folder: Path, limit: int | None = None) -> PublicSets:
    """The sets below `folder`, at most `limit` rows of each, spread evenly. Raises ConfigError naming every missing file."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise ConfigError(f"{folder}: {', '.join(missing)} not found. --public wants the folder that holds them all.")
    madlibs = _madlibs(folder)
    return PublicSets(
        jigsaw_slice(folder, limit),
        evenly(_hatecheck(folder), limit),
        evenly(_noisyhate(folder), limit),
        evenly(madlibs, limit),
        _terms(madlibs),
        evenly(_nonfuzzed(folder), limit),
        _few(names_by_origin(folder), limit),
    )


def in_slice(row_id: str) -> bool:
    """Whether a row is one of those that nothing learns from."""
    return int(hashlib.md5(row_id.encode(), usedforsecurity=False).hexdigest(), 16) % 100 < SLICE_PERCENT


def jigsaw_slice(folder: Path, limit: int | None = None) -> Jigsaw:
    """The slice that is measured with. Raises ConfigError where the file or a column is missing."""
    rows = evenly([row for row in table(folder / JIGSAW, "id", "comment_text", "toxic") if in_slice(row["id"])], limit)
    truth = {label: tuple(row[column] == "1" for row in rows) for label, column in JIGSAW_LABELS.items()}
    return Jigsaw(tuple(row["comment_text"] for row in rows), truth)


def names_by_origin(folder: Path, how_many: int = _HOW_MANY_NAMES) -> dict[str, tuple[str, ...]]:
    """Our own list by origin, filled up to `how_many` with the commonest names of England and Wales that it does not hold."""
    ours = {origin: tuple(names.split()) for origin, names in tomllib.loads(_NAMES.read_text("utf-8")).items()}
    held = {name.casefold() for names in ours.values() for name in names}
    births: dict[str, int] = {}
    for row in table(folder / BABY_NAMES, "name", "total_2008_on"):  # Twice where boys and girls bear it.
        if row["name"].casefold() not in held:
            births[row["name"].title()] = births.get(row["name"].title(), 0) + int(row["total_2008_on"] or 0)
    commonest = sorted(births, key=lambda name: (-births[name], name))
    return {COMMONEST: tuple(commonest[: max(0, how_many - len(held))]), **ours}


def _few(names: Mapping[str, tuple[str, ...]], limit: int | None) -> dict[str, tuple[str, ...]]:
    each = None if limit is None else max(1, limit // len(names))
    return {origin: evenly(of_origin, each) for origin, of_origin in names.items()}


def _hatecheck(folder: Path) -> list[HateCase]:
    rows = table(folder / HATECHECK, "functionality", "test_case", "label_gold", "target_ident")
    return [
        HateCase(row["test_case"], row["functionality"], row["label_gold"] == "hateful", row["target_ident"])
        for row in rows
    ]


def _noisyhate(folder: Path) -> list[Twin]:
    rows = table(folder / NOISYHATE, "clean_version", "perturbed_version")
    return [Twin(row["clean_version"], row["perturbed_version"]) for row in rows]


def _madlibs(folder: Path) -> list[Madlib]:
    rows = table(folder / MADLIBS, "Text", "Label", "Template")
    return [Madlib(row["Text"], row["Label"] == "BAD", row["Template"]) for row in rows]


def _terms(madlibs: list[Madlib]) -> tuple[str, ...]:
    """The shortest template is a verb and a term: "hug lesbian"."""
    return tuple(sorted({row.text.partition(" ")[2] for row in madlibs if row.template == "verb_adj"}))


def _nonfuzzed(folder: Path) -> list[ToxicOrNot]:
    return [ToxicOrNot(row["comment"], row["toxic"] == "True") for row in table(folder / NONFUZZED, "comment", "toxic")]


def table(path: Path, *columns: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a file, each cell as text, "" where there is none. Raises ConfigError where a column or every row is missing."""
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restval="", delimiter=delimiter)
        lacking = [column for column in columns if column not in (reader.fieldnames or ())]
        if lacking:
            raise ConfigError(f"{path}: no column {', '.join(lacking)}.")
        rows = list(reader)
    if not rows:
        raise ConfigError(f"{path} holds no rows.")
    return rows
