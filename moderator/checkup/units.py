"""The services as they are installed: what systemd says of how well they are locked in."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from moderator.checkup.lines import Line, fail, ok, skipped, warn

FOLDER = Path("/etc/systemd/system")
MOST = 1.2
"""The highest exposure a unit of ours may have, of 10."""
_OVERALL = re.compile(r"Overall exposure level for \S+: (\d+(?:\.\d+)?)")
TIMEOUT_S = 60


def unit_lines(folder: Path = FOLDER, analyze: str | None = None) -> Iterator[Line]:
    """A line for each service of ours that is installed. `analyze` is the whole path of systemd-analyze, else it is looked up."""
    command = analyze or shutil.which("systemd-analyze")
    services = sorted(folder.glob("moderator*.service"))
    if not services:
        yield skipped("units", f"no service of moderator is in {folder}")
    elif command is None:
        yield skipped("units", f"{len(services)} are installed, and systemd-analyze is not there to look at them")
    else:
        yield from (score_line(path, exposure(command, path)) for path in services)


def exposure(command: str, unit: Path) -> float | None:
    """From 0 (shut) to 10 (open); None where systemd-analyze does not say."""
    words = [command, "security", "--offline=true", "--no-pager", str(unit)]
    try:
        said = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603  Our own words.
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _OVERALL.search(said.stdout)
    return float(found[1]) if found else None


def score_line(unit: Path, score: float | None) -> Line:
    again = "Install the units again: make install, and put your own changes into a drop-in: systemctl edit"
    if score is None:
        return warn(unit.stem, "systemd-analyze does not say how well it is locked in", again)
    if score > MOST:
        return fail(unit.stem, f"its exposure is {score:g} of 10, and should be {MOST:g} at most", again)
    return ok(unit.stem, f"its exposure is {score:g} of 10")
