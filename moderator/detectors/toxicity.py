"""Reads a scorer's six labels as findings, and holds the scorer of last resort, which is a list of words.

A `ToxicityScorer` measures; `Toxicity` turns what it measured into findings and points at the words where it can.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Protocol

from moderator.detectors import abuse_words
from moderator.detectors.name_blind import LESS_NAMES, Namer, less_names
from moderator.detectors.phrases import Phrases, Row
from moderator.detectors.plain_threats import GROUPS as THREAT_GROUPS
from moderator.detectors.plain_threats import PLAIN_THREATS, doubt
from moderator.detectors.text import Folded, fold, unmask
from moderator.domain import Comment, Context, Finding, Label

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
"""Detoxify's six, in the order of its `original` model: https://github.com/unitaryai/detoxify (read 2026-01-15)."""


class ToxicityScorer(Protocol):
    """Measures how abusive texts are."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def is_stand_in(self) -> bool:
        """True where this is no model but something put in its place."""

    @property
    def takes_long(self) -> bool:
        """True where a text takes milliseconds, so that scoring is worth a thread of its own."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it scores: `LABELS`, where a scorer knows them all."""

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """For each text, in order, a score 0.0-1.0 for each label. Raises DetectorError where it cannot."""


@dataclass(frozen=True, slots=True)
class AbuseHit:
    """Abusive words: `span` in the original text, `kind` one of WordListScorer's. What is `sure` counts without a model."""

    kind: str
    weight: float
    span: tuple[int, int]
    sure: bool = False


# What a hit of weight 1.0 means in each of the six labels.
_MEANS: Mapping[str, Mapping[str, float]] = {
    "swearing": {"toxicity": 0.95, "obscene": 1.0},
    "insult": {"toxicity": 0.95, "insult": 1.0},
    "hate": {"toxicity": 1.0, "identity_attack": 1.0, "severe_toxicity": 0.5},
    "threat": {"toxicity": 1.0, "threat": 1.0, "severe_toxicity": 0.5},
    "sexual": {"toxicity": 0.8, "obscene": 1.0},
}
_TABLES: Mapping[str, tuple[Row, ...]] = {
    "swearing": abuse_words.SWEARING,
    "insult": abuse_words.INSULTS,
    "hate": abuse_words.AGAINST_GROUPS,
    "threat": abuse_words.THREATS,
    "sexual": abuse_words.SEXUAL,
}
_DISGUISED = re.compile(r"[^\w\s'’]|[\d_]|(?<!\w)\w\s\w(?!\w)")
"""In words as they were written: a sign or a digit for a letter, or letters spaced out. A letter drawn out is no disguise."""
_MASKED = re.compile(r"(?<!\w)[a-z]+[*#%?&]+[a-z*#%?&]*(?!\w)|(?<![\w*#%?&])[*#%?&]+[a-z]{2,}(?!\w)")


class WordListScorer:
    """A stand-in for a model: it knows some words and phrases, sees through simple disguises and understands nothing."""

    name, version = "word_list", "2"
    is_stand_in, takes_long = True, False
    labels = LABELS

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> dict[str, float]:
        scores = dict.fromkeys(LABELS, 0.0)
        for hit in self.hits(text):
            for label, share in _MEANS[hit.kind].items():
                scores[label] = max(scores[label], round(hit.weight * share, 4))
        return scores

    def hits(self, text: str) -> tuple[AbuseHit, ...]:
        """Every abusive phrase known, in both readings of the text.

        Sure are plain threats, and what shows only once disguises are taken off: no model reads those.
        """
        return _hits(text)


@lru_cache(maxsize=32)  # The scorer and the detector ask for the same comment one after the other.
def _hits(text: str) -> tuple[AbuseHit, ...]:
    seen, plain = fold(text), unmask(text)
    hits = [*_find(seen), *_masked(seen)]
    if plain.text != seen.text:
        known = frozenset(hits)
        hits += [_disguised(hit, text) for hit in _find(plain) if hit not in known]
    hits += [
        AbuseHit("threat", round(said.score - doubt(seen.text + text), 4), said.span, sure=True)
        for reading in dict.fromkeys((seen, plain))
        for said in _plain_threats().find(reading)
    ]
    for emoji, (kind, weight) in abuse_words.EMOJI.items():
        if (at := text.find(emoji)) >= 0:
            hits.append(AbuseHit(kind, weight, (at, at + len(emoji))))
    return tuple(hits)


@cache
def _tables() -> Mapping[str, Phrases]:
    return {kind: Phrases(rows, abuse_words.GROUPS) for kind, rows in _TABLES.items()}


@cache
def _plain_threats() -> Phrases:
    return Phrases(PLAIN_THREATS, THREAT_GROUPS)


def _disguised(hit: AbuseHit, text: str) -> AbuseHit:
    return replace(hit, sure=hit.kind != "threat" and bool(_DISGUISED.search(text[slice(*hit.span)])))


def _find(folded: Folded) -> Iterator[AbuseHit]:
    for kind, table in _tables().items():
        for seen in table.find(folded):
            yield AbuseHit(kind, seen.score, seen.span)


