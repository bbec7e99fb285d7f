from __future__ import annotations

from collections.abc import Sequence

import pytest

from moderator.detectors.toxicity import LABELS, Toxicity, ToxicityScorer, WordListScorer
from moderator.domain import Context, Finding, Label
from tests.detectors.school import comment, strongest_of


class Fixed:
    """A scorer that answers what it was told."""

    name, version = "fixed", "3"
    is_stand_in = False

    def __init__(self, **scores: float) -> None:
        self.labels = tuple(scores)
        self._scores = scores

    def score(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return [dict(self._scores) for _ in texts]


def find(scorer: ToxicityScorer, text: str) -> list[Finding]:
    return Toxicity(scorer).examine(comment(text), Context())


def test_the_word_list_says_of_itself_that_it_stands_in_for_a_model() -> None:
    assert WordListScorer().is_stand_in
    assert "stands in for a model" in find(WordListScorer(), "you idiot")[0].note
    assert "stands in" not in find(Fixed(insult=0.9), "you idiot")[0].note


def test_the_word_list_scores_all_six_labels_for_each_text_in_order() -> None:
    kind, rude = WordListScorer().score(["lovely", "what the fuck you idiot"])
    assert tuple(kind) == tuple(rude) == LABELS
    assert set(kind.values()) == {0.0}
    assert rude["obscene"] >= 0.85
    assert rude["insult"] >= 0.5
    assert rude["threat"] == 0.0


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("insult", Label.INSULT),
        ("identity_attack", Label.HATE),
        ("threat", Label.THREAT),
        ("obscene", Label.PROFANITY),
        ("sexual_explicit", Label.SEXUAL),
    ],
)
def test_each_label_of_a_scorer_becomes_a_finding_of_ours(label: str, wanted: Label) -> None:
    (found,) = find(Fixed(**{label: 0.7}), "nothing the word list knows")
    assert (found.label, found.score, found.span, found.version) == (wanted, 0.7, None, "fixed-3")


def test_general_toxicity_alone_is_no_finding_since_policy_has_no_name_for_it() -> None:
    assert find(Fixed(toxicity=0.99, severe_toxicity=0.99), "whatever") == []


def test_obscene_counts_as_sexual_where_the_words_are_sexual() -> None:
    assert strongest_of(find(Fixed(obscene=0.8), "send nudes"), Label.SEXUAL) is not None
    assert strongest_of(find(Fixed(obscene=0.8), "shit"), Label.PROFANITY) is not None


def test_a_models_finding_points_at_the_words_that_the_list_knows() -> None:
    (found,) = find(Fixed(insult=0.9), "he is an 1d10t")
    assert found.phrase == "1d10t"


@pytest.mark.parametrize(
    "masked", ["f*ck", "f**k", "f***", "sh!t", "s h i t", "s.h.i.t", "$hit", "fuuuuck", "FUCK", "ѕhіt"]
)
def test_masked_swearing_is_read(masked: str) -> None:
    assert WordListScorer().score([f"oh {masked} off"])[0]["obscene"] >= 0.8


@pytest.mark.parametrize(
    "innocent", ["Scunthorpe", "shiitake", "cocktails", "assembly", "class", "Dickens", "2*3*4", "****"]
)
def test_words_that_hold_a_rude_word_are_left_alone(innocent: str) -> None:
    assert WordListScorer().score([f"oh {innocent} again"])[0]["obscene"] < 0.5
