"""`moderator demo`: the first thing that a stranger runs."""

from __future__ import annotations

import os
import re

import pytest

from tests.commands import run_command


@pytest.mark.timeout(150)
def test_a_day_that_is_over_before_the_daemon_begins_is_moderated_all_the_same() -> None:
    done = run_command("demo", "--seconds", "0.5", env=dict(os.environ), timeout_s=140)
    assert done.returncode == 0, done.stderr
    told = dict(re.findall(r"^  (\S[a-z ]+?) {2,}(\d+)", done.stdout, re.MULTILINE))
    assert int(told["read"]) >= 60
    assert int(told["hidden"]) >= 10
    assert done.stdout.count("\n  ->   ") == int(told["hidden"])
    assert "Subject: Week " in done.stdout
