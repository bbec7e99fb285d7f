"""A model's folder is used only while it is the one that was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from moderator.build import build_scorer
from moderator.errors import ConfigError
from moderator.weights.export import NotTheSame, check_same
from moderator.weights.kept import ask, kept, look_at
from moderator.weights.manifest import KnownAnswer, verify, write_manifest
from tests.detectors.tiny_models import write_onnx

NAME = "detoxify/unbiased"
WEIGHTS = {"vile": (2.0, 1.0), "nice": (-3.0, -1.0)}
SAID = (KnownAnswer(text="vile", scores={"toxicity": 0.8808, "insult": 0.7311}),)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with one model on its shelf."""
    folder = write_onnx(tmp_path / "models" / NAME, ("toxicity", "insult"), WEIGHTS)
    write_manifest(folder, name=NAME, made_from="a test", precision="fp32", known_answers=SAID, within=1e-3)
    return tmp_path


def test_a_fetched_model_is_used_by_its_name(state: Path) -> None:
    scorer = build_scorer(NAME, state)
    assert scorer.score(["vile"])[0]["toxicity"] == pytest.approx(0.8808, abs=1e-4)
    assert not scorer.is_stand_in


def test_a_model_that_was_not_fetched_is_asked_for_with_the_command_that_fetches_it(state: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"is not in .*models yet\. Fetch it with: moderator models fetch detoxify/orig"
    ):
        build_scorer("detoxify/original", state)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.json"])
def test_one_changed_byte_in_any_file_is_told_with_the_remedy_and_nothing_is_read_with_it(
    state: Path, name: str
) -> None:
    path = state / "models" / NAME / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)

    with pytest.raises(ConfigError) as refused:
        build_scorer(NAME, state)
    assert str(path) in str(refused.value)
    assert str(refused.value).endswith(f"Fetch it again with: moderator models fetch {NAME}")
    assert [model.fault for model in kept(state)] == [str(refused.value)]


def test_a_missing_file_is_told_by_its_name(state: Path) -> None:
    (state / "models" / NAME / "tokenizer.json").unlink()
    with pytest.raises(ConfigError, match=r"tokenizer\.json: is missing"):
        verify(state / "models" / NAME)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda manifest: manifest["files"].pop("model.onnx"), r"names no model\.onnx"),
        (
            lambda manifest: manifest["files"].update({"../../x": {"sha256": "0" * 64, "size_bytes": 1}}),
            "cannot be read",
        ),
        (lambda manifest: manifest["files"]["model.onnx"].update(sha256="short"), "cannot be read"),
    ],
    ids=["a file left out", "a path that leads elsewhere", "no digest"],
)
def test_a_faulty_manifest_is_no_proof(state: Path, change: object, told: str) -> None:
    path = state / "models" / NAME / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    assert callable(change)
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        verify(path.parent)


def test_without_its_manifest_a_model_proves_nothing(state: Path) -> None:
    (state / "models" / NAME / "manifest.json").unlink()
    with pytest.raises(ConfigError, match="is missing, so nobody can say"):
        build_scorer(NAME, state)


def test_a_model_is_asked_again_on_this_machine(state: Path) -> None:
    (model,) = kept(state)
    assert ask(model) == pytest.approx(0.0, abs=1e-4)

    wrong = (KnownAnswer(text="vile", scores={"toxicity": 0.2, "insult": 0.7311}),)
    write_manifest(model.folder, name=NAME, made_from="a test", precision="fp32", known_answers=wrong, within=1e-3)
    with pytest.raises(NotTheSame, match=r"differs by 0\.68"):
        ask(look_at(model.folder, NAME))


def test_readings_that_differ_or_have_another_shape_or_are_no_numbers_are_not_the_same() -> None:
    assert check_same(lambda _: [[0.5]], lambda _: [[0.25]], ["a"], within=0.25) == 0.25
    for other in ([[0.75]], [[0.5, 0.5]], [[float("nan")]]):
        with pytest.raises(NotTheSame):
            check_same(lambda _, said=other: said, lambda _: [[0.25]], ["a"], within=0.25)  # type: ignore[misc]
