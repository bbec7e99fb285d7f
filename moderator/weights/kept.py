"""The models that are on the shelf: opened, listed, and asked whether they still say what they said when they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moderator.detectors.classifier import OnnxScorer
from moderator.errors import ConfigError, ModeratorError
from moderator.weights.export import check_same
from moderator.weights.manifest import MANIFEST, KnownAnswer, Manifest, read_manifest, verify
from moderator.weights.shelf import place_of, shelf


@dataclass(frozen=True, slots=True)
class Kept:
    """A model on the shelf. `fault` is "" where all is well, else what is wrong with it and what to do."""

    name: str
    folder: Path
    manifest: Manifest | None
    labels: tuple[str, ...] = ()
    fault: str = ""


def load(name: str, state_dir: Path) -> OnnxScorer:
    """The scorer of a fetched model, its files checked. Raises ConfigError where it is missing or is another."""
    folder = place_of(name, state_dir)
    if not folder.is_dir():
        raise ConfigError(
            f"{name} is not in {shelf(state_dir)} yet. Fetch it with: moderator models fetch {name} "
            '(about half a gigabyte to download), or set toxicity = "stand-in" in moderator.toml.'
        )
    verify(folder)
    return OnnxScorer(folder)


def kept(state_dir: Path) -> list[Kept]:
    """Every model on the shelf by name, with its digests compared."""
    return [look_at(found.parent, _name(found.parent, state_dir)) for found in sorted(shelf(state_dir).rglob(MANIFEST))]


def look_at(folder: Path, name: str) -> Kept:
    """A model's folder with its digests compared."""
    manifest: Manifest | None = None
    try:
        manifest = read_manifest(folder)
        verify(folder)
        return Kept(name, folder, manifest, OnnxScorer(folder).labels)
    except ModeratorError as error:
        return Kept(name, folder, manifest, fault=str(error))


def ask(model: Kept) -> float | None:
    """How far the model's scores lie from its known answers on this machine; None where it came without any.

    Raises NotTheSame where they lie too far: the processor rounds in another way, or the model was made wrongly.
    """
    answers = model.manifest.known_answers if model.manifest else ()
    if model.manifest is None or not answers:
        return None
    return compare(model.folder, answers, model.manifest.within)


def compare(folder: Path, answers: Sequence[KnownAnswer], within: float) -> float:
    """The largest difference between the folder's model and the answers. Raises NotTheSame above `within`."""
    scorer = OnnxScorer(folder)
    return check_same(
        lambda texts: [list(scores.values()) for scores in scorer.score(texts)],
        lambda _texts: [[answer.scores[label] for label in scorer.labels] for answer in answers],
        [answer.text for answer in answers],
        within,
    )


def _name(folder: Path, state_dir: Path) -> str:
    return folder.relative_to(shelf(state_dir)).as_posix()
