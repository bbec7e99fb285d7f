"""`check-post`: the school's own words, looked at before they go out."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from moderator.build import build_models, school_detectors
from moderator.by_hand.own_post import CHECKED, Answer, PostCheck, check_post
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, JsonOption, load_settings, print_json, shown, utc_now
from moderator.detectors.roll import Roll
from moderator.settings.roll_file import load_roll

LARGEST_INPUT = 100_000  # characters
IN_WORDS = {
    Answer.FINE: "Nothing in the words stands against posting this.",
    Answer.LOOK_TWICE: "Look twice before you post this.",
    Answer.DO_NOT_POST: "Please do not post this as it is.",
}


def check_own_post(
    config: ConfigOption = DEFAULT_CONFIG,
    text: Annotated[
        str, typer.Option("--text", help="The words of the post; without it they are read from stdin.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Look at a post of the school's own before it goes out: pupils named or tagged in its words, and which line says so.

    Pictures are not looked at. The exit code is 1 where it should not be posted as it is.

    Example: moderator check-post --text "Year 4 loved the lighthouse today!"
    """
    settings = load_settings(config, logins=False)
    now = utc_now()
    roll = load_roll(settings, now)
    pupils = Roll(roll.pupils) if roll is not None else Roll()
    words = text or sys.stdin.read(LARGEST_INPUT)
    detectors = school_detectors(settings, now, build_models(settings))
    found = check_post(words, detectors, settings.school, pupils, now)
    if as_json:
        remarks = [
            {"what": each.what, "phrase": each.phrase, "line": each.line, "answer": each.answer}
            for each in found.remarks
        ]
        print_json({"answer": found.answer, "remarks": remarks, "roll": len(pupils)})
    else:
        tell(found, len(pupils))
    raise typer.Exit(1 if found.answer is Answer.DO_NOT_POST else 0)


def tell(found: PostCheck, pupils: int) -> None:
    typer.echo(IN_WORDS[found.answer])
    for remark in found.remarks:
        phrase = f"“{shown(remark.phrase)}”: " if remark.phrase else ""
        typer.echo(f"  {phrase}{remark.what}.")
        typer.echo(f"     The policy: {remark.line}")
    if not pupils:
        typer.echo("No pupils' roll is held, so pupils are not known by name: moderator roll import FILE")
    if found.answer is Answer.FINE:
        typer.echo(f"The policy still asks for a second pair of eyes: {CHECKED}")


def add_to(app: typer.Typer) -> None:
    app.command("check-post")(check_own_post)