def _masked(folded: Folded) -> Iterator[AbuseHit]:
    """Words with stars in them: "sh*t", "f**k", "f***"."""
    for match in _MASKED.finditer(folded.text):
        word = next((word for word in sorted(abuse_words.MASKABLE) if _fills(match[0], word)), None)
        for hit in _find(fold(word)) if word else ():
            yield AbuseHit(hit.kind, hit.weight, folded.original_span(match.span()))


def _fills(masked: str, word: str) -> bool:
    return len(masked) == len(word) and all(
        mark == letter or not mark.isalpha() for mark, letter in zip(masked, word, strict=True)
    )


# Below this a label says nothing; what counts is decided by policy, far above it.
_FLOOR = 0.05
_LISTED = "by the list of words"
_LABEL_OF = {
    "insult": Label.INSULT,
    "identity_attack": Label.HATE,
    "threat": Label.THREAT,
    "obscene": Label.PROFANITY,
    "sexual_explicit": Label.SEXUAL,  # Detoxify's `unbiased` and `multilingual` models know it
}
_KIND_OF = {
    Label.INSULT: "insult",
    Label.HATE: "hate",
    Label.THREAT: "threat",
    Label.PROFANITY: "swearing",
    Label.SEXUAL: "sexual",
}


def _scored_beside(scorer: ToxicityScorer, text: str) -> Future[dict[str, float]]:
    """A thread for each text costs a tenth of a millisecond, and leaves none behind in a process that forks."""
    scored: Future[dict[str, float]] = Future()

    def score() -> None:
        try:
            scored.set_result(scorer.score([text])[0])
        except BaseException as error:  # noqa: BLE001  It is raised where the result is asked for.
            scored.set_exception(error)

    threading.Thread(target=score, name="toxicity", daemon=True).start()
    return scored


class Toxicity:
    """A scorer's labels as findings: insult, hate (identity_attack), threat, and profanity or sexual (obscene).

    No scorer of six labels tells swearing from sexual words, so the word list does, and it points at the words as well. With a
    `namer` the names that it is sure of raise no score. What the list is sure of counts at least with the list's weight.
    """

    name = "toxicity"

    def __init__(self, scorer: ToxicityScorer, namer: Namer | None = None) -> None:
        self._scorer, self._namer = scorer, namer
        self._words, self._begun = WordListScorer(), threading.local()
        self.version = f"{scorer.name}-{scorer.version}{LESS_NAMES if namer else ''}"
        self._note = "by a word list, which stands in for a model" if scorer.is_stand_in else f"by {scorer.name}"

    def begin(self, comment: Comment) -> None:
        """Score its words beside what the other detectors do. What goes wrong there is told by `examine`."""
        self._begun.scores = (
            (comment.text, _scored_beside(self._scorer, comment.text)) if self._scorer.takes_long else None
        )

    def _scores(self, text: str) -> dict[str, float]:
        begun: tuple[str, Future[dict[str, float]]] | None = getattr(self._begun, "scores", None)
        self._begun.scores = None
        return begun[1].result() if begun is not None and begun[0] == text else self._scorer.score([text])[0]

    def examine(self, comment: Comment, context: Context) -> list[Finding]:
        # A label of which nothing is made is left out here, so that it does not have the text read a second time.
        scores = {label: score for label, score in self._scores(comment.text).items() if label in _LABEL_OF}
        if self._namer is not None:
            scores = less_names(self._scorer.score, self._namer, comment, context, scores)
        hits = self._words.hits(comment.text)
        sure = _sure_scores(hits)
        return [
            self._finding(self._label(label, hits), score, hits, comment.text, listed=sure.get(label, 0.0))
            for label, score in {**dict.fromkeys(sure, 0.0), **scores}.items()
            if max(score, sure.get(label, 0.0)) >= _FLOOR
        ]

    def _label(self, label: str, hits: Sequence[AbuseHit]) -> Label:
        strongest = max(
            (hit for hit in hits if hit.kind in ("swearing", "sexual")), key=lambda hit: hit.weight, default=None
        )
        if label == "obscene" and strongest is not None and strongest.kind == "sexual":
            return Label.SEXUAL
        return _LABEL_OF[label]

    def _finding(self, label: Label, score: float, hits: Sequence[AbuseHit], text: str, *, listed: float) -> Finding:
        pointed = max(
            (hit for hit in hits if hit.kind == _KIND_OF[label]),
            key=lambda hit: (hit.sure and listed > score, hit.weight),
            default=None,
        )
        span = pointed.span if pointed else None
        phrase = text[slice(*span)] if span else ""
        note = _LISTED if listed > score else self._note
        return Finding(label, max(score, listed), span, self.name, self.version, phrase, note=note)


def _sure_scores(hits: Sequence[AbuseHit]) -> dict[str, float]:
    """What the sure hits mean in a scorer's labels; the strongest of each."""
    scores: dict[str, float] = {}
    for hit in hits:
        for label, share in _MEANS[hit.kind].items() if hit.sure else ():
            if label in _LABEL_OF:
                scores[label] = max(scores.get(label, 0.0), round(hit.weight * share, 4))
    return scores
