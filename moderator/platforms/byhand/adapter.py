"""One place without an API: what its notifications, CSV files and pastes say comes in, and nothing goes out.

It can carry out no action: whatever is decided becomes a task by hand, and nothing here ever says that one was done.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from moderator.domain import Account, Action, Author, Comment, Outcome, Visibility
from moderator.errors import PlatformError, Refused
from moderator.platforms.base import AccountState, Broken, Feed, Page, Start
from moderator.platforms.byhand.comments import comment_of, digest_of, is_own, post_of
from moderator.platforms.byhand.drop import RowRead, read_folder
from moderator.platforms.byhand.forwarded import inner_letter
from moderator.platforms.byhand.letter import Letter, NotALetter, message_id_in, open_letter
from moderator.platforms.byhand.mailbox import Mailbox, MailboxAddress, Received
from moderator.platforms.byhand.notices import comment_in
from moderator.platforms.byhand.places import capabilities_of, place_of, steps
from moderator.platforms.byhand.sender import is_of, proven_domains

SWEEP_EVERY_S = 86_400
KEPT_OF_BROKEN = 20_000
"""Characters of a mail that was set aside: enough for a person to see what it was."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose mails are believed, and on whose word."""

    servers: tuple[str, ...] = ()  # names under which the school's mail server signs its Authentication-Results
    senders: tuple[str, ...] = ()  # domains that notifications come from
    forwarders: tuple[str, ...] = ()  # domains or addresses of staff who may forward one by hand


@dataclass(frozen=True, slots=True)
class Told:
    """A comment, and where it stands in words; empty: nobody told."""

    comment: Comment
    where: str


