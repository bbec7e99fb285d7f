"""A trust's folder around a school on a pretend street, and `moderator worker` as processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from tests.commands import Started, run_command, start_command
from tests.journeys.street import Street, clean_environment

FAST = 'poll_every_s = 1\npoll_after_post_s = 1\npoll_quiet_s = 1\nlease_s = 10\nlog_format = "json"\n'


@dataclass(frozen=True)
class Site:
    """Where a trust's files are."""

    file: Path
    url: str

    def worker(self, log: Path, *options: str) -> AbstractContextManager[Started]:
        """A worker until the block ends; what it says goes to `log`."""
        return self.command(log, "worker", *options)

    @contextmanager
    def command(self, log: Path, *words: str) -> Iterator[Started]:
        process = start_command(*words, "--trust", str(self.file), env=clean_environment(), log=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def a_site(folder: Path, street: Street, url: str, administrator: str) -> Site:
    """The street's school as the one school of a trust at `url`, prepared as its administrator does it."""
    own = folder / "schools" / "demo"
    own.mkdir(parents=True)
    (folder / "states").mkdir()
    (folder / "states" / "demo").symlink_to(street.state)
    document = tomlkit.parse((street.config / "moderator.toml").read_text(encoding="utf-8"))
    document["state_dir"] = str(folder / "states" / "demo")
    document["store"] = {"url": url}
    (own / "moderator.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    (own / "policy.toml").write_bytes((street.config / "policy.toml").read_bytes())
    (folder / "trust.toml").write_text(f'[store]\nurl = "{url}"\n[worker]\n{FAST}', encoding="utf-8")
    done = run_command(
        "trust", "prepare", "--trust", str(folder / "trust.toml"), "--as", administrator, env=clean_environment()
    )
    assert done.returncode == 0, done.stderr
    return Site(folder / "trust.toml", url)
