"""What the reading model learns from, in one form: a comment with its school, its labels and its spans.

Comes in: labelled sets (school.json, pupils.csv, comments.jsonl), our own text, tweets with names. Goes out: `Example`s.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.recipe.disguises import disguise
from moderator.detectors.contact import Contact
from moderator.detectors.reader_input import KnownPeople, Mark, capitals
from moderator.detectors.roll import GuardedNames, Roll
from moderator.detectors.tags import mentions_in
from moderator.domain import Author, Comment, Context, Finding, Post, Pupil, School

LABELS = (
    "child_named", "person_tagged", "contact", "insult", "hate", "sexual", "profanity", "threat", "safeguarding", "underage",
    "spam", "impersonation", "risk", "harm", "grave", "complaint",
)  # fmt: skip
"""The guide's labels, then: somebody is told at once; not to be left alone; only hiding will do; criticism that may stay."""
CLASSES = ("other", "child_name", "adult_name", "handle", "place", "contact", "abuse")
_CLASS_OF = {
    "child_name": "child_name", "adult_name": "adult_name", "tag": "handle", "contact": "contact", "link": "contact",
    "insult": "abuse", "profanity": "abuse", "threat": "abuse",
}  # fmt: skip
_ABUSE_WITHOUT_SPANS = frozenset({"insult", "hate", "sexual", "profanity", "threat"})
_CRITICISM = re.compile(r"complain|critic|grievan|disappoint|moan|unhappy|grumbl", re.IGNORECASE)
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

Marked = list[tuple[int, Mark]]


@dataclass(frozen=True, slots=True)
class Example:
    """`targets` has one number for each of LABELS, None where nobody said. `allowed`: for a character span, the classes
    that are right there; outside every span those of `elsewhere`."""

    comment: Comment
    context: Context
    marks: Marked
    targets: tuple[float | None, ...]
    spans: tuple[tuple[int, int, frozenset[str]], ...]
    elsewhere: frozenset[str]
    group: str
    accept: tuple[str, ...] = ()


class KnownSchool:
    """A school with everything that marks its comments."""

    def __init__(self, school: School, pupils: Sequence[Pupil]) -> None:
        self.school = school
        self._people = KnownPeople(school)
        self._names = GuardedNames(Roll(pupils), school) if pupils else None
        self._contact = Contact()

    def marks(self, comment: Comment, context: Context, *, with_roll: bool = True) -> Marked:
        hits: list[Finding] = self._contact.examine(comment, context)
        if self._names is not None and with_roll:
            hits += self._names.examine(comment, context)
        return marks_of(self._people, comment, hits)


def marks_of(people: KnownPeople, comment: Comment, hits: Iterable[Finding]) -> Marked:
    from moderator.detectors.reader import marks  # the daemon's own way, so that training sees what it will see

    return marks(people, comment, hits)


def read_school(path: Path, pupils: Path | None) -> KnownSchool:
    """A school from its JSON file and the CSV of its pupils; without one, from the pupils in the JSON, if any."""
    found = json.loads(path.read_text("utf-8"))
    school = School(
        found.get("id", path.parent.name),
        found.get("name", ""),
        found.get("official_accounts", {}),
        tuple(found.get("allowed_accounts", ())),
        tuple(found.get("staff", ())),
        tuple(found.get("public_figures", ())),
        tuple(found.get("classes", ())),
    )
    rows: list[dict[str, str]] = found.get("pupils", [])
    if pupils is not None:
        with pupils.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
    return KnownSchool(school, [_pupil(row) for row in rows])


def _pupil(row: dict[str, str]) -> Pupil:
    return Pupil(
        row["first_name"],
        row.get("last_name") or "",
        row.get("known_as") or "",
        row.get("class") or row.get("class_name") or "",
    )


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def example(row: dict[str, Any], school: KnownSchool, group: str, rng: random.Random | None = None) -> Example:
    """One labelled row as an example; with `rng` it may be shown in another spelling and without the roll."""
    row = _other_form(row, rng) if rng else row
    comment, context = comment_of(row)
    labels = frozenset(row["labels"])
    return Example(
        comment,
        context,
        school.marks(comment, context, with_roll=rng is None or rng.random() > 0.2),
        targets(row),
        tuple(_spans(row)),
        _elsewhere(labels, row),
        group,
        tuple(row["accept"]),
    )


