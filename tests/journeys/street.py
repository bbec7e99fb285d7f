"""A sandbox street, a config folder that points at it, and `moderator` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moderator.sandbox.school import load_day, write_config, write_roll
from moderator.sandbox.server import Sandbox
from moderator.settings import read_settings
from tests.commands import Started, run_command, start_command


@dataclass
class Street:
    """The three pretend platforms with one post each, and a school configured to watch them."""

    sandbox: Sandbox
    config: Path
    posts: dict[str, str]  # platform -> native id of a post

    @property
    def state(self) -> Path:
        return self.config.parent / "state"

    def comment(self, platform: str, text: str, handle: str = "@pat_of_crosby", **more: Any) -> str:
        return self.sandbox.world.comment(
            platform, self.posts[platform], text, handle=handle, display_name=handle.strip("@").title(), **more
        )

    def is_public(self, platform: str, native_id: str) -> bool:
        return self.sandbox.world.is_public(platform, native_id)

    def wait_hidden(self, platform: str, native_id: str, within_s: float) -> float:
        return wait_until(lambda: not self.is_public(platform, native_id), within_s, f"{platform} {native_id} hidden")

    def wait_public(self, platform: str, native_id: str, within_s: float) -> float:
        return wait_until(lambda: self.is_public(platform, native_id), within_s, f"{platform} {native_id} in sight")

    def command(self, *words: str, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run `moderator WORDS --config …` to its end."""
        return run_command(*words, "--config", str(self.config), env=clean_environment(), timeout_s=timeout_s)

    @contextmanager
    def daemon(self, log: Path) -> Iterator[Started]:
        """`moderator run` until the block ends; what it says goes to `log`."""
        process = self.start_daemon(log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def start_daemon(self, log: Path) -> Started:
        return start_command("run", "--config", str(self.config), env=clean_environment(), log=log)


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if key not in ("CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET")}


@contextmanager
def open_street(folder: Path, *, models: bool = False) -> Iterator[Street]:
    """A school's day on a pretend street; read by lists and patterns, so that a story does not hang on a model's opinion."""
    day = load_day()
    with Sandbox(port=0) as sandbox:
        config = write_config(folder, sandbox, day)
        if not models:
            with (config / "moderator.toml").open("a", encoding="utf-8") as file:
                file.write('\n[detectors]\ntoxicity = "stand-in"\nreader = "off"\n')
        write_roll(read_settings(config, credentials_dir=None), day)
        posts = {
            platform: sandbox.world.publish(platform, "Our day at school") for platform in ("x", "youtube", "instagram")
        }
        yield Street(sandbox, config, posts)


def wait_until(true: Callable[[], bool], within_s: float, what: str) -> float:
    """Wait for something to become true; returns the seconds it took, and fails with `what` after `within_s`."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within_s, f"not within {within_s} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def log_events(log: Path) -> list[dict[str, Any]]:
    """The JSON lines of a daemon's log."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [json.loads(line) for line in lines if line.startswith("{")]
