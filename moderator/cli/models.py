"""`models fetch`, `models list`, `models check`: the weights that read comments, where they come from, whether they are whole."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, print_json
from moderator.errors import ConfigError, ModeratorError
from moderator.settings.read import read_state_dir
from moderator.weights.manifest import Manifest
from moderator.weights.shelf import DETOXIFY, place_of

if TYPE_CHECKING:
    from moderator.weights.kept import Kept

models_app = typer.Typer(
    help="The models that read comments: fetched, listed and checked.\n\nExample: moderator models list",
    no_args_is_help=True,
)
EMPTY = f"No model was fetched yet. For example: moderator models fetch {DETOXIFY[1]}"


class PrecisionChoice(StrEnum):
    INT8 = "int8"
    FP32 = "fp32"


@models_app.command()
def fetch(
    name: Annotated[str, typer.Argument(help=f"Which: {', '.join(DETOXIFY)}.")],
    precision: Annotated[
        PrecisionChoice,
        typer.Option(help="int8: small and fast. fp32: exactly as Detoxify scores, four times the size."),
    ] = PrecisionChoice.INT8,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write; without it the models folder in state_dir.", metavar="FOLDER")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A Detoxify checkpoint at hand; nothing is downloaded.", metavar="FILE")
    ] = None,
    model_config: Annotated[
        Path | None,
        typer.Option(help="With --checkpoint: its folder with config.json and tokenizer.", metavar="FOLDER"),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Download a model of Detoxify's, export it to ONNX, and keep it once it scores as Detoxify itself does.

    Example: moderator models fetch detoxify/unbiased
    """
    if (checkpoint is None) != (model_config is None):
        raise typer.BadParameter("--checkpoint and --model-config go together.")
    if to is None and name not in DETOXIFY:
        raise typer.BadParameter(
            f"{name!r} is none of {', '.join(DETOXIFY)}; for another, say with --to where it goes."
        )
    folder = to or place_of(name, read_state_dir(config))
    from moderator.weights.fetch import fetch as download
    from moderator.weights.fetch import from_files

    if checkpoint is not None and model_config is not None:
        manifest = from_files(name, checkpoint, model_config, folder.absolute(), precision.value)
    else:
        manifest = download(name, folder.absolute(), precision.value)
    _tell(manifest, folder.absolute(), f"onnx:{folder.absolute()}" if to else name, as_json)


def _tell(manifest: Manifest, folder: Path, choice: str, as_json: bool) -> None:
    from moderator.weights.kept import ask, look_at

    model = look_at(folder, manifest.name)
    furthest = ask(model) or 0.0
    if as_json:
        print_json({**row(model), "furthest_from_detoxify": furthest, "setting": choice})
        return
    typer.echo(f"{folder}: {manifest.precision}, {_size(manifest)}, {', '.join(model.labels)}")
    typer.echo(f"its scores are within {furthest:.2g} of Detoxify's on {len(manifest.known_answers)} sentences")
    typer.echo(f'To use it set in moderator.toml, under [detectors]: toxicity = "{choice}". Then run: moderator check')


@models_app.command("list")
def list_models(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the fetched models: labels, precision, size, and whether every file is the one that was written.

    Example: moderator models list
    """
    from moderator.weights.kept import kept  # onnxruntime is loaded only where a model is used.

    models = kept(read_state_dir(config))
    if as_json:
        print_json([row(model) for model in models])
        return
    for model in models:
        size = f"{model.manifest.precision}  {_size(model.manifest)}" if model.manifest else ""
        typer.echo(f"{model.name:<26}{'whole' if not model.fault else 'FAULTY':<8}{size}  {', '.join(model.labels)}")
    if not models:
        typer.echo(EMPTY)


@models_app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="One model's folder; without it all that were fetched.")] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Check that every file is whole, and that each model scores on this machine as it should.

    Example: moderator models check
    """
    from moderator.weights.kept import kept, look_at

    models = [look_at(folder.absolute(), folder.name)] if folder else kept(read_state_dir(config))
    rows = [_checked(model) for model in models]
    if as_json:
        print_json(rows)
    else:
        for one in rows:
            typer.echo(f"{'ok  ' if one['ok'] else 'FAIL'}  {one['name']:<26}{one['detail']}")
        if not rows:
            typer.echo(EMPTY)
    raise typer.Exit(0 if all(one["ok"] for one in rows) else ConfigError.exit_code)


def _checked(model: Kept) -> dict[str, Any]:
    if model.fault:
        return {"name": model.name, "ok": False, "detail": model.fault}
    from moderator.weights.kept import ask

    try:
        furthest = ask(model)
    except ModeratorError as error:
        return {"name": model.name, "ok": False, "detail": str(error)}
    said = "came without known answers" if furthest is None else f"within {furthest:.2g} of the model it was made from"
    return {"name": model.name, "ok": True, "detail": f"every file is whole; {said}"}


def row(model: Kept) -> dict[str, Any]:
    """A model for a script."""
    manifest = model.manifest
    return {
        "name": model.name,
        "folder": str(model.folder),
        "labels": list(model.labels),
        "precision": manifest.precision if manifest else None,
        "size_bytes": manifest.size_bytes if manifest else None,
        "made_from": manifest.made_from if manifest else None,
        "digest_ok": not model.fault,
        "fault": model.fault,
    }


def _size(manifest: Manifest) -> str:
    return f"{manifest.size_bytes / 1e6:.1f} MB"


def add_to(app: typer.Typer) -> None:
    app.add_typer(models_app, name="models")
