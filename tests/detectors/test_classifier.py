from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from moderator.detectors.ahead import ScoredAhead
from moderator.detectors.classifier import OnnxScorer
from moderator.errors import ConfigError, DetectorError
from tests.detectors.tiny_models import beyond_its_table, write_onnx

LABELS = ("toxicity", "insult")
WEIGHTS = {"vile": (2.0, 1.0), "nice": (-3.0, -1.0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_onnx(tmp_path / "tiny", LABELS, WEIGHTS)


@pytest.fixture
def reads_aloud(tmp_path: Path) -> OnnxScorer:
    return OnnxScorer(write_onnx(tmp_path / "tiny", LABELS, {**WEIGHTS, "hell": (2.0, 0.0)}, reads="aloud"))


def test_a_score_is_the_sigmoid_of_the_models_logit(folder: Path) -> None:
    scorer = OnnxScorer(folder)
    (scores,) = scorer.score(["vile vile unheard"])
    assert scores == pytest.approx({"toxicity": 1 / (1 + math.exp(-4)), "insult": 1 / (1 + math.exp(-2))})
    assert (scorer.name, scorer.version, scorer.labels, scorer.is_stand_in) == ("tiny", "7", LABELS, False)


def test_answers_keep_the_order_of_the_texts_though_like_lengths_go_together(folder: Path) -> None:
    texts = ["vile " * count for count in (9, 1, 5, 2, 8, 3, 7, 4, 6)]
    scores = OnnxScorer(folder).score(texts, batch=2)
    assert [one["toxicity"] for one in scores] == pytest.approx(
        [1 / (1 + math.exp(-2 * count)) for count in (9, 1, 5, 2, 8, 3, 7, 4, 6)]
    )


def test_padding_counts_nothing(folder: Path) -> None:
    scorer = OnnxScorer(folder)
    alone, beside = scorer.score(["vile"])[0], scorer.score(["vile", "nice nice nice nice"])[0]
    assert alone == pytest.approx(beside)


def test_no_more_is_read_than_the_card_says(tmp_path: Path) -> None:
    scorer = OnnxScorer(write_onnx(tmp_path, LABELS, WEIGHTS, max_length=4))
    (scores,) = scorer.score(["vile " * 100])
    assert scores["toxicity"] == pytest.approx(1 / (1 + math.exp(-8)))


def test_lone_surrogates_empty_text_and_no_text_are_scored(folder: Path) -> None:
    scorer = OnnxScorer(folder)
    assert scorer.score([]) == []
    assert len(scorer.score(["\ud800 vile", "", "😀"])) == 3


@pytest.mark.parametrize("text", ["vile", "v1le", "v.i.l.e", "vi'le", "h3ll", "we're in h e l l", "7pm y5 v1le xxx"])
def test_a_word_in_disguise_scores_as_the_word_does(reads_aloud: OnnxScorer, text: str) -> None:
    assert reads_aloud.score([text])[0]["toxicity"] > 0.8


@pytest.mark.parametrize("text", ["he'll", "he'll be there, she's sure", "He’ll see"])
def test_a_word_cut_short_is_no_disguise_of_another(reads_aloud: OnnxScorer, text: str) -> None:
    assert reads_aloud.score([text])[0]["toxicity"] == pytest.approx(0.5)


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json", "model.json"])
def test_a_missing_file_is_a_fault_in_the_config_and_says_which_folder(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ConfigError, match="tiny: the model there cannot be loaded"):
        OnnxScorer(folder)


def test_a_broken_model_file_is_a_fault_in_the_config(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ConfigError):
        OnnxScorer(folder)


def test_a_card_that_does_not_fit_the_model_is_told_when_it_scores(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps({**card, "labels": ["one"]}), encoding="utf-8")
    with pytest.raises(DetectorError, match=r"answers \(1, 2\), wanted \(1, 1\)"):
        OnnxScorer(folder).score(["vile"])


def test_a_model_that_fails_is_told_without_the_text_and_one_by_one_the_others_are_scored(folder: Path) -> None:
    beyond_its_table(folder, "vile")
    scorer = OnnxScorer(folder)
    with pytest.raises(DetectorError, match=r"^tiny: the model failed on 1 texts \(\w+\)$"):
        scorer.score(["vile"])
    ahead = ScoredAhead(scorer)
    ahead.ahead(["nice", "vile"])
    assert ahead.score(["nice"]) == scorer.score(["nice"])
    with pytest.raises(DetectorError):
        ahead.score(["vile"])
