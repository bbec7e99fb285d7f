"""The machine below: versions, SQLite, clock, disk. What was measured comes in, a line goes out."""

from __future__ import annotations

import ctypes
import platform
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from moderator.checkup.lines import Line, fail, ok, skipped, warn
from moderator.errors import StoreError
from moderator.store.engines import refuse_faulty_sqlite

GB = 1_000_000_000
LOW_DISK, NO_DISK = 2 * GB, GB // 5
"""The encrypted file grows by some 4 kB a comment; a backup needs as much again, twice while it is made."""
LEFT_OUT_OF_SLIM = {"detoxify", "transformers"}
_STA_UNSYNC = 0x0040
_TIMEX_BYTES, _STATUS_AT = 256, 40


def version_line(program: str, python: str, installed: Mapping[str, str], asked: Iterable[str]) -> Line:
    """`installed` holds a version by the name of each library, `asked` what the program says that it needs."""
    needed = [need for need in map(Requirement, asked) if need.marker is None or need.marker.evaluate({"extra": ""})]
    found = {need.name: installed.get(canonicalize_name(need.name), "") for need in needed}
    missing = {name for name, version in found.items() if not version}
    old = [
        f"{need.name} {found[need.name]}"
        for need in needed
        if found[need.name] and not need.specifier.contains(found[need.name], prereleases=True)
    ]
    said = f"moderator {program}, Python {python}"
    if old or missing - LEFT_OUT_OF_SLIM:
        wrong = ", ".join([*old, *(f"no {name}" for name in sorted(missing - LEFT_OUT_OF_SLIM))])
        return fail(
            "versions", f"{said}; not as needed: {wrong}", "Install as docs/server.md says, from requirements/."
        )
    without = f", without {' and '.join(sorted(missing))} (the slim installation)" if missing else ""
    return ok("versions", f"{said}, {len(needed) - len(missing)} libraries as needed{without}")


def installed_versions() -> dict[str, str]:
    return {
        canonicalize_name(each.metadata["Name"]): each.version
        for each in metadata.distributions()
        if each.metadata["Name"]
    }


def versions() -> Line:
    """Of what is running now."""
    found = installed_versions()
    asked = metadata.requires("moderator") or []
    return version_line(found.get("moderator", "?"), platform.python_version(), found, asked)


def sqlite_line(version: tuple[int, ...]) -> Line:
    try:
        refuse_faulty_sqlite(version)
    except StoreError as error:
        return fail("sqlite", str(error).split(". ")[0] + ".", "pip install --upgrade sqlcipher3")
    return ok("sqlite", f"{'.'.join(map(str, version))}, which has the mended write-ahead log")


def clock_line(synchronised: bool | None) -> Line:
    """None: this machine does not tell."""
    if synchronised is None:
        return skipped("clock", "this machine does not tell whether its clock is set by a time server")
    if not synchronised:
        return warn(
            "clock",
            "no time server sets this machine's clock",
            "timedatectl set-ntp true, or ask whoever runs the machine below this one.",
        )
    return ok("clock", "set by a time server")


def clock_is_synchronised() -> bool | None:
    """What the kernel knows; None where it does not say. https://man7.org/linux/man-pages/man2/adjtimex.2.html"""
    ask = ctypes.CDLL(None).adjtimex
    # struct timex with `modes` 0, which only reads: int modes, then four longs of 8 bytes each, then int status.
    record = ctypes.create_string_buffer(_TIMEX_BYTES)
    if ctypes.sizeof(ctypes.c_long) != 8 or ask(record) < 0:
        return None
    return not int.from_bytes(record.raw[_STATUS_AT : _STATUS_AT + 4], "little") & _STA_UNSYNC


def zone_line(now: datetime, school: tzinfo, machine: tzinfo | None = None) -> Line:
    """Whether both show the same time now and half a year from now; without `machine` its own zone."""
    differs = any(
        when.astimezone(school).utcoffset() != when.astimezone(machine).utcoffset()
        for when in (now, now + timedelta(days=182))
    )
    if not differs:
        return ok("zone", f"{school}")
    return warn(
        "zone",
        f"letters and hours on duty go by {school}, and commands show this machine's time, which is another",
        f"timedatectl set-timezone {school}",
    )


def disk_line(free_bytes: int, where: Path) -> Line:
    said = f"{free_bytes / GB:.1f} GB free below {where}"
    if free_bytes < NO_DISK:
        return fail("disk", said, "Make room: when it is full nothing more can be read or recorded.")
    if free_bytes < LOW_DISK:
        return warn("disk", said, "Make room soon: backups need space too.")
    return ok("disk", said)


def disk(where: Path) -> Line:
    """Of the file system that will hold `where`, which may not be there yet."""
    there = next(folder for folder in (where, *where.parents) if folder.exists())
    return disk_line(shutil.disk_usage(there).free, where)
