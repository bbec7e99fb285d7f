"""Class Dojo as this program meets it: mails in a mailbox on the loopback, over TLS, and CSV files in a folder."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from moderator.domain import Account
from moderator.platforms.base import Platform
from moderator.platforms.byhand.adapter import ByHand, Trust
from moderator.platforms.byhand.mailbox import MailboxAddress
from tests.conftest import NOON
from tests.platforms.imap_server import PASSWORD, RECEIVED, USER, ImapServer

SAMPLES = Path(__file__).parent.parent / "replies" / "byhand"
TRUST = Trust(servers=("mx.valewood.example",), forwarders=("miss.example@valewood.example",))
HOUR_AGO = NOON - timedelta(hours=1)


def sample(name: str, key: str, author: str = "Pat Jones", text: str = "Lovely work everyone!") -> bytes:
    """A recorded mail with its gaps filled in."""
    mail = (SAMPLES / f"{name}.eml").read_text(encoding="utf-8")
    for gap, words in (("key", key), ("author", author), ("text", text)):
        mail = mail.replace(f"{{{gap}}}", words)
    return mail.replace("\n", "\r\n").encode("utf-8", "surrogatepass")


def drop(folder: Path, name: str, content: str | bytes, at: datetime = HOUR_AGO) -> Path:
    """Put a file into the drop folder; it was last written at `at`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


class ByHandStreet:
    """What people do at Class Dojo, told by its mails; an answer to a comment by a CSV file, since no mail tells of one."""

    can_edit = False

    def __init__(self, server: ImapServer, folder: Path, handle: str) -> None:
        self._server, self._folder = server, folder
        folder.mkdir()
        self._account = Account("classdojo", "classdojo", handle)
        self._posted = 0
        self._mails: dict[str, bytes] = {}

    def adapter(self) -> Platform:
        return self._reading(self._server.port)

    def unreachable(self) -> Platform:
        return self._reading(1)

    def posts(self, text: str, *, by: str = "@pat_of_oak", reply_to: str = "") -> str:
        self._posted += 1
        key = f"c{self._posted}"
        if reply_to:
            rows = f"id,posted_at,author,text,in_reply_to\n{key},2026-11-16 10:00,{by},{text},{reply_to}\n"
            drop(self._folder, f"{key}.csv", rows)
            return key
        at = RECEIVED + timedelta(seconds=self._posted)
        native_id = f"<{key}@mail.classdojo.com>"
        self._mails[native_id] = self._server.receives(sample("classdojo_plain", key, by, text), at).raw
        return native_id

    def edits(self, native_id: str, text: str) -> None:
        raise ValueError("what a mail told cannot be edited")

    def deletes(self, native_id: str) -> None:
        """Its mail is thrown away before it was read."""
        state = self._server.state
        state.mails = [mail for mail in state.mails if mail.raw != self._mails[native_id]]

    def breaks_one_item(self) -> None:
        self._server.state.mails[0].raw = b"Subject: " + b"x" * 70_000 + b"\r\n\r\nnothing"

    def spends_the_quota(self) -> None:
        self._server.state.limited = True

    def revokes_the_token(self) -> None:
        self._server.password = "another"

    def fails(self) -> None:
        self._server.state.broken = True

    def recovers(self) -> None:
        self._server.state.limited = self._server.state.broken = False
        self._server.password = PASSWORD

    def loses_the_next_reply(self) -> None:
        """Nothing is ever asked of it."""

    def is_public(self, native_id: str) -> bool:
        return True  # Nothing that the program does takes it out of sight.

    def hides_that_changed_something(self, native_id: str) -> int:
        return 0

    def _reading(self, port: int) -> Platform:
        mailbox = MailboxAddress("127.0.0.1", USER, PASSWORD, port, timeout_s=5.0)
        return ByHand(self._account, mailbox=mailbox, trust=TRUST, folder=self._folder, tls=self._server.trusting())
