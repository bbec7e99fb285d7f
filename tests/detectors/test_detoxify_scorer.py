from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moderator.detectors.detoxify_scorer import DetoxifyScorer
from moderator.detectors.toxicity import LABELS
from moderator.errors import ConfigError
from tests.detectors.tiny_models import write_checkpoint

TEXTS = ["nice nice", "vile", "what is this", ""]


def test_it_scores_as_detoxify_itself_does(tmp_path: Path) -> None:
    detoxify = pytest.importorskip("detoxify", reason="the slim installation leaves detoxify out")
    # Detoxify renames the three labels of its first training set; the checkpoint holds them as they were.
    old = ("toxic", "severe_toxic", "obscene", "threat", "insult", "identity_hate")
    checkpoint, home = write_checkpoint(tmp_path, old)

    scorer = DetoxifyScorer(checkpoint, home)
    theirs = detoxify.Detoxify(checkpoint=str(checkpoint), huggingface_config_path=str(home))

    assert scorer.labels == LABELS
    for text, scores in zip(TEXTS, scorer.score(TEXTS), strict=True):
        assert scores == pytest.approx(theirs.predict(text))
    assert scorer.version == "tiny"
    assert not scorer.is_stand_in


def test_a_missing_checkpoint_is_a_fault_in_the_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        DetoxifyScorer(tmp_path / "none.ckpt", tmp_path)


def test_no_detector_needs_torch_detoxify_or_transformers() -> None:
    program = """
import sys
for name in ("torch", "detoxify", "transformers"):
    sys.modules[name] = None  # an import of it fails from here on
import importlib, pkgutil, moderator.detectors, moderator.judge_file
for found in pkgutil.iter_modules(moderator.detectors.__path__):
    importlib.import_module(f"moderator.detectors.{found.name}")
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.domain import School
from moderator.judge_file import judge_lines
from moderator.policy.limits import DEFAULT
school, scorer = School("s", "Quay School"), WordListScorer()
detectors = build_detectors(school, None, scorer)
judged = list(judge_lines(['{"id": "1", "text": "you idiot"}'], detectors, scorer, DEFAULT, school))
assert judged[0]["action"] != "allow" and not judged[0]["reasons"][0].startswith("not judged"), judged
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
