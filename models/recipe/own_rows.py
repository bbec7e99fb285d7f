"""Our own text as rows for the toxicity model: comments, and frames about groups of people and about persons by name.

A frame is shown with other groups and other names every epoch, so that neither the mention of a group nor a name that the
vocabulary breaks into pieces says anything by itself. A row: the text, six numbers 0.0-1.0 in the order of `LABELS` (None where
nobody said), and how often it counts.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.recipe import names
from models.recipe.disguises import disguise

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
OWN_TEXT = Path(__file__).parent / "text"
_GROUPS_A_FRAME, _KIND_A_FRAME, _UNKIND_A_FRAME = 7, 24, 18
_OF_NAMES = 0.5
"""How often a row with names in it counts: there are many of them, and little in each."""
_INVENTED_A_FRAME = 16
_OF_INVENTED = 0.8
_SLOT = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
_THINGS = {"place": names.PLACES, "school": names.SCHOOLS, "class": names.CLASSES, "figure": names.FIGURES} | {
    word: (word,) for word in ("he", "him", "his")
}
_CALLED_NAMES = frozenset({"toxicity", "obscene", "insult"})


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    targets: tuple[float | None, ...]
    weight: float = 1.0
    sure: bool = False  # the label alone counts, whatever a teacher says


def comments() -> Iterator[Row]:
    """Labelled comments without slots."""
    for path in sorted(OWN_TEXT.glob("contrast_*.jsonl")):
        for one in read_lines(path):
            yield Row(one["text"], six(frozenset(one["labels"])), 1.5)
    for path in sorted(
        [*OWN_TEXT.glob("harm.jsonl"), *OWN_TEXT.glob("rarer.jsonl"), *OWN_TEXT.glob("school_*/comments.jsonl")]
    ):
        for one in read_lines(path):
            yield Row(one["text"], school_targets(frozenset(one["labels"])))
    for one in read_lines(OWN_TEXT / "frames_benign.jsonl"):
        if "{" not in one["text"]:
            yield Row(one["text"], school_targets(frozenset(one["labels"])))


def identities(rng: random.Random) -> Iterator[Row]:
    """Our own frames about groups of people, each with other groups every epoch: the mention of a group is no attack."""
    for frame in read_lines(OWN_TEXT / "identity_frames.jsonl"):
        for groups, person, adjective in rng.sample(names.GROUPS, _GROUPS_A_FRAME):
            text = frame["text"].replace("{groups}", groups).replace("{person}", person).replace("{adj}", adjective)
            text = text.lower() if rng.random() < 0.2 else text[:1].upper() + text[1:]
            yield Row(text, six(frozenset(frame["labels"])), 0.7)


def named(data: Path, rude: frozenset[str], rng: random.Random) -> Iterator[Row]:
    """Our own frames about persons, kind and unkind, filled with names from everywhere that are no `rude` words."""
    for frame in read_lines(OWN_TEXT / "name_frames.jsonl"):
        for _ in range(_UNKIND_A_FRAME if frame["labels"] else _KIND_A_FRAME):
            text = frame["text"]
            for slot in ("{name}", "{name2}", "{name3}", "{name4}"):
                if slot in text:
                    text = text.replace(slot, names.given(data, rude, rng))
            text = text.replace("{surname}", names.family(data, rude, rng))
            yield Row(text.lower() if rng.random() < 0.15 else text, six(frozenset(frame["labels"])), _OF_NAMES)


def invented(data: Path, rude: frozenset[str], never: frozenset[str], rng: random.Random) -> Iterator[Row]:
    """Persons with names that nobody has ever met, most of them nearly a `rude` word: in our frames, kind and unkind, and in
    everyday comments. So the sentence tells that a name stands there, whatever it looks like; and now and then what stands there
    is no name: "Well done bich" greets somebody, "Well done b1tch" does not."""

    def name() -> str:
        return names.invented(data, rude, never, rng)

    for frame in read_lines(OWN_TEXT / "name_frames.jsonl"):
        for _ in range(_INVENTED_A_FRAME):
            yield Row(_called(frame["text"], name, rng), six(frozenset(frame["labels"])), _OF_INVENTED, sure=True)
        if not frame["labels"] and rng.random() < 0.5:
            word = rng.choice(names.RUDE)
            hidden = disguise(word, rng)
            word = word if hidden.isalpha() else hidden  # "fuk" may be a name
            yield Row(_called(frame["text"], lambda word=word: word, rng), six(_CALLED_NAMES), sure=True)  # type: ignore[misc]
    everyday = [row for file in ("children", "benign") for row in read_lines(OWN_TEXT / f"frames_{file}.jsonl")]
    for row in everyday:
        if _SLOT.search(row["text"]):
            yield Row(_called(row["text"], name, rng), school_targets(frozenset(row["labels"])), sure=True)


def _called(text: str, name: Callable[[], str], rng: random.Random) -> str:
    """The text with a name in every slot that is not for a thing, in small letters now and then."""

    def fill(slot: re.Match[str]) -> str:
        return rng.choice(_THINGS[slot[1]]) if slot[1] in _THINGS else names.written(name(), slot[2] or "", rng)

    filled = _SLOT.sub(fill, text)
    return filled.lower() if rng.random() < 0.15 else filled


def six(labels: frozenset[str]) -> tuple[float | None, ...]:
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


def read_lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
