"""`policy check`, `policy show`, `policy diff`: the school's policy, seen before it is in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from moderator.build import BUILT_IN, build_reader
from moderator.cli.common import (
    DEFAULT_CONFIG,
    ConfigOption,
    JsonOption,
    ReaderOption,
    ToxicityOption,
    print_json,
    the_scorer,
)
from moderator.errors import ConfigError
from moderator.policy.in_words import (
    bans_in_words,
    differences,
    duty_in_words,
    limit_in_words,
    retention_in_words,
    speech_in_words,
    strikes_in_words,
)
from moderator.policy.limits import Policy
from moderator.policy.rules import RULES
from moderator.settings import read_policy
from moderator.settings.never_hidden import WronglyHidden, never_hidden, wrongly_hidden

policy_app = typer.Typer(
    help="The school's policy: checked, shown in words, and compared.\n\nExample: moderator policy show",
    no_args_is_help=True,
)
FileArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A policy.toml; without it the one in the config folder.")
]
SUMMARIES = {rule.__name__: (rule.__doc__ or "").strip().splitlines()[0] for rule in RULES}


class HidesTooMuch(ConfigError):
    """The policy would hide what no school hides."""


@policy_app.command()
def check(
    file: FileArgument = None,
    config: ConfigOption = DEFAULT_CONFIG,
    toxicity: ToxicityOption = BUILT_IN,
    reader: ReaderOption = BUILT_IN,
    as_json: JsonOption = False,
) -> None:
    """Check a policy: its form, and that it hides no complaint, thanks or question of those that come with the program.

    Example: moderator policy check new-policy.toml
    """
    path = file or config / "policy.toml"
    policy = read_policy(path)
    hidden = wrongly_hidden(policy, the_scorer(toxicity, config), build_reader(reader))
    if as_json:
        print_json(
            {"file": str(path), "version": policy.version, "ok": not hidden, "hides": [_row(one) for one in hidden]}
        )
        raise typer.Exit(ConfigError.exit_code if hidden else 0)
    if hidden:
        raise HidesTooMuch(_told(path, hidden))
    live = sum(policy.state(name) == "live" for name in SUMMARIES)
    typer.echo(f"ok    {path}  version {policy.version}")
    typer.echo(f"ok    {len(SUMMARIES)} rules, {live} of them live")
    typer.echo(f"ok    hides none of {len(never_hidden())} comments that no school should hide")


def _told(path: Path, hidden: list[WronglyHidden]) -> str:
    """Every comment that would be hidden, and why. They are invented and shipped with the program."""
    lines = [f"{path}: would hide {len(hidden)} of {len(never_hidden())} comments that no school should hide:"]
    for one in hidden:
        lines += [f"  {one.comment.kind}: “{one.comment.text}”", f"      {one.reasons[0]}"]
    return "\n".join([*lines, "Raise the limit that each reason names. Then run: moderator policy check"])


def _row(one: WronglyHidden) -> dict[str, Any]:
    return {"text": one.comment.text, "kind": one.comment.kind, "reasons": list(one.reasons)}


@policy_app.command()
def show(file: FileArgument = None, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show a policy in words: limits, every rule with its state and the sentences it serves, duty, strikes, bans.

    Example: moderator policy show
    """
    path = file or config / "policy.toml"
    policy = read_policy(path)
    if as_json:
        print_json(facts(policy))
        return
    typer.echo(f"{path}  version {policy.version}")
    for heading, lines in in_words(policy).items():
        typer.echo(f"\n{heading}")
        for line in lines:
            typer.echo(f"  {line}")


def in_words(policy: Policy) -> dict[str, list[str]]:
    """Each part of a policy under its heading."""
    limits = [f"{label:<15}{limit_in_words(limit)}{_urgent(policy, label)}" for label, limit in policy.limits.items()]
    rules = [line for name, summary in SUMMARIES.items() for line in _rule_lines(policy, name, summary)]
    return {
        "Limits": limits,
        "Rules": rules,
        "What may be said": speech_in_words(policy),
        "When nobody is on duty": duty_in_words(policy),
        "Authors": [*strikes_in_words(policy), *bans_in_words(policy)],
        "Keeping": retention_in_words(policy),
        "The word to a family": [policy.family.message],
    }


def _urgent(policy: Policy, label: str) -> str:
    return ", told at once" if label in policy.urgent else ""


def _rule_lines(policy: Policy, name: str, summary: str) -> list[str]:
    terms = policy.terms(name)
    return [f"{name:<32}{terms.state:<7} {summary}", *(f"        “{line}”" for line in terms.says)]


def facts(policy: Policy) -> dict[str, Any]:
    """A policy for a script."""
    return {
        "version": policy.version,
        "limits": {label: {"queue": limit.queue, "hide": limit.hide} for label, limit in policy.limits.items()},
        "urgent": sorted(policy.urgent),
        "rules": [
            {"rule": name, "state": policy.state(name), "what": summary, "says": list(policy.terms(name).says)}
            for name, summary in SUMMARIES.items()
        ],
        **{heading: lines for heading, lines in in_words(policy).items() if heading not in ("Limits", "Rules")},
    }


@policy_app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The policy.toml from before.")],
    new: Annotated[Path, typer.Argument(help="The policy.toml from then on.")],
    as_json: JsonOption = False,
) -> None:
    """Say in words what another policy would change. Which decisions it would change: moderator whatif.

    Example: moderator policy diff config/policy.toml new-policy.toml
    """
    found = differences(read_policy(old), read_policy(new))
    if as_json:
        print_json(found)
        return
    for line in found or ["Both say the same."]:
        typer.echo(line)


def add_to(app: typer.Typer) -> None:
    app.add_typer(policy_app, name="policy")