class ByHand:
    """Comments at a place that only people can read and moderate, such as Class Dojo and Seesaw.

    mailbox    where its notifications arrive; None: there is none
    folder     where CSV files are dropped; None: there is none
    own_names  names under which the school itself writes there, beside the account's handle
    page       the address where a person begins; empty: the place's own
    """

    def __init__(
        self,
        account: Account,
        *,
        mailbox: MailboxAddress | None = None,
        trust: Trust | None = None,
        folder: Path | None = None,
        own_names: Sequence[str] = (),
        page: str = "",
        poll_every_s: int = 60,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.account = account
        self.name = account.platform
        self.capabilities = capabilities_of(account.platform)
        self.feeds = (
            Feed("mailbox", poll_every_s),
            Feed("folder", poll_every_s),
            Feed("mailbox_sweep", SWEEP_EVERY_S, sweep=True),
        )
        place = place_of(account.platform)
        self._mailbox = Mailbox(mailbox, tls) if mailbox else None
        given = trust or Trust()
        self._trust = Trust(given.servers, given.senders or place.senders, given.forwarders)
        self._folder, self._own_names = folder, tuple(own_names)
        self._page = page or place.page

    # The words of Platform.

    def check(self, now: datetime) -> AccountState:
        """Whether mailbox and folder can be read. Raises PlatformError for the mailbox."""
        warnings = []
        if self._mailbox:
            self._mailbox.try_login(now)
        if self._folder and not self._folder.is_dir():
            warnings.append(f"The folder {self._folder} is not there. Make it, and let the daemon write to it.")
        native_id = self.account.native_id or self.account.id
        account = Account(self.account.id, self.name, self.account.handle, native_id, self.account.school_id)
        return AccountState(account, tuple(warnings))

    def fetch(self, feed: str, start: Start, now: datetime) -> Iterator[Page]:
        """Mails in the order they came, or rows of files in the order of their names. Raises PlatformError."""
        if feed == "folder":
            return self._files(self._folder, now) if self._folder else iter(())
        if self._mailbox is None:
            return iter(())
        return self._mails(self._mailbox, None if feed == "mailbox_sweep" else start.cursor, start, feed, now)

    def apply(self, actions: Sequence[Action], now: datetime) -> list[Outcome | PlatformError]:
        name = place_of(self.name).name
        return [Refused(f"{name} has no API: a person has to {action.kind} {action.comment.id}") for action in actions]

    def read_back(self, comments: Sequence[Comment], now: datetime) -> Mapping[str, Visibility]:
        return {comment.native_id: Visibility.UNKNOWN for comment in comments}

    def is_blocked(self, author: Author, now: datetime) -> bool | None:
        return None

    def by_hand(self, action: Action) -> tuple[str, str]:
        return steps(action, self.account, self._page)

    # Mails.

    def _mails(self, mailbox: Mailbox, cursor: str | None, start: Start, feed: str, now: datetime) -> Iterator[Page]:
        for batch in mailbox.read(cursor, start.since, now):
            read = [self._read(mail, now) for mail in batch.mails]
            # A sweep goes over the same mails each night: it would only say it again.
            silent = read.count(None) if feed == "mailbox" else 0
            yield page_of(
                [each for each in read if isinstance(each, Told)],
                [each for each in read if isinstance(each, Broken)],
                cursor=batch.cursor if feed == "mailbox" else None,
                note=f"mails that tell of no comment by others: {silent}" if silent else "",
            )

    def _read(self, mail: Received, now: datetime) -> Told | Broken | None:
        """What one mail tells; None where it tells of no comment, or of one of the school's own."""
        if mail.too_large:
            return Broken("the mail is larger than 1 MB", message_id_in(mail.raw))
        if not mail.raw:
            return None  # Deleted while we read.
        try:
            letter = open_letter(mail.raw)
        except NotALetter as why:
            return Broken(f"the mail cannot be read: {why}", message_id_in(mail.raw))
        told = self._believed(letter)
        if told is None:
            return Broken("it is not proven who sent the mail", letter.message_id, letter.text[:KEPT_OF_BROKEN])
        written = comment_in(told.domain, told.subject, told.text, told.links, self._trust.senders)
        if written is None or is_own(self.account, written.author, self._own_names):
            return None
        times = [mail.received_at, now, *([told.sent_at] if told.sent_at else [])]
        native_id = letter.message_id or digest_of("mail", letter.subject, letter.text, mail.received_at.isoformat())
        source = {"source": "mail", "message_id": letter.message_id, "subject": told.subject}
        comment = comment_of(self.account, native_id, written, min(times), source, self._page)
        return Told(comment, written.where)

    def _believed(self, letter: Letter) -> Letter | None:
        """The notification, sent by the place itself or forwarded by staff; None where that is not proven."""
        if not is_proven(letter, self._trust.servers):
            return None
        if is_of(letter.domain, self._trust.senders):
            return letter
        if letter.senders[0] in self._trust.forwarders or is_of(letter.domain, self._trust.forwarders):
            inner = inner_letter(letter)
            return inner if inner and is_of(inner.domain, self._trust.senders) else None
        return None

    # Files.

    def _files(self, folder: Path, now: datetime) -> Iterator[Page]:
        for file in read_folder(folder, self.name, now):
            told = [
                Told(self._of_row(row, file.path.name), row.written.where)
                for row in file.rows
                if not is_own(self.account, row.written.author, self._own_names)
            ]
            broken = [
                Broken(f"{f'line {bad.line}' if bad.line else 'the file'}: {bad.reason}", raw=bad.raw or file.path.name)
                for bad in file.bad
            ]
            note = f"rows set aside in {folder / 'set-aside'}: {len(broken)}" if broken else ""
            yield page_of(told, broken, cursor=None, note=note)
            file.put_away()  # Only now: the page is stored.

    def _of_row(self, row: RowRead, file: str) -> Comment:
        source = {"source": "csv", "file": file, "line": row.line}
        return comment_of(self.account, row.native_id, row.written, row.posted_at, source, self._page)


def is_proven(letter: Letter, servers: Sequence[str]) -> bool:
    """Whether a trusted server found the mail to be from the domain that it says it is from, or from one above or below it."""
    proven = proven_domains(letter.results, servers)
    return letter.domain != "" and any(
        is_of(letter.domain, [domain]) or is_of(domain, [letter.domain]) for domain in proven
    )


def page_of(told: Sequence[Told], broken: Sequence[Broken], cursor: str | None, note: str) -> Page:
    """With the posts that the comments stand under, as far as anything tells of them."""
    posts = {each.where: post_of(each.where) for each in told if each.where}
    return Page(tuple(each.comment for each in told), tuple(posts.values()), tuple(broken), cursor, note)
