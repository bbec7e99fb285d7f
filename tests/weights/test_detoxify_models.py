"""What Detoxify's checkpoints become says what Detoxify says: for every shape it publishes."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from tokenizers import Tokenizer

from moderator.detectors.classifier import OnnxScorer, padding_of
from moderator.weights.detoxify_models import SENTENCES
from moderator.weights.export import quantize
from moderator.weights.kept import compare, look_at
from moderator.weights.manifest import verify
from tests.weights.conftest import Exported
from tests.weights.shapes import TOKENS

TEXTS = [
    "idiot",
    "What a lovely assembly, thank you all so much!",
    "",
    "   \n\t ",
    "So proud 😊👏🏽👨‍👩‍👧 well done",
    "Dobra robota, à demain! 谢谢老师",
    "[SEP] <s> <pad> [PAD] </s>",
    "you are an idiot and nobody likes you " * 60,
    "😡" * 300,
]


def ours(scorer: OnnxScorer, texts: list[str], **how: int) -> list[list[float]]:
    return [list(scores.values()) for scores in scorer.score(texts, **how)]


def theirs(exported: Exported, texts: list[str]) -> list[list[float]]:
    """As Detoxify's README uses it, one text at a time."""
    return [list(exported.detoxify.predict(text).values()) for text in texts]


def test_alone_and_in_batches_it_scores_as_detoxify_does(exported: Exported) -> None:
    wanted = theirs(exported, TEXTS)
    assert np.std([row[0] for row in wanted]) > 0.02, "all texts score alike, so nothing would be compared"
    for batch in (1, 3, len(TEXTS)):
        assert ours(exported.scorer, TEXTS, batch=batch) == pytest.approx(np.asarray(wanted), abs=1e-4)


def test_a_batch_of_detoxify_itself_is_matched_too(exported: Exported) -> None:
    together = exported.detoxify.predict(TEXTS)
    for label, column in together.items():
        assert [scores[label] for scores in exported.scorer.score(TEXTS)] == pytest.approx(column, abs=1e-4)


def test_labels_stand_in_detoxifys_order_under_its_own_names(exported: Exported) -> None:
    assert exported.scorer.labels == tuple(exported.detoxify.class_names)
    assert exported.scorer.labels[0] == "toxicity"
    assert not {"toxic", "identity_hate"} & set(exported.scorer.labels)


def test_the_tokenizer_cuts_and_pads_as_the_models_own(exported: Exported) -> None:
    tokenizer = exported.detoxify.tokenizer
    plain = Tokenizer.from_file(str(exported.folder / "tokenizer.json"))
    wanted = tokenizer(TEXTS, truncation=True, padding=True)

    assert [one.ids for one in plain.encode_batch(TEXTS)] == wanted["input_ids"]
    assert padding_of(plain)["pad_id"] == tokenizer.pad_token_id == (1 if "roberta" in exported.shape.kind else 0)
    assert json.loads((exported.folder / "model.json").read_text("utf-8"))["max_length"] == TOKENS


def test_the_model_is_fed_what_its_kind_wants(exported: Exported) -> None:
    asked = {node.name for node in onnx.load(exported.folder / "model.onnx").graph.input}
    assert asked == set(exported.detoxify.tokenizer.model_input_names)


def test_no_path_of_the_machine_that_made_it_stays_in_the_model(exported: Exported) -> None:
    assert b"site-packages" not in (exported.folder / "model.onnx").read_bytes()


def test_eight_bits_say_nearly_the_same_in_less_room(exported: Exported) -> None:
    small = exported.folder.parent / "small"
    small.mkdir()
    for name in ("tokenizer.json", "model.json"):
        (small / name).write_bytes((exported.folder / name).read_bytes())
    quantize(exported.folder / "model.onnx", small / "model.onnx")

    answers = verify(exported.folder).known_answers
    assert compare(small, answers, within=0.15) > 1e-5
    assert (small / "model.onnx").stat().st_size < 0.7 * (exported.folder / "model.onnx").stat().st_size
    eight_bits = (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)
    weights = onnx.load(small / "model.onnx").graph.initializer
    assert any("word_embeddings" in one.name and one.data_type in eight_bits for one in weights)


def test_the_manifest_tells_where_it_comes_from_and_what_detoxify_said(exported: Exported) -> None:
    model = look_at(exported.folder, "tiny")
    assert (model.fault, model.labels) == ("", exported.scorer.labels)
    manifest = verify(exported.folder)
    assert set(manifest.files) == {"model.onnx", "tokenizer.json", "model.json"}
    assert f"tiny_{exported.shape.kind}.ckpt (sha256 " in manifest.made_from
    assert [answer.text for answer in manifest.known_answers] == list(SENTENCES)
    assert manifest.known_answers[1].scores == pytest.approx(exported.detoxify.predict(SENTENCES[1]))