def comment_of(row: dict[str, Any]) -> tuple[Comment, Context]:
    text: str = row["text"]
    prefix = 0
    mentions = tuple(mentions_in(text))
    if row["platform"] == "x":
        for mention in mentions:
            if text[prefix : mention.start].strip():
                break
            prefix = mention.end
    handle = row.get("author") or ""
    comment = Comment(
        row.get("id", "c"), "a", row["platform"], "c", Author(handle, handle, row.get("author_name") or ""), text, _NOON,
        reply_prefix=prefix, mentions=mentions,
    )  # fmt: skip
    thread = tuple(
        replace(comment, text=line, author=Author(), reply_prefix=0, mentions=()) for line in row.get("thread") or ()
    )
    post = Post("p", row["post"]) if row.get("post") else None
    return comment, Context(post, thread)


def targets(row: dict[str, Any]) -> tuple[float | None, ...]:
    labels, accept = frozenset(row["labels"]), row["accept"]
    alone = accept == ["allow"]
    unsure = "allow" in accept and not alone
    why = row.get("why") or ""
    criticism = None if not why or not alone else float(bool(_CRITICISM.search(why)))
    return (
        *(float(label in labels) for label in LABELS[:12]),
        float(bool(row.get("urgent"))),
        None if unsure else float(not alone),
        float(accept == ["hide"]),
        criticism,
    )


def _other_form(row: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Now and then in small letters, without signs, or with words in disguise: what it means stays."""
    kind, text = rng.random(), row["text"]
    if kind < 0.06:
        return row | {
            "text": text.lower(),
            "spans": [span | {"text": span["text"].lower()} for span in row.get("spans", ())],
        }
    abusive = bool(_ABUSE_WITHOUT_SPANS & set(row["labels"]))
    if kind < (0.2 if abusive else 0.1) and not any(
        span["type"] in ("child_name", "contact") for span in row.get("spans", ())
    ):
        return row | {"text": disguise(text, rng)}
    return row


def _spans(row: dict[str, Any]) -> Iterator[tuple[int, int, frozenset[str]]]:
    for span in row.get("spans") or ():
        found = _CLASS_OF.get(span["type"])
        at = row["text"].find(span["text"]) if found and span["text"] else -1
        while found and at >= 0:
            yield at, at + len(span["text"]), frozenset({found})
            at = row["text"].find(span["text"], at + 1)


def _elsewhere(labels: frozenset[str], row: dict[str, Any]) -> frozenset[str]:
    """Places carry no span in these sets, and of abuse only some words."""
    pointed = any(span["type"] in ("insult", "profanity", "threat") for span in row.get("spans") or ())
    return frozenset(
        {"other", "place", "abuse"} if labels & _ABUSE_WITHOUT_SPANS and not pointed else {"other", "place"}
    )


def tweets(data: Path) -> list[Example]:
    """Tweets and comments with persons and places marked; whether a person is a child nobody said, nor anything else."""
    found = []
    nobody = KnownPeople(School("s", ""))
    for path in (data / "broad_twitter_corpus/btc_train.conll", data / "wnut17/wnut17train.conll"):
        for words in _sentences(path):
            text, spans = _joined(words)
            comment, context = comment_of({"platform": "youtube", "text": text})
            marks = nobody.marks(text)
            marks += capitals(text, [at for at, _ in marks])
            found.append(
                Example(
                    comment,
                    context,
                    marks,
                    (None,) * len(LABELS),
                    spans,
                    frozenset({"other", "abuse", "contact"}),
                    "tweets",
                )
            )
    return found


def _sentences(path: Path) -> Iterator[list[tuple[str, str]]]:
    words: list[tuple[str, str]] = []
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        parts = line.split("\t") if "\t" in line else line.split()
        if len(parts) >= 2:
            words.append((parts[0], parts[-1]))
        elif words:
            yield words
            words = []


_NAMED = {
    "PER": {"child_name", "adult_name"},
    "person": {"child_name", "adult_name"},
    "LOC": {"place"},
    "location": {"place"},
}


def _joined(words: Sequence[tuple[str, str]]) -> tuple[str, tuple[tuple[int, int, frozenset[str]], ...]]:
    text, spans = "", []
    for word, tag in words:
        text += " " if text else ""
        allowed = {"handle"} if word.startswith("@") else _NAMED.get(tag.split(",")[0].partition("-")[2])
        if allowed:
            spans.append((len(text), len(text) + len(word), frozenset(allowed)))
        text += word
    return text, tuple(spans)
