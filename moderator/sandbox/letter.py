"""How the demo ends: the letter that the head would get of this week, in words, as a file, and as a picture if possible."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from moderator.reports.render import Letter, write_page
from moderator.reports.send import Letters, weekly_key
from moderator.reports.weekly import Week
from moderator.settings import Settings
from moderator.settings.mail import Person
from moderator.store.database import Database

HEAD = Person("The headteacher", "head@school.example")
SENDER = Person("Moderation", "moderation@school.example")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURE_TAKES_AT_MOST_S = 60
PICTURE_SIZE = (680, 2000)


def show_letter(console: Console, settings: Settings, database: Database, now: datetime) -> None:
    """Print the week's letter and where its files lie. They are left there, since the demo's own folder is gone at the end."""
    mail = replace(settings.mail, sender=SENDER, reply_to=HEAD)
    letters = Letters(replace(settings, mail=mail), settings.policy)
    week = Week.of(now.astimezone(letters.duty.zone).date())
    with database.reading() as tx:
        _, letter = letters.weekly(tx, week, now)
    folder = Path(tempfile.mkdtemp(prefix="moderator-week-"))
    file = folder / f"week-{week}.eml"
    file.write_bytes(letters.mail(letter, weekly_key(week), HEAD, now).body)
    console.print("The letter that the head would get of this week:")
    console.print("")
    for line in (f"Subject: {letter.subject}", "", *letter.text.splitlines()):
        console.print(f"    {line}", markup=False, soft_wrap=True)
    console.print("")
    console.print(f"letter         {file}", soft_wrap=True)
    picture = take_picture(letter, folder)
    if picture is not None:
        console.print(f"how it looks   {picture}", soft_wrap=True)


def take_picture(letter: Letter, folder: Path, within_s: float = PICTURE_TAKES_AT_MOST_S) -> Path | None:
    """A PNG of the letter, by a browser without a window; None where there is no browser, or it fails."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return None
    page, picture = write_page(letter, folder), folder / "letter.png"
    # Without a sandbox of its own: the page is ours, holds no script, and containers do not let a browser have one.
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--screenshot={picture}"]
    size = f"--window-size={PICTURE_SIZE[0]},{PICTURE_SIZE[1]}"
    try:
        subprocess.run(  # noqa: S603  A browser of this machine and a page of our own.
            [browser, *arguments, size, page.as_uri()],
            capture_output=True,
            timeout=within_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return picture if picture.exists() else None
