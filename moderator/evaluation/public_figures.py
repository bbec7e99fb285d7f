"""What a reader of toxicity makes of the public sets: six labels, hate, disguises, and fairness to groups and to names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from moderator.detectors.toxicity import ToxicityScorer
from moderator.errors import ConfigError
from moderator.evaluation.curves import Truth, roc_auc
from moderator.evaluation.public_sets import HateCase, Jigsaw, Madlib, PublicSets, ToxicOrNot, Twin
from moderator.evaluation.scoring import Scores, score_texts

HATE, TOXIC = "identity_attack", "toxicity"
SPELLING = "spell_"
SENTENCES = (
    "{name} was there as well.",
    "My neighbour is called {name}.",
    "Well done {name}!",
    "Is {name} coming on Tuesday?",
    "thank you {name} for bringing the cakes",
)
"""Neutral frames for a given name."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """Scores from which a text counts as toxic, and as hate."""

    toxicity: float
    hate: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many texts, and which share of them, 0.0-1.0."""

    texts: int
    share: float


@dataclass(frozen=True, slots=True)
class SixLabels:
    """ROC-AUC for each label that the reader knows and the texts have both ways."""

    texts: int
    auc: Mapping[str, float]

    @property
    def mean(self) -> float | None:
        return float(np.mean(list(self.auc.values()))) if self.auc else None


@dataclass(frozen=True, slots=True)
class HateFigures:
    accuracy: float
    by_functionality: Mapping[str, Ratio]  # accuracy
    by_target: Mapping[str, Ratio]  # accuracy
    spelling_recall: float | None  # of the hateful cases in disguised spelling
    auc: float | None


@dataclass(frozen=True, slots=True)
class TwinFigures:
    pairs: int
    clean_recall: float
    disguised_recall: float

    @property
    def lost(self) -> float:
        return self.clean_recall - self.disguised_recall


@dataclass(frozen=True, slots=True)
class TermFigures:
    """ROC-AUC for one term: within its own texts; its kind texts against the others' unkind ones (BPSN: low where the term
    alone looks bad); its unkind texts against the others' kind ones (BNSP: low where the term hides what is bad)."""

    texts: int
    subgroup: float | None
    bpsn: float | None
    bnsp: float | None


@dataclass(frozen=True, slots=True)
class NameFigures:
    """Share of neutral sentences that would count as toxic or hate, by where the name in them comes from."""

    names: int
    by_origin: Mapping[str, Ratio]

    @property
    def gap(self) -> float | None:
        shares = [each.share for each in self.by_origin.values()]
        return max(shares) - min(shares) if shares else None


@dataclass(frozen=True, slots=True)
class PublicFigures:
    limits: Limits
    jigsaw: SixLabels
    hatecheck: HateFigures
    noisyhate: TwinFigures
    madlibs: Mapping[str, TermFigures]
    nonfuzzed_auc: float | None
    names: NameFigures

    @property
    def lowest_subgroup(self) -> tuple[str, float] | None:
        """The term with the lowest subgroup AUC."""
        known = [(term, row.subgroup) for term, row in self.madlibs.items() if row.subgroup is not None]
        return min(known, key=lambda pair: pair[1], default=None)


def measure(
    scorer: ToxicityScorer, sets: PublicSets, limits: Limits, threads: int = 1, tell: Tell = lambda _said: None
) -> PublicFigures:
    """All of them; `tell` hears what is being read.

    Raises ConfigError for a scorer that does not know toxicity and identity_attack, DetectorError where it cannot read.
    """
    if lacking := [label for label in (TOXIC, HATE) if label not in scorer.labels]:
        raise ConfigError(
            f"{scorer.name} {scorer.version} does not score {' and '.join(lacking)}, which --public measures."
        )

    def score(name: str, texts: Sequence[str]) -> Scores:
        tell(f"{name}: {len(texts)} texts")
        return score_texts(scorer, texts, threads)

    jigsaw, hate, terms = sets.jigsaw, sets.hatecheck, sets.madlibs
    clean = score("noisyhate, as written", [twin.clean for twin in sets.noisyhate])
    disguised = score("noisyhate, disguised", [twin.disguised for twin in sets.noisyhate])
    return PublicFigures(
        limits,
        six_labels(jigsaw, score("jigsaw", jigsaw.texts)),
        hate_figures(hate, score("hatecheck", [case.text for case in hate]), limits),
        twin_figures(sets.noisyhate, clean, disguised, limits),
        term_figures(terms, sets.terms, score("madlibs", [row.text for row in terms])),
        toxic_auc(sets.nonfuzzed, score("nonfuzzed", [row.text for row in sets.nonfuzzed])),
        name_figures(sets.names, lambda texts: score("names", texts), limits),
    )


