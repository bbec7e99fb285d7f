"""Shuts a process in, for good: from here on it reads and writes what it holds open already, and nothing else."""

from __future__ import annotations

import resource


def seal(memory_bytes: int, seconds: int | None = None) -> None:
    """No new file, connection or program; nothing written to a disk; so much memory, and so much time of a processor.

    Raises OSError or ValueError where the machine refuses; then nothing may be read.
    """
    limits = {
        # A number above the last open one is refused, so neither a file nor a socket can be opened: getrlimit(2).
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: memory_bytes,
    }
    if seconds is not None:
        limits[resource.RLIMIT_CPU] = seconds
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
