"""The page that `evidence` makes for the safeguarding lead: whether there is to be one, where it lies, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import typer

from moderator.cli.common import the_comment
from moderator.evidence_pack import handing_over, handover, handover_page
from moderator.settings.private_files import make_private
from moderator.store.database import Database
from moderator.store.verify import Checked


def check_record(database: Database, comment_id: str, asked: bool) -> Checked | None:
    """What reading the audit chain again says; None where no page is to be made."""
    with database.reading() as tx:
        wanted = asked or handover.is_wanted(tx, the_comment(tx, comment_id).id)
    return handing_over.check_record(database) if wanted else None


def beside(target: Path) -> Path:
    """Where the page of a zip lies."""
    return target.with_name(f"{target.stem}-handover.html")


def printed(sheet: Path, page: bytes) -> dict[str, str]:
    """Where the page lies, and its PDF where this machine can print one: a bonus, and never a failure."""
    pdf = handover_page.pdf(page.decode("utf-8"))
    target = sheet.with_suffix(".pdf")
    try:
        done = pdf is not None and make_private(target.absolute(), pdf)
    except OSError:
        done = False
    return {"handover": str(sheet), "handover_sha256": sha256(page).hexdigest(), "pdf": str(target) if done else ""}


def tell(exported: Mapping[str, str], by: str) -> None:
    """What a person hears of the page, where there is one."""
    if "handover" not in exported:
        return
    also = f", and {exported['pdf']} to print" if exported["pdf"] else "; print it from a browser"
    typer.echo(f"{exported['handover']}: the page for the safeguarding lead, CONFIDENTIAL, mode 0600{also}.")
    typer.echo("Speak to the safeguarding lead now. If somebody is in immediate danger, ring 999.")
    if not by.strip():
        typer.echo("It names whoever is logged in as the one who reports: give --by for a person's name.")
