"""`manifest.json`: which files a model's folder holds, with the sha256 of each, where they come from, and some known answers."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from moderator.errors import ConfigError

MANIFEST = "manifest.json"
MODEL, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "model.json"
NEEDED = (MODEL, TOKENIZER, CARD)
Precision = Literal["int8", "fp32"]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]  # So none leads out of the folder.


class Part(BaseModel):
    """The frozen parts of a manifest."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class File(Part):
    sha256: Digest
    size_bytes: int = Field(ge=0)


class KnownAnswer(Part):
    """What the model that the weights were made from says of a text: 0.0 to 1.0 for each label."""

    text: str
    scores: dict[str, float]


class Manifest(Part):
    """`within`: how far the scores of this folder's model may lie from the known answers, on any machine."""

    name: str
    made_from: str
    precision: Precision
    files: dict[FileName, File]
    known_answers: tuple[KnownAnswer, ...] = ()
    within: float = Field(default=0.0, ge=0.0)

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files.values())


def write_manifest(
    folder: Path,
    *,
    name: str,
    made_from: str,
    precision: Precision,
    known_answers: tuple[KnownAnswer, ...] = (),
    within: float = 0.0,
) -> Manifest:
    """Write down every file of the folder as it is now. The last thing to do to a folder."""
    files = {
        path.name: File(sha256=digest(path), size_bytes=path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    }
    manifest = Manifest(
        name=name, made_from=made_from, precision=precision, files=files, known_answers=known_answers, within=within
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest as it stands, nothing compared. Raises ConfigError where it is missing or faulty."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{folder}: {MANIFEST} is missing, so nobody can say whether the model there is whole."
        ) from None
    except (OSError, ValidationError, ValueError) as error:
        raise ConfigError(f"{folder / MANIFEST}: cannot be read ({type(error).__name__}). {_again('')}") from error
    missing = [name for name in NEEDED if name not in manifest.files]
    if missing:
        raise ConfigError(f"{folder / MANIFEST}: names no {' and no '.join(missing)}. {_again(manifest.name)}")
    return manifest


def verify(folder: Path) -> Manifest:
    """The manifest, every file compared with it. Raises ConfigError for the first that is missing or is another.

    Reads all files: a model of 23 MB takes about 20 ms, one of 1 GB about a second.
    """
    manifest = read_manifest(folder)
    for name, file in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ConfigError(f"{path}: is missing. {_again(manifest.name)}")
        if digest(path) != file.sha256:
            raise ConfigError(
                f"{path}: is not the file that was written there: its sha256 is not the one in {MANIFEST}. "
                f"Nothing was read with it. {_again(manifest.name)}"
            )
    return manifest


def digest(path: Path) -> str:
    """sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _again(name: str) -> str:
    if name.startswith("detoxify/"):
        return f"Fetch it again with: moderator models fetch {name}"
    return "Put the folder back as it was when you first had it."
