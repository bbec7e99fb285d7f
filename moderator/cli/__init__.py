"""A door: parses, calls, prints. What a command prints for people it also prints as JSON with --json.

Exit codes: 0 done · 1 it could not be done · 2 a file of yours must be mended first · 3 a platform refused or cannot be reached
· 4 the database cannot be opened · 65 it is damaged · 75 another daemon runs on the same data.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from moderator.errors import ModeratorError

EXIT_CODES = (
    "Exit codes: 0 done · 1 could not be done · 2 a file must be mended · 3 a platform failed · 4 the database failed · "
    "65 it is damaged · 75 another daemon runs"
)
# Which file holds which commands, in the order of --help. A command's own file is all that is read when it is called by name:
# reading them all, and what they need, takes longer than most commands do.
COMMANDS = {
    "work": ("run", "once", "demo", "sandbox"),
    "worker": ("worker",),
    "web": ("web",),
    "users": ("users",),
    "judge": ("judge",),
    "setup": ("setup",),
    "check": ("check", "accounts"),
    "diagnostics": ("diagnostics",),
    "review": ("queue", "decide", "explain"),
    "bundles": ("alike", "decide-together"),
    "desk": ("pass-on", "put-off", "propose"),
    "tasks": ("tasks", "overturn", "take-back"),
    "byhand": ("paste", "checklist"),
    "check_post": ("check-post", "sign-off", "own-posts"),
    "alerts": ("alerts",),
    "authors": ("author",),
    "record": ("history", "evidence", "verify-audit"),
    "trail": ("audit",),
    "backups": ("backup", "restore"),
    "privacy": ("retention", "hold"),
    "privacy_asked": ("erase", "approve", "subject-access"),
    "data_complaints": ("complaints",),
    "roll": ("roll",),
    "reports": ("reports", "report"),
    "hindsight": ("whatif", "tune", "regret", "cases"),
    "policy": ("policy",),
    "in_force": ("settings",),
    "models": ("models",),
    "evaluate": ("evaluate",),
    "bench": ("bench",),
    "moving": ("migrate-store",),
    "trust": ("trust",),
}


def program(words: Sequence[str] = ()) -> typer.Typer:
    """The commands: those of one file where the first word names one of them, else all there are."""
    asked = [file for file, names in COMMANDS.items() if words and words[0] in names]
    made = typer.Typer(
        help="Keeps watch over the comments under a school's posts on X, YouTube and Instagram.",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode=None,
    )
    made.callback()(lambda: None)  # Without one, Typer takes a program of one command for that command.
    for file in asked or COMMANDS:
        import_module(f"moderator.cli.{file}").add_to(made)
    return made


def main() -> None:
    """Run one command; an error made on purpose is one clear sentence and an exit code, never a traceback.

    Where the reader left (`moderator queue | head`), Typer ends it by itself and without a word.
    """
    try:
        program(sys.argv[1:])(standalone_mode=True)
    except ModeratorError as error:
        print(f"moderator: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
