"""Who may read and write the files: the data and the secrets are the daemon's alone, the settings root's to write."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from moderator.checkup.lines import Line, fail, ok, warn
from moderator.settings import Settings
from moderator.settings.private_files import others_may_read

TOLD = 3
WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def files_lines(settings: Settings, config: Path) -> Iterator[Line]:
    yield at_rest_line(settings.store_url)
    yield private_line(settings.state_dir)
    yield owner_line(settings.state_dir)
    yield config_line(config)


def at_rest_line(url: str) -> Line:
    if url.startswith("sqlcipher"):
        return ok("at rest", "the records are one file, encrypted with SQLCipher")
    return ok(
        "at rest", "the records lie in PostgreSQL, which this program does not encrypt: encrypt that server's disk"
    )


def private_line(state_dir: Path) -> Line:
    """The state folder with its database, keys, tokens and backups."""
    try:
        open_ones = [path for path in (state_dir, *below(state_dir)) if is_open(path)]
    except OSError as error:
        return fail("state", f"{state_dir} cannot be looked through: {error.strerror}", "Run this as root.")
    if open_ones:
        return fail("state", f"others on this machine may read {named(open_ones)}", f"chmod -R go-rwx {state_dir}")
    return ok("state", f"{state_dir} and all in it are for the daemon alone")


def owner_line(state_dir: Path) -> Line:
    """What root left behind would keep the daemon, which is another user, from its own data."""
    owner = state_dir.stat().st_uid
    strangers = [path for path in below(state_dir) if path.lstat().st_uid != owner]
    if strangers:
        return fail("owner", f"not the daemon's: {named(strangers)}", f"chown -R --reference={state_dir} {state_dir}")
    return ok("owner", "all files in it have the same owner")


def config_line(config: Path) -> Line:
    """Whoever can change the settings can switch everything off."""
    loose = [path for path in (config, *config.glob("*.toml")) if path.stat().st_mode & WRITTEN_BY_OTHERS]
    if loose:
        return warn("settings", f"others on this machine may change {named(loose)}", f"chmod -R go-w {config}")
    return ok("settings", f"only their owner may change the files in {config}")


def is_open(path: Path) -> bool:
    """A link has no rights of its own; what it points to is looked at where it lies."""
    if path.is_symlink():
        return False
    if path.is_dir():
        return bool(path.stat().st_mode & 0o077)
    return others_may_read(path)


def below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


def named(paths: Iterable[Path]) -> str:
    """The first few."""
    first, *rest = [str(path) for path in paths]
    more = len(rest) - (TOLD - 1)
    return ", ".join([first, *rest[: TOLD - 1], *([f"{more} more"] if more > 0 else [])])
