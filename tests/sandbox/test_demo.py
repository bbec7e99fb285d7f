"""`moderator demo`: the first thing that a stranger runs."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from moderator.errors import ConfigError
from moderator.reports.render import Letter
from moderator.sandbox.demo import Watcher
from moderator.sandbox.letter import take_picture
from moderator.sandbox.processes import running_daemon
from moderator.sandbox.school import load_day, write_config
from moderator.sandbox.server import Sandbox
from tests.commands import start_command
from tests.journeys.street import wait_until


@pytest.mark.timeout(150)
def test_a_day_that_is_over_before_the_daemon_begins_is_moderated_all_the_same(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    demo = start_command("demo", "--stay", "--seconds", "0.5", env=dict(os.environ), log=log)
    wait_until(lambda: "Ctrl-C ends it all." in log.read_text(), 140, "the page is open")
    demo.send_signal(signal.SIGINT)
    assert demo.wait(30) == 0
    said = log.read_text()
    told = dict(re.findall(r"^  (\S[a-z ]+?) {2,}(\d+)", said, re.MULTILINE))
    assert int(told["read"]) >= 60
    assert int(told["hidden"]) >= 10
    assert said.count("\n  ->   ") == int(told["hidden"])
    assert "Subject: Week " in said
    assert said.endswith("Stopped; the temporary folder is gone.\n")


def test_what_the_daemon_says_that_is_no_line_of_a_log_is_a_problem() -> None:
    command = [sys.executable, "-c", "import sys; sys.stderr.write('Traceback: no line of a log\\n')"]
    unasked: Any = None
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        watcher = Watcher(daemon, unasked, unasked, Console(file=io.StringIO()))
        watcher.run()
    assert watcher.problems == ["Traceback: no line of a log"]


def test_a_daemon_that_does_not_leave_is_ended(tmp_path: Path) -> None:
    with running_daemon(tmp_path, ends_within_s=0.2) as daemon:
        os.kill(daemon.pid, signal.SIGSTOP)
        state = Path(f"/proc/{daemon.pid}/status")
        wait_until(lambda: "T (stopped)" in state.read_text(), 10, "it stands still")
    assert daemon.returncode == -signal.SIGKILL


def test_a_letter_is_shown_without_its_picture_where_that_takes_too_long(tmp_path: Path) -> None:
    assert (
        take_picture(Letter("Week 47", "All is well.", "<p>All is well.</p>", None), tmp_path, within_s=0.001) is None
    )


def test_a_pretend_school_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    with Sandbox(port=0) as sandbox, pytest.raises(ConfigError, match="cannot be written to: Not a directory"):
        write_config(tmp_path / "file" / "school", sandbox, load_day())
