"""A tiny school with its labelled comments, tiny public sets in the form of the real ones, and a reader that knows one word."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from moderator.detectors.toxicity import LABELS
from moderator.evaluation import public_sets
from moderator.evaluation.judging import Judged, judged
from moderator.evaluation.labelled import Labelled

PUPILS = "first_name,last_name,known_as,class,photo_consent\nTobias,Wrenfield,,4W,no\nOrla,Quickstone,,2K,yes\n"
COMMENTS: tuple[dict[str, Any], ...] = (
    {"text": "What a lovely day", "labels": [], "accept": ["allow"]},
    {
        "text": "go Tobias Wrenfield <3 & friends",
        "labels": ["child_named"],
        "accept": ["hide"],
        "spans": [{"text": "Tobias Wrenfield", "type": "child_name"}],
        "why": "full name",
    },
    {"text": "Mr Pike is a pathetic useless idiot", "labels": ["insult"], "accept": ["hide", "queue"]},
    {"text": "ring me on 07700 900123", "labels": ["contact"], "accept": ["hide"]},
    # Three that nothing here can read.
    {
        "text": "our T.-the-rocket <b>flew</b> \u202ehome\u202c",
        "labels": ["child_named"],
        "accept": ["queue"],
        "spans": [{"text": "T.-the-rocket", "type": "child_name"}],
        "thread": ["who won the <i>race</i>?"],
        "why": "a nickname",
    },
    {
        "text": "he waits for her by the brook each evening",
        "labels": ["safeguarding"],
        "accept": ["queue"],
        "urgent": True,
    },
    {"text": "Well done idiot's lantern, the light show was great", "labels": [], "accept": ["allow"]},
)


def write_set(folder: Path, comments: Sequence[dict[str, Any]] = COMMENTS) -> Path:
    folder.mkdir(parents=True)
    (folder / "school.json").write_text(
        json.dumps({"name": "Foxglove Primary", "staff": ["Mr Pike"]}), encoding="utf-8"
    )
    (folder / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    lines = [json.dumps({"id": f"fox-{number}", **comment}) for number, comment in enumerate(comments, start=1)]
    (folder / "comments.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def one(wanted: dict[str, Any], answer: dict[str, Any]) -> Judged:
    """A labelled comment beside an answer; what is left out of either is empty."""
    comment = {"id": "1", "text": "", "labels": [], "accept": ["allow"], **wanted}
    return judged(
        Labelled.model_validate(comment), {"action": "allow", "urgent": False, "labels": [], "findings": [], **answer}
    )


def finding(label: str, score: float = 1.0, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    return {"label": label, "score": score, "start": start, "end": end, "text": "", "detector": "made"}


class OneWord:
    """Scores every label 0.9 where `word` stands in the text, else 0.1."""

    version, is_stand_in, takes_long = "1", True, False
    labels: tuple[str, ...] = LABELS

    def __init__(self, word: str) -> None:
        self.word = word
        self.name = f"knows_{word}"

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [dict.fromkeys(LABELS, 0.9 if self.word in text.lower() else 0.1) for text in texts]


def write_public(folder: Path, nasty: str = "idiot") -> Path:
    """`nasty` is the one bad word of all sets; disguised it reads otherwise."""
    disguised = nasty.replace("i", "1")
    inside = [str(number) for number in range(400) if public_sets.in_slice(str(number))][:6]
    outside = next(str(number) for number in range(400) if not public_sets.in_slice(str(number)))
    columns = list(public_sets.JIGSAW_LABELS.values())
    jigsaw = [[row, f"you {nasty if at % 2 else 'friend'} {at}", *[str(at % 2)] * 6] for at, row in enumerate(inside)]
    _write(folder / public_sets.JIGSAW, ["id", "comment_text", *columns], [*jigsaw, [outside, "left out", *"111111"]])
    _write(
        folder / public_sets.HATECHECK,
        ["functionality", "test_case", "label_gold", "target_ident"],
        [
            ["derog_h", f"they are all {nasty}s", "hateful", "women"],
            ["spell_leet_h", f"they are all {disguised}s", "hateful", "women"],
            ["spell_space_add_h", f"all of them {nasty}", "hateful", ""],
            ["ident_neutral_nh", "they are people", "non-hateful", "women"],
        ],
    )
    _write(
        folder / public_sets.NOISYHATE,
        ["clean_version", "perturbed_version"],
        [[f"you {nasty} {at}", f"you {disguised if at == 0 else nasty} {at}"] for at in range(4)],
    )
    _write(
        folder / public_sets.MADLIBS,
        ["Text", "Label", "Template"],
        [
            *([f"hug {term}", "NOT_BAD", "verb_adj"] for term in ("welsh", "old")),
            *([f"{nasty} {term}", "BAD", "verb_adj"] for term in ("welsh", "old")),
            ["older than the oak", "NOT_BAD", "being_adj"],
        ],
    )
    _write(folder / public_sets.NONFUZZED, ["comment", "toxic"], [[f"you {nasty}", "True"], ["hello", "False"]])
    names = [["AVA", "G", "9"], ["ROBIN", "B", "6"], ["ROBIN", "G", "5"], ["TOBIAS", "B", "3"]]
    _write(folder / public_sets.BABY_NAMES, ["name", "sex", "total_2008_on"], names)
    return folder


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([columns, *rows])
