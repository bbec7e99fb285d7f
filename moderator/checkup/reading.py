"""What reads comments: the models, whole and ready."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from moderator.checkup.lines import Line, fail, ok, warn
from moderator.errors import ModeratorError
from moderator.settings import Settings
from moderator.weights.manifest import MANIFEST, verify
from moderator.weights.shelf import place_of
from moderator.weights.shipped import shipped

REMEDY = "Put its folder back as it was when you first had it, or install again."


def model_lines(settings: Settings) -> Iterator[Line]:
    """Every file of the models in use compared with the digest that was written down when it was made."""
    for what, choice in (("toxicity", settings.toxicity), ("reader", settings.reader)):
        yield model_line(what, choice, settings.state_dir)


def model_line(what: str, choice: str, state_dir: Path) -> Line:
    if choice in ("stand-in", "off"):
        weaker = "a short word list in its place" if choice == "stand-in" else "off: lists and patterns alone"
        return warn(what, f"{weaker}, which finds far less", f'Set {what} = "built-in" under [detectors].')
    try:
        folder = folder_of(what, choice, state_dir)
        if choice.startswith("onnx:") and not (folder / MANIFEST).exists():
            return warn(
                what, f"{folder} has no {MANIFEST}, so nobody can say whether it is whole", "See models/README.md."
            )
        manifest = verify(folder)
    except ModeratorError as error:
        return fail(what, str(error), REMEDY)
    return ok(what, f"{manifest.name}, {len(manifest.files)} files, each as its digest says")


def folder_of(what: str, choice: str, state_dir: Path) -> Path:
    """Raises ConfigError where the model that comes with the program is not there."""
    if choice == "built-in":
        return shipped(what)
    return Path(choice.removeprefix("onnx:")) if choice.startswith("onnx:") else place_of(choice, state_dir)
