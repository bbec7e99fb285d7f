"""Every command explains itself, with an example that names it."""

from __future__ import annotations

import typer
from typer.main import get_command

from moderator.cli import COMMANDS, EXIT_CODES, program
from moderator.errors import AlreadyRunning, ConfigError, ModeratorError, PlatformError, StoreError
from tests.conftest import REPOSITORY


def commands() -> dict[str, str]:
    """Each command with its help."""
    group = get_command(program())
    assert isinstance(group, typer.core.TyperGroup)
    found = {}
    for name, command in group.commands.items():
        found[name] = command.help or ""
        for inner, below in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = below.help or ""
    return found


def test_every_command_has_an_example() -> None:
    for name, said in commands().items():
        if name != "roll":  # A group that does nothing by itself.
            assert f"Example: moderator {name}" in said or f"Example: moderator {name.split()[0]}" in said, name


def test_every_command_is_in_the_readme() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for name in commands():
        assert f"moderator {name}" in readme, name


def test_every_exit_code_is_documented() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for error in (ModeratorError, ConfigError, PlatformError, StoreError, AlreadyRunning):
        assert f"{error.exit_code} " in EXIT_CODES
        assert f"| {error.exit_code} |" in readme


def test_each_file_holds_the_commands_that_are_looked_for_in_it() -> None:
    every = get_command(program())
    assert isinstance(every, typer.core.TyperGroup)
    assert sorted(every.commands) == sorted(name for names in COMMANDS.values() for name in names)
    for names in COMMANDS.values():
        own = get_command(program([names[0]]))
        assert isinstance(own, typer.core.TyperGroup)
        assert list(own.commands) == list(names)
