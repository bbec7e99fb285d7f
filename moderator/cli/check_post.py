"""`check-post`, `sign-off`, `own-posts`: the school's own posts, before they go out and after, looked at by two."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.build import build_models, school_detectors
from moderator.by_hand.own_pictures import check_post_with_pictures
from moderator.by_hand.own_post import CHECKED, Answer, PostCheck
from moderator.by_hand.sign_off import ask_for_sign_off, digest_of, sign_off
from moderator.by_hand.watch import in_one_line, settle_own_post
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ByOption,
    ConfigOption,
    DryRunOption,
    JsonOption,
    NotFound,
    load_settings,
    local_time,
    opened,
    print_json,
    show,
    shown,
    the_person,
    utc_now,
)
from moderator.detectors.roll import Roll
from moderator.errors import ConfigError
from moderator.pictures.decoder import LARGEST_BYTES
from moderator.pictures.looking import Looker
from moderator.settings import Settings
from moderator.settings.roll_file import load_roll
from moderator.store import own_posts
from moderator.store.own_posts import CODE_LENGTH, OwnPostCheck, OwnPostFinding

LARGEST_INPUT = 100_000  # characters
LATELY = timedelta(days=30)
IN_WORDS = {
    Answer.FINE: "Nothing that was seen stands against posting this.",
    Answer.LOOK_TWICE: "Look twice before you post this.",
    Answer.DO_NOT_POST: "Please do not post this as it is.",
}


def check_own_post(
    config: ConfigOption = DEFAULT_CONFIG,
    text: Annotated[
        str,
        typer.Option("--text", help="The words of the post; without it and without pictures they are read from stdin."),
    ] = "",
    image: Annotated[
        list[Path] | None, typer.Option("--image", help="A picture of the post; may be given several times.")
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Record that it was looked at, and ask a second person to sign it off.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="With --ask: who asks; the name stands in the record.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Look at a post of the school's own before it goes out: pupils named, tagged or alone on a picture, and which line says so.

    Pictures are read in memory and never kept. The exit code is 1 where it should not be posted as it is.

    Example: moderator check-post --text "Year 4 loved the lighthouse!" --image lighthouse.jpg --ask --by "Miss Example"
    """
    who = the_person(by) if ask else None
    settings = load_settings(config, logins=False)
    pictures = [read_picture(path) for path in image or ()]
    words = text or ("" if pictures else sys.stdin.read(LARGEST_INPUT))
    found, pupils = looked_at(settings, words, pictures)
    if who is not None:
        with opened(config) as (_settings, database), database.transaction() as tx:
            ask_for_sign_off(tx, who, words, pictures, found.answer, utc_now())
    code = digest_of(words, pictures)[:CODE_LENGTH]
    if as_json:
        remarks = [
            {"what": each.what, "phrase": each.phrase, "line": each.line, "answer": each.answer}
            for each in found.remarks
        ]
        facts = {"pictures": len(pictures), "code": code, "asked": who is not None}
        print_json({"answer": found.answer, "remarks": remarks, "roll": pupils} | facts)
    else:
        tell(found, pupils)
        if who is not None:
            typer.echo(f"A second person looks at it too, and then: moderator sign-off {code} --by NAME")
    raise typer.Exit(1 if found.answer is Answer.DO_NOT_POST else 0)


def read_picture(path: Path) -> bytes:
    """The file, or as much of it as tells that it is too large. Raises NotFound."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise NotFound(f"{path} cannot be read ({error.strerror}). Nothing was looked at.") from error


def looked_at(settings: Settings, text: str, pictures: Sequence[bytes]) -> tuple[PostCheck, int]:
    """What stands against the post, and how many pupils the roll holds."""
    now = utc_now()
    roll = load_roll(settings, now)
    pupils = Roll(roll.pupils) if roll is not None else Roll()
    detectors = school_detectors(settings, now, build_models(settings))
    looker = a_looker(settings) if pictures else None
    try:
        found = check_post_with_pictures(text, pictures, looker, detectors, settings.school, pupils, now)
    finally:
        if looker is not None:
            looker.close()
    return found, len(pupils)


def a_looker(settings: Settings) -> Looker | None:
    """What reads pictures; None, and a word about it, where it is not installed."""
    try:
        return Looker(nudity=settings.pictures.nudity)
    except ConfigError as error:
        typer.echo(f"moderator: {error}", err=True)
        return None


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


def sign_off_command(
    code: Annotated[str, typer.Argument(metavar="[CODE]", help="The post's code, as check-post told it.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    by: ByOption = "",
    why: Annotated[str, typer.Option("--why", help="Why it may go out although the advice was not to post it.")] = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say that you looked at a post of the school's own, as the second person. Without a code, list those of the last 30 days.

    Example: moderator sign-off 3f2a9c01 --by "Mrs Ravenscroft"
    """
    if not code:
        with opened(config) as (_settings, database), database.reading() as tx:
            rows = [check_row(each) for each in own_posts.latest(tx, utc_now() - LATELY)]
        show(as_json, rows, "Nobody asked for a second pair of eyes in the last 30 days.")
        return
    who = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        signed = sign_off(tx, code, who, why, utc_now(), dry_run=dry_run)
    if as_json:
        print_json(check_row(signed) | {"dry_run": dry_run})
    elif dry_run:
        typer.echo(f"would be signed off by {who.name}: {signed.code}, {signed.answer}, {signed.pictures} pictures")
    else:
        typer.echo(f"signed off by {signed.signed_by}, {local_time(signed.signed_at)}: {signed.code}")


def check_row(check: OwnPostCheck) -> dict[str, Any]:
    return {
        "code": check.code,
        "answer": check.answer,
        "pictures": check.pictures,
        "asked": f"asked {local_time(check.asked_at)} by {check.asked_by}",
        "signed": f"signed {local_time(check.signed_at)} by {check.signed_by}" if check.signed_at else "waits",
        "why": check.why,
    }


def own_posts_command(
    config: ConfigOption = DEFAULT_CONFIG,
    settled: Annotated[
        str, typer.Option("--settled", metavar="CODE", help="Say that a post was edited, taken down or found right.")
    ] = "",
    by: ByOption = "",
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the school's own posts that break its policy as they stand; or say with --settled that one is settled.

    The daemon looks at the words of each post once, and again when they were edited. It changes nothing about them.

    Example: moderator own-posts --settled x:3f2a9c01b7d4 --by "Mrs Ravenscroft"
    """
    if not settled:
        with opened(config) as (_settings, database), database.reading() as tx:
            rows = [own_post_row(each) for each in own_posts.unsettled(tx)]
        show(as_json, rows, "Nothing stands against what the school has posted.")
        return
    who = the_person(by)
    with opened(config) as (_settings, database), database.transaction() as tx:
        codes = [each.code for each in own_posts.unsettled(tx)]
        if not dry_run or settled not in codes:
            settle_own_post(tx, settled, who, utc_now())
    typer.echo(f"{'would be settled' if dry_run else 'settled'} by {who.name}: {settled}")


def own_post_row(found: OwnPostFinding) -> dict[str, Any]:
    lines = " / ".join(dict.fromkeys(line for _, line in found.remarks))
    return {
        "code": found.code,
        "answer": found.answer,
        "what": in_one_line(found),
        "url": found.post.url,
        "line": lines,
    }


def add_to(app: typer.Typer) -> None:
    app.command("check-post")(check_own_post)
    app.command("sign-off")(sign_off_command)
    app.command("own-posts")(own_posts_command)
