"""The slim installation, without torch and without detoxify, judges as the whole one does."""

from __future__ import annotations

import subprocess
import sys


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
