"""Makes both models from nothing: trains, calibrates on schools never seen, trains on all of them, exports.

    make models            (or: python -m models.recipe.make --shared ../shared --build build/models --to models)

Comes in: the sets of ../shared/data and our own text. Goes out: models/toxicity and models/reader. Each stage is skipped where its
result is there already, and an interrupted one goes on after its last whole epoch. Over an hour on two cores; CUDA is used where
there is any.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from models.recipe import export, reader, toxicity

HELD = ("belfast", "luton", "surrey", "swansea")
"""Schools that the calibration is fitted on, by a model that has not seen them: two hard ones, one of names, one of pupils."""


def make(shared: Path, build: Path, to: Path) -> None:
    checkpoint = build / "teacher/detoxify.ckpt"
    stages: tuple[tuple[str, Path, Callable[[], None]], ...] = (
        ("toxicity, the teacher", build / "teacher/validation.json", lambda: toxicity.teach(shared, build / "teacher")),
        (
            "toxicity model",
            build / "toxicity/validation.json",
            lambda: toxicity.run(shared, build / "toxicity", checkpoint),
        ),
        (
            "reader, four schools held out",
            build / "held/weights.pt",
            lambda: reader.run(shared, build / "held", checkpoint, HELD),
        ),
        ("reader, all schools", build / "reader/weights.pt", lambda: reader.run(shared, build / "reader", checkpoint)),
    )
    for number, (name, result, run) in enumerate(stages, start=1):
        print(f"{number} of 5: {name}{' (there already)' if result.exists() else ''}", flush=True)
        if not result.exists():
            run()
    print("5 of 5: export", flush=True)
    export.toxicity(build, to)
    export.reader(build, to, build / "reader/weights.pt")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--build", type=Path, default=Path("build/models"))
    parser.add_argument("--to", type=Path, default=Path("models"))
    given = parser.parse_args()
    make(given.shared, given.build, given.to)
