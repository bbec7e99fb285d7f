"""A Detoxify checkpoint becomes a folder for OnnxScorer, checked against `Detoxify.predict` before it is kept.

torch, transformers and detoxify are loaded here and nowhere else in this room, inside functions.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from moderator.errors import ConfigError
from moderator.weights.export import export, quantize
from moderator.weights.kept import compare
from moderator.weights.manifest import (
    CARD,
    MODEL,
    TOKENIZER,
    KnownAnswer,
    Manifest,
    Precision,
    write_manifest,
)

if TYPE_CHECKING:
    import torch

PACKAGES = ("torch", "transformers", "detoxify", "onnx", "onnxscript")
WITHIN = {"fp32": 1e-4, "int8": 0.15}
"""How far a score may lie from Detoxify's. Eight bits move a score in the steep middle of the curve by some hundredths."""

SENTENCES = (
    "What a lovely assembly, thank you all!",
    "You are an idiot.",
    "shut up you stupid fool, nobody likes you",
    "Is the gate open at half past three on Friday?",
    "I will find you and hurt you.",
    "Parking is a disgrace and the office never answers. Please do something about it.",
    "Go back to where you came from, we do not want your sort here",
    "So proud 😊👏🏽 well done everyone!!!",
    "Quelle bande d'imbéciles, c'est honteux",
    "Dobra robota, gratulacje dla całej klasy",
    "Cheers! Any chance of a copy?\n\nhttps://example.org/a_b?c=1 @someone #sportsday",
    "We sat at the back and heard every word, which says a lot about how well they had rehearsed. " * 12,
)
"""Read by both models whenever one is exported, and again by `models check`."""


def need_packages() -> None:
    """Raises ConfigError that names what is not installed; the slim installation leaves most of it out."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"Making a model needs {', '.join(missing)}, which the daemon does not. Install it beside moderator with: "
            f"pip install {' '.join(missing)}"
        )


@contextmanager
def open_checkpoint(checkpoint: Path, config: Path) -> Iterator[Any]:
    """A `detoxify.Detoxify` from a file in Detoxify's format and a Hugging Face folder (config.json and tokenizer).

    Nothing is downloaded and nothing but weights and plain settings is taken from the file. Raises ConfigError.
    """
    from detoxify import Detoxify

    with tempfile.TemporaryDirectory(prefix="moderator-") as temporary:
        try:
            copy = _at_home(checkpoint, config, Path(temporary))
            with _without_bars():
                opened = Detoxify(checkpoint=str(copy), huggingface_config_path=str(config))
        except Exception as error:
            raise ConfigError(
                f"{checkpoint} with {config}: no Detoxify checkpoint can be made out ({type(error).__name__}: {error}). "
                "The first must be a file that Detoxify saved, the second a folder with config.json and the tokenizer."
            ) from error
        yield opened


def _at_home(checkpoint: Path, config: Path, temporary: Path) -> Path:
    """A copy of the checkpoint that asks for the folder at hand.

    Detoxify 0.5.4 looks up the name under which it was trained even where a folder is given, and unpickles whatever it finds.
    """
    import torch

    if not (config / "config.json").is_file():
        raise FileNotFoundError(f"no config.json in {config}")
    loaded = torch.load(checkpoint, map_location="cpu", weights_only=True)
    settings = loaded["config"]
    settings["arch"]["args"]["model_type"] = str(config)
    copy = temporary / "checkpoint.ckpt"
    torch.save({"config": settings, "state_dict": loaded["state_dict"]}, copy)
    return copy


def convert(detoxify: Any, folder: Path, *, name: str, made_from: str, version: str, precision: Precision) -> Manifest:
    """Write the model of a `detoxify.Detoxify` into `folder`, which is replaced as a whole once all is checked.

    Raises NotTheSame where fp32 differs from `Detoxify.predict` by more than 1e-4 or int8 by more than 0.15, and ConfigError
    where `folder` holds something that is no model.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / CARD).exists():
        raise ConfigError(f"{folder}: holds something that is no model. Name an empty or a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        manifest = _fill(detoxify, made, name, made_from, f"{version}-{precision}", precision)
        if folder.exists():
            folder.rename(Path(temporary) / "before")
        made.rename(folder)
    return manifest


def _fill(detoxify: Any, made: Path, name: str, made_from: str, version: str, precision: Precision) -> Manifest:
    answers = known_answers(detoxify)
    write_card(made, name, version, tuple(detoxify.class_names), longest(detoxify))
    write_tokenizer(detoxify.tokenizer, made / TOKENIZER, longest(detoxify))
    export(_first_columns(detoxify), made / MODEL, inputs=_wanted(detoxify.tokenizer))
    compare(made, answers, WITHIN["fp32"])
    if precision == "int8":
        quantize(made / MODEL, made / "int8.onnx")
        (made / "int8.onnx").replace(made / MODEL)
        compare(made, answers, WITHIN["int8"])
    return write_manifest(
        made, name=name, made_from=made_from, precision=precision, known_answers=answers, within=WITHIN[precision]
    )


def known_answers(detoxify: Any, texts: Sequence[str] = SENTENCES) -> tuple[KnownAnswer, ...]:
    """What `Detoxify.predict` says of each text by itself."""
    return tuple(KnownAnswer(text=text, scores=detoxify.predict(text)) for text in texts)


def write_card(folder: Path, name: str, version: str, labels: tuple[str, ...], max_length: int) -> None:
    card = {"name": name, "version": version, "labels": labels, "max_length": max_length}
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def write_tokenizer(tokenizer: Any, path: Path, max_length: int) -> None:
    """A transformers tokenizer as the one file that the tokenizers library reads, its own padding in it."""
    plain = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    plain.enable_truncation(max_length)
    plain.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token)
    plain.save(str(path))


def longest(detoxify: Any) -> int:
    """The most tokens that the model can read. RoBERTa counts its places from behind the padding's number."""
    config = detoxify.model.config
    unused = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return min(int(detoxify.tokenizer.model_max_length), int(config.max_position_embeddings) - unused)


def _wanted(tokenizer: Any) -> tuple[str, ...]:
    """What the model is fed by Detoxify: token_type_ids for BERT and ALBERT, none for RoBERTa."""
    return tuple(
        name for name in ("input_ids", "attention_mask", "token_type_ids") if name in tokenizer.model_input_names
    )


def _first_columns(detoxify: Any) -> torch.nn.Module:
    """The model with the columns that Detoxify names: `unbiased` and `multilingual` have nine more, on identities."""
    import torch

    model, count = detoxify.model, len(detoxify.class_names)
    model.set_attn_implementation("eager")

    class FirstColumns(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, **inputs: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.model(**inputs)[0]
            return logits[:, :count]

    return FirstColumns()


@contextmanager
def _without_bars() -> Iterator[None]:
    """Loading takes a second; its bar and its list of unused weights would only be in the way."""
    from transformers import utils

    logging: Any = utils.logging
    level = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()
