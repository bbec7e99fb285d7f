"""The man page, made from what the commands say of themselves: python -m moderator.cli.manual > moderator.1"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from typer.main import get_command

from moderator.cli import program


def manual() -> str:
    """In the form of man(7)."""
    group: Any = get_command(program())
    lines = [
        f'.TH MODERATOR 1 "" "moderator {version("moderator")}"',
        ".SH NAME",
        r"moderator \- " + escaped(str(group.help)),
    ]
    lines += [".SH SYNOPSIS", r".B moderator", r"COMMAND [OPTIONS]", ".SH COMMANDS"]
    for name, command in sorted(group.commands.items()):
        lines += section(name, command)
        for inner, below in sorted(getattr(command, "commands", {}).items()):
            lines += section(f"{name} {inner}", below)
    return "\n".join([*lines, ".SH EXIT STATUS", escaped(str(group.epilog)), ""])


def section(name: str, command: Any) -> Iterator[str]:
    yield f".SS moderator {name}"
    for paragraph in (command.help or "").split("\n\n"):
        yield escaped(" ".join(paragraph.split()))
        yield ".PP"
    for parameter in command.params:
        yield ".TP"
        if parameter.param_type_name == "argument":
            yield ".I " + escaped(str(parameter.metavar or parameter.name).upper())
        else:
            yield ".B " + escaped(", ".join((*parameter.opts, *parameter.secondary_opts)))
        yield escaped(" ".join((getattr(parameter, "help", None) or "").split()) or "-")


def escaped(text: str) -> str:
    """A line that begins with a dot or an apostrophe would be taken for a command of man's."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    print(manual())
