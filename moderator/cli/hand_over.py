"""The page that `evidence` makes for the safeguarding lead: whether there is to be one, where it lies, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import typer

from moderator.cli.common import the_comment
from moderator.cli.effects import capabilities_for
from moderator.domain import ActionKind, Comment
from moderator.evidence_pack import CaseFile, handover, handover_page
from moderator.settings import Settings
from moderator.settings.private_files import make_private
from moderator.store import audit
from moderator.store.database import Database, Transaction
from moderator.store.verify import Checked, verify


def check_record(database: Database, comment_id: str, asked: bool) -> Checked | None:
    """Read the audit chain again, for the page to tell what that said; None where no page is to be made.

    Before the transaction that writes: a long chain takes seconds, in which nobody else could write.
    """
    with database.reading() as tx:
        wanted = asked or handover.is_wanted(tx, the_comment(tx, comment_id).id)
        return verify(tx) if wanted else None


def beside(target: Path) -> Path:
    """Where the page of a zip lies."""
    return target.with_name(f"{target.stem}-handover.html")


def make(
    tx: Transaction, case: CaseFile, settings: Settings, by: str, now: datetime, checked: Checked, program: str
) -> bytes:
    can = capabilities_for(settings, case.comment)
    means = can.effects.get(ActionKind.HIDE, "") if can else ""
    handed = handover.gather(tx, case, settings, by, now, checked, means)
    return handover_page.page(handed, program).encode("utf-8")


def event(comment: Comment, at: datetime, by: str, page: bytes) -> audit.Event:
    facts = {"sha256": sha256(page).hexdigest()}
    return audit.Event("handover_exported", at, by, comment.id, comment.account_id, facts)


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
