"""A hand-over as one page to print on A4: HTML that needs nothing else, and a PDF of it where Chromium is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from moderator.evidence_pack import handover_words as words
from moderator.evidence_pack.handover import Handover
from moderator.evidence_pack.page import visible
from moderator.evidence_pack.paper import templates_in

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOBODY = 65534
"""The user of that name on Linux."""
PRINTED_WITHIN = timedelta(seconds=45)


def page(handed: Handover, program: str) -> str:
    """The whole page. `program` names what made it, with its version."""
    return (
        templates_in(Path(__file__).parent)
        .get_template("handover.html.j2")
        .render(_told(handed, handed.case.zone) | {"program": program})
    )


def _told(handed: Handover, zone: ZoneInfo) -> dict[str, Any]:
    """Everything that the template prints, by the name that it has there."""

    def tell(when: datetime) -> str:
        here = when.astimezone(zone)
        return f"{here:%A} {here.day} {here:%B %Y, %H:%M:%S %Z}"

    kept = handed.kept
    return {
        "handed": handed,
        "comment": handed.case.comment,
        "kept": kept,
        "forms": handed.case.evidence,
        "thread": handed.thread,
        "zone": zone.key,
        "tell": tell,
        "hides": lambda text: visible(text) != text,
        "utc": lambda when: f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "platform": words.platform_of(handed),
        "reporter": words.reporter(handed),
        "concern": words.concern(handed),
        "concern_from": words.concern_from(handed, tell),
        "who": words.who(handed),
        "how_soon": words.how_soon(handed),
        "known": words.known(handed, tell),
        "not_known": words.NOT_KNOWN,
        "in_sight": words.in_sight(handed),
        "hidden": words.hidden(handed, tell),
        "read_back": words.read_back(handed, tell),
        "kept_out": words.author_kept_out(handed, tell),
        "decided": words.decided(handed, tell),
        "told_to": words.told_to(handed, tell),
        "to_do": words.to_do(handed),
        "history": words.history(handed.past, tell) if handed.past else "",
        "proof": words.proof(handed),
    }


def pdf(html: str, within: timedelta = PRINTED_WITHIN) -> bytes | None:
    """The page as a PDF; None where there is no Chromium, or it does not print. Nothing but the page is read or sent."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return None
    with tempfile.TemporaryDirectory(prefix="moderator-") as folder:  # Only its owner may look into it.
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(html, encoding="utf-8")
        as_root = os.geteuid() == 0
        if as_root:
            for path in (source, Path(folder)):
                os.chown(path, NOBODY, NOBODY)
        try:
            subprocess.run(  # noqa: S603  The browser of this machine and our own page.
                [browser, *_switches(folder, as_root), f"--print-to-pdf={target}", source.as_uri()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": folder},
                user=NOBODY if as_root else None,  # Strangers' words are laid out: not with root's rights.
                group=NOBODY if as_root else None,
                extra_groups=[] if as_root else None,
                timeout=within.total_seconds(),
                check=True,
            )
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None


def _switches(folder: str, as_root: bool) -> list[str]:
    # Where root calls, as in a container, there is often no sandbox to be had; the page has no scripts and may load nothing.
    unboxed = ["--no-sandbox"] if as_root else []
    return [
        "--headless",
        *unboxed,
        f"--user-data-dir={folder}/profile",
        "--no-first-run",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-extensions",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--no-pdf-header-footer",
    ]
