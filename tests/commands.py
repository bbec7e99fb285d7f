"""`moderator WORDS` as a process of its own, with its own environment and exit code, and without 1.8 s of imports each time.

A server that has imported the program forks one process per command, the daemons too. What is measured or shown of a start
(how long it takes, what it may import) is started from nothing by the test itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from typer.testing import CliRunner, Result

from moderator.cli import main, program

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.warm"])


def run_command(
    *words: str, env: Mapping[str, str], cwd: str = ".", timeout_s: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """The command's exit code and what it said. Raises TimeoutExpired, having killed it."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = FORKED.Process(target=_become, args=(words, dict(env), os.path.abspath(cwd), str(out), str(err)))
        process.start()
        process.join(timeout_s)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout_s, out.read_text(), err.read_text())
        return subprocess.CompletedProcess(words, process.exitcode, out.read_text(), err.read_text())


def in_process(words: Sequence[str], **how: Any) -> Result:
    """`moderator WORDS` in this very process, which keeps nothing of it."""
    return CliRunner().invoke(program(words), words, **how)


class Started:
    """A command that stays alive, with the words of subprocess.Popen."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; minus the signal that ended it. Raises TimeoutExpired."""
        self._process.join(timeout)
        if (ended := self.poll()) is None:
            raise subprocess.TimeoutExpired("moderator", timeout or 0)
        return ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def start_command(*words: str, env: Mapping[str, str], log: Path) -> Started:
    """A command that stays alive, such as the daemon; all that it says goes to `log`."""
    process = FORKED.Process(target=_become, args=(words, dict(env), os.path.abspath("."), str(log), str(log)))
    process.start()
    return Started(process)


def _become(words: tuple[str, ...], env: dict[str, str], cwd: str, out: str, err: str) -> None:
    """In the forked process: be the command, to its end."""
    for target, number in ((os.devnull, 0), (out, 1), (err, 2)):
        handle = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    sys.argv = ["moderator", *words]
    main()
