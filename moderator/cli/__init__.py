"""A door: parses, calls, prints. What a command prints for people it also prints as JSON with --json.

Exit codes: 0 done · 1 it could not be done · 2 a file of yours must be mended first · 3 a platform refused or cannot be reached
· 4 the database cannot be opened · 65 it is damaged · 75 another daemon runs on the same data.
"""

from __future__ import annotations

import sys

import typer

from moderator.cli import (
    alerts,
    authors,
    backups,
    bench,
    bundles,
    byhand,
    check,
    check_post,
    data_complaints,
    desk,
    diagnostics,
    evaluate,
    hindsight,
    in_force,
    judge,
    models,
    moving,
    policy,
    privacy,
    privacy_asked,
    record,
    reports,
    review,
    roll,
    setup,
    tasks,
    trail,
    trust,
    users,
    web,
    work,
    worker,
)
from moderator.errors import ModeratorError

EXIT_CODES = (
    "Exit codes: 0 done · 1 could not be done · 2 a file must be mended · 3 a platform failed · 4 the database failed · "
    "65 it is damaged · 75 another daemon runs"
)

app = typer.Typer(
    help="Keeps watch over the comments under a school's posts on X, YouTube and Instagram.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for room in (
    work,
    worker,
    web,
    users,
    judge,
    setup,
    check,
    diagnostics,
    review,
    bundles,
    desk,
    tasks,
    byhand,
    check_post,
    alerts,
    authors,
    record,
    trail,
    backups,
    privacy,
    privacy_asked,
    data_complaints,
    roll,
    reports,
    hindsight,
    policy,
    in_force,
    models,
    evaluate,
    bench,
    moving,
    trust,
):
    room.add_to(app)


def main() -> None:
    """Run one command; an error made on purpose is one clear sentence and an exit code, never a traceback."""
    try:
        app(standalone_mode=True)
    except ModeratorError as error:
        print(f"moderator: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()  # The reader left (`moderator queue | head`): nobody is there to be told.
        raise SystemExit(0) from None
