"""Each of Detoxify's shapes, made and exported once for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from moderator.detectors.classifier import OnnxScorer
from tests.weights.shapes import SHAPES, Shape, make_checkpoint


@dataclass(frozen=True)
class Exported:
    """A checkpoint as detoxify itself reads it, and the folder that was made of it in fp32."""

    shape: Shape
    detoxify: Any
    folder: Path
    scorer: OnnxScorer


@pytest.fixture(scope="module", params=SHAPES)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    theirs = pytest.importorskip("detoxify", reason="the slim installation leaves detoxify out")
    from moderator.weights import fetch

    shape, place = SHAPES[request.param], tmp_path_factory.mktemp(request.param)
    checkpoint, home = make_checkpoint(shape, place)
    detoxify = theirs.Detoxify(checkpoint=str(checkpoint), huggingface_config_path=str(home))
    fetch.from_files(f"tiny/{shape.kind}", checkpoint, home, place / "model", "fp32")
    return Exported(shape, detoxify, place / "model", OnnxScorer(place / "model"))