def six_labels(jigsaw: Jigsaw, scores: Scores) -> SixLabels:
    measured = {label: roc_auc(truth, scores[label]) for label, truth in jigsaw.truth.items() if label in scores}
    return SixLabels(len(jigsaw.texts), {label: auc for label, auc in measured.items() if auc is not None})


def hate_figures(cases: Sequence[HateCase], scores: Scores, limits: Limits) -> HateFigures:
    truth = np.array([case.hateful for case in cases], dtype=np.bool_)
    said = scores[HATE] >= limits.hate
    right = said == truth
    spelling = np.array([case.functionality.startswith(SPELLING) and case.hateful for case in cases], dtype=np.bool_)
    return HateFigures(
        float(right.mean()),
        _by(right, [case.functionality for case in cases]),
        _by(right, [case.target or "no group" for case in cases]),
        float(said[spelling].mean()) if spelling.any() else None,
        roc_auc(truth, scores[HATE]),
    )


def _by(hits: Truth, groups: Sequence[str]) -> dict[str, Ratio]:
    places = {group: [at for at, each in enumerate(groups) if each == group] for group in dict.fromkeys(groups)}
    return {group: Ratio(len(held), float(hits[held].mean())) for group, held in places.items()}


def twin_figures(twins: Sequence[Twin], clean: Scores, disguised: Scores, limits: Limits) -> TwinFigures:
    shares = [float((scores[TOXIC] >= limits.toxicity).mean()) for scores in (clean, disguised)]
    return TwinFigures(len(twins), *shares)


def term_figures(rows: Sequence[Madlib], terms: Iterable[str], scores: Scores) -> dict[str, TermFigures]:
    """A row belongs to a term that stands in it as a whole word, as in the paper: https://arxiv.org/abs/1903.04561."""
    truth = np.array([row.toxic for row in rows], dtype=np.bool_)
    return {term: _term(truth, _holding(term, rows), scores) for term in terms}


def _holding(term: str, rows: Sequence[Madlib]) -> Truth:
    whole_word = re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)
    return np.array([whole_word.search(row.text) is not None for row in rows], dtype=np.bool_)


def _term(truth: Truth, inside: Truth, scores: Scores) -> TermFigures:
    toxic = scores[TOXIC]
    kind_here = (inside & ~truth) | (~inside & truth)
    unkind_here = (inside & truth) | (~inside & ~truth)
    areas = [roc_auc(truth[chosen], toxic[chosen]) for chosen in (inside, kind_here, unkind_here)]
    return TermFigures(int(inside.sum()), *areas)


def toxic_auc(rows: Sequence[ToxicOrNot], scores: Scores) -> float | None:
    return roc_auc([row.toxic for row in rows], scores[TOXIC])


def name_figures(
    names: Mapping[str, Sequence[str]], score: Callable[[Sequence[str]], Scores], limits: Limits
) -> NameFigures:
    """Every name in every neutral sentence."""
    rows = [
        (origin, sentence.format(name=name))
        for origin, held in names.items()
        for name in held
        for sentence in SENTENCES
    ]
    scores = score([text for _origin, text in rows])
    wrong = (scores[TOXIC] >= limits.toxicity) | (scores[HATE] >= limits.hate)
    return NameFigures(sum(map(len, names.values())), _by(wrong, [origin for origin, _text in rows]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two readers on the six labels: ROC-AUC of each, on the same texts."""

    ours: SixLabels
    other: SixLabels
    other_name: str

    @property
    def by_label(self) -> dict[str, float]:
        """How much better ours is, negative where it is worse."""
        return {label: auc - self.other.auc[label] for label, auc in self.ours.auc.items() if label in self.other.auc}

    @property
    def widest(self) -> float | None:
        """The largest difference of any label, either way."""
        return max((abs(each) for each in self.by_label.values()), default=None)

    @property
    def mean(self) -> float | None:
        """How far the means lie apart, over the labels that both know."""
        return abs(float(np.mean(list(self.by_label.values())))) if self.by_label else None


def compare(ours: SixLabels, other: ToxicityScorer, jigsaw: Jigsaw, threads: int = 1) -> Comparison:
    """`ours` was measured on the same texts. Raises DetectorError where the other cannot."""
    theirs = six_labels(jigsaw, score_texts(other, jigsaw.texts, threads))
    return Comparison(ours, theirs, f"{other.name} {other.version}")
