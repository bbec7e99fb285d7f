"""The [[accounts]] of places without an API: where their mails and files arrive, and whose mails are believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from moderator.platforms.byhand.adapter import Trust
from moderator.platforms.byhand.mailbox import MailboxAddress
from moderator.platforms.byhand.places import PLACES
from moderator.settings.credentials import read_password
from moderator.settings.documents import Document, resolved
from moderator.settings.faults import Fault, gathered
from moderator.settings.forms import ONLINE, ByHandAccountForm, page_of
from moderator.settings.hosts import is_loopback


def by_hand_options(
    document: Document, at: int, form: ByHandAccountForm, folder: Path, faults: list[Fault], logins: bool
) -> dict[str, Any]:
    """What the adapter takes by name; what is wrong is added to `faults`. The mailbox's password stands in `folder`.

    Without `logins` a password file that is not there is no fault, and the account has no mailbox.
    """
    faults += [document.fault(("accounts", at, key), what) for key, what in _faults(form)]
    return {
        "poll_every_s": form.poll_every_s,
        "mailbox": _mailbox(document, at, form, folder, faults, logins) if form.mail_host else None,
        "trust": Trust(
            tuple(form.mail_servers), tuple(form.mail_senders), tuple(one.lower() for one in form.mail_forwarders)
        ),
        "folder": resolved(document.path.parent, form.csv_folder) if form.csv_folder else None,
        "own_names": tuple(form.own_names),
        "page": form.page,
    }


def _mailbox(
    document: Document, at: int, form: ByHandAccountForm, folder: Path, faults: list[Fault], logins: bool
) -> MailboxAddress | None:
    path = folder / form.mail_password_file
    if not form.mail_password_file or (not path.exists() and not logins):
        return None
    if not path.exists():
        what = f"no file of this name is in {folder}; make it as {page_of(form.platform)} describes, mode 0600"
        faults.append(document.fault(("accounts", at, "mail_password_file"), what))
        return None
    with gathered(faults):
        password = read_password(path)
        return MailboxAddress(
            form.mail_host, form.mail_user, password, form.mail_port, form.mail_folder, form.mail_security
        )
    return None


def _faults(form: ByHandAccountForm) -> Iterator[tuple[str, str]]:
    """What is wrong only in the sight of two keys."""
    if form.platform in ONLINE:
        yield "kind", f"{form.platform} has an API and is no place by hand; take this key out"
    if not form.mail_host:
        return
    if not form.mail_user or not form.mail_password_file:
        yield "mail_host", "is given, so mail_user and mail_password_file must be as well"
    if not form.mail_servers:
        yield (
            "mail_servers",
            "missing while mail_host is given: without it no mail's sender is proven, and all would be set aside. It is the first "
            "word of Authentication-Results in a mail that arrived, as docs/connect-byhand.md shows",
        )
    if not form.mail_senders and form.platform not in PLACES:
        yield "mail_senders", f"missing while mail_host is given: name the domain that {form.platform} writes from"
    if form.mail_security == "none" and not is_loopback(form.mail_host):
        yield "mail_security", '"none" is for a mail server on this machine only; write "tls"'
