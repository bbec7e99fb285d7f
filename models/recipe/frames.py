"""Fills the slots of our own frames: every epoch other names, other staff, another roll.

A frame is a row of models/recipe/text with slots such as {child} or {child|lower}. Forty frames at a time share one school, whose
roll holds most of the children named, and words that are names too.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.recipe import names
from models.recipe.examples import Example, KnownSchool, example
from moderator.domain import Pupil, School

_SLOT = re.compile(r"\{(\w+)(?:\|(\w+))?\}")
_CHILD = ("child", "child2", "child_full", "nick", "initials", "hashtag_child", "surname")
_ADULT = ("staff", "staff2", "adult", "adult_full", "figure")
_PRONOUNS = (("he", "him", "his"), ("she", "her", "her"), ("they", "them", "their"))
TOGETHER = 40


def filled(frames: list[dict[str, Any]], data: Path, rng: random.Random) -> Iterator[Example]:
    """Every frame once, in new words for its slots."""
    shuffled = rng.sample(frames, len(frames))
    for start in range(0, len(shuffled), TOGETHER):
        rows, pupils, staff, figures = [], [], [], []
        for frame in shuffled[start : start + TOGETHER]:
            values = _values(data, rng)
            rows.append(_fill(frame, values, rng))
            if rng.random() < 0.7:
                pupils.append(Pupil(values["child"], values["surname"], class_name=values["class"]))
                pupils.append(Pupil(values["child2"], names.surname(rng), class_name=rng.choice(names.CLASSES)))
            staff += [values[one] for one in ("staff", "staff2") if rng.random() < 0.85]
            figures += [values["figure"]] if rng.random() < 0.8 else []
        pupils += [Pupil(names.child(data, rng), names.surname(rng)) for _ in range(60)]
        pupils += [Pupil(rng.choice(names.WORDS_TOO), names.surname(rng)) for _ in range(12)]
        school = School(
            "s",
            "Oakfield",
            {"x": "@OakfieldPri"},
            names.ALLOWED_HANDLES,
            tuple(staff),
            tuple(dict.fromkeys(figures)),
            names.CLASSES,
        )
        known = KnownSchool(school, pupils)
        for row in rows:
            if row is not None:
                yield example(row, known, "frames", rng)


def _values(data: Path, rng: random.Random) -> dict[str, str]:
    child, last, he = names.child(data, rng), names.surname(rng), rng.choice(_PRONOUNS)
    handle = "@" + names.adult(rng).lower() + rng.choice(["_x", "87", "mum", "official_", ".r", "xo", "_reads"])
    values = {
        "child": child,
        "child2": names.child(data, rng),
        "surname": last,
        "child_full": f"{child} {last}",
        "nick": names.nickname(child, rng),
        "initials": child[0] + rng.choice(["", ". ", "."]) + last[0],
        "hashtag_child": "#" + rng.choice(["Team", "Go", "WellDone", "", ""]) + child,
        "staff": names.staff(rng),
        "staff2": names.staff(rng),
        "adult": names.adult(rng),
        "adult_full": f"{names.adult(rng)} {names.surname(rng)}",
        "figure": rng.choice(names.FIGURES),
        "place": rng.choice(names.PLACES),
        "school": rng.choice(names.SCHOOLS),
        "class": rng.choice(names.CLASSES),
        "handle": handle,
        "allowed_handle": rng.choice(names.ALLOWED_HANDLES),
        "official_handle": "@OakfieldPri",
    }
    for he_form, value in zip((("he", "she", "they"), ("him", "them"), ("his", "her", "their")), he, strict=True):
        values |= dict.fromkeys(he_form, value)
    return values


def _fill(frame: dict[str, Any], values: dict[str, str], rng: random.Random) -> dict[str, Any] | None:
    """The frame as a labelled row; None where it has a slot nobody knows."""
    spans = [span for span in frame.get("spans", ()) if "{" not in span["text"]]
    text = ""
    at = 0
    for match in _SLOT.finditer(frame["text"]):
        if match[1] not in values:
            return None
        value = names.written(values[match[1]], match[2] or "", rng)
        if match[1].startswith("child") and not match[2] and frame["text"].islower() and rng.random() < 0.5:
            value = value.lower()
        text += frame["text"][at : match.start()] + value
        at = match.end()
        if match[1] in _CHILD:
            spans.append({"text": value, "type": "child_name"})
        elif match[1] in _ADULT:
            spans.append({"text": value, "type": "adult_name"})
        elif match[1] == "handle":
            spans.append({"text": value, "type": "tag"})
    return frame | {
        "text": text + frame["text"][at:],
        "post": _plain(frame.get("post", ""), values, rng),
        "thread": [_plain(line, values, rng) for line in frame.get("thread", ())],
        "author_name": _plain(frame.get("author_name", ""), values, rng),
        "spans": spans,
    }


def _plain(text: str, values: dict[str, str], rng: random.Random) -> str:
    return _SLOT.sub(lambda match: names.written(values.get(match[1], match[1]), match[2] or "", rng), text)
