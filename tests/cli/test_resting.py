"""`moderator report pause` and `moderator report resume`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_reports import TO, config, run, write

__all__ = ["config"]

HEAD, DEPUTY = "head@school.example", "deputy@school.example"


def test_a_rest_is_given_told_and_ended(config: Path) -> None:
    write(config, "weekly", TO)

    done = run(config, "report", "pause", HEAD, "--weeks", "4")
    assert done.exit_code == 0, done.output
    assert f"{HEAD} gets no weekly moderation report before " in done.output
    assert f"Told by letter: {DEPUTY}." in done.output
    (letter,) = json.loads(run(config, "reports", "--kind", "rest", "--json").output)
    assert (letter["to"], letter["state"]) == (DEPUTY, "waiting")

    refused = run(config, "report", "pause", DEPUTY)
    assert refused.exit_code == 1
    assert "Nobody else gets the weekly summary" in str(refused.exception)

    ended = run(config, "report", "resume", HEAD, "--by", "Mr Kowalczyk")
    assert ended.output == f"{HEAD} gets the weekly moderation report again.\n"
    again = run(config, "report", "resume", HEAD)
    assert again.exit_code == 1
    assert "has no rest" in str(again.exception)


def test_a_dry_run_says_the_same_and_keeps_nothing(config: Path) -> None:
    write(config, "weekly", TO)

    told = json.loads(run(config, "report", "pause", HEAD, "--dry-run", "--json").output)

    assert (told["address"], told["told"], told["dry_run"]) == (HEAD, [DEPUTY], True)
    assert json.loads(run(config, "reports", "--json").output) == []
    assert run(config, "report", "resume", HEAD).exit_code == 1


def test_nobody_rests_from_what_they_do_not_get(config: Path) -> None:
    write(config, "weekly", TO)
    refused = run(config, "report", "pause", HEAD, "--governors")
    assert refused.exit_code == 1
    assert "does not get the half-termly totals" in str(refused.exception)
