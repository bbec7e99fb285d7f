"""The school's mailbox for notifications, over IMAP and TLS: read, and never changed.

In: where it is, and a place to go on from. Out: mails as bytes. What its server answers becomes one of moderator.errors here.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from moderator.errors import LoginExpired, PlatformError, QuotaSpent, Refused, Unavailable
from moderator.platforms.byhand.letter import LARGEST_MAIL

MAILS_AT_ONCE = 20
WAIT_AFTER_LIMIT = timedelta(minutes=15)
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_RECEIVED = re.compile(rb'\bINTERNALDATE "([^"]{20,30})"')
# https://www.rfc-editor.org/rfc/rfc5530 and rfc9051#section-7.1 (read 2026-11-22)
_LIMITED = re.compile(rb"\[(?:OVERQUOTA|LIMIT|INUSE)\b", re.IGNORECASE)
_NOT_NOW = re.compile(rb"\[(?:UNAVAILABLE|SERVERBUG)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailboxAddress:
    """Where the mailbox is, and as whom it is read."""

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"
    security: str = "tls"  # or "none", for a server on this machine
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Received:
    """One mail as the server holds it; of one too large only the headers are read."""

    uid: int
    received_at: datetime  # by the server's own clock
    raw: bytes
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Some mails, and where to go on after them."""

    mails: tuple[Received, ...]
    cursor: str


class Mailbox:
    """Reads a folder from a cursor on: "VALIDITY:UID", the last mail that was read, as its server counts."""

    def __init__(self, address: MailboxAddress, tls: ssl.SSLContext | None = None) -> None:
        self._address = address
        self._tls = tls

    def read(self, cursor: str | None, since: datetime, now: datetime) -> Iterator[Batch]:
        """New mails in the order they came, a few at once, at least one batch. Raises PlatformError."""
        with self._open(now) as box:
            validity = self._examine(box)
            last = _last_read(cursor, validity)
            uids = self._search(box, last, since)
            for begin in range(0, max(1, len(uids)), MAILS_AT_ONCE):
                some = uids[begin : begin + MAILS_AT_ONCE]
                last = max([last, *some])
                yield Batch(self._fetched(box, some), f"{validity}:{last}")

    def try_login(self, now: datetime) -> None:
        """Raises PlatformError where the mailbox cannot be opened."""
        with self._open(now) as box:
            self._examine(box)

    @contextmanager
    def _open(self, now: datetime) -> Iterator[imaplib.IMAP4]:
        with self._errors(now):
            box = self._connected()
            try:
                self._log_in(box)
                yield box
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    box.logout()

    def _connected(self) -> imaplib.IMAP4:
        where = self._address
        if where.security == "none":
            return imaplib.IMAP4(where.host, where.port, timeout=where.timeout_s)
        context = self._tls or ssl.create_default_context()
        return imaplib.IMAP4_SSL(where.host, where.port, ssl_context=context, timeout=where.timeout_s)

    def _log_in(self, box: imaplib.IMAP4) -> None:
        try:
            box.login(self._address.user, self._address.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            said = str(error).encode("utf-8", "replace")
            if _LIMITED.search(said) or _NOT_NOW.search(said):
                raise
            raise LoginExpired(
                f"The mailbox on {self._address.host} did not accept its user and password. Nothing is read from it until it "
                "does. Put the right password into the file that mail_password_file names; then run: moderator check"
            ) from None

    @contextmanager
    def _errors(self, now: datetime) -> Iterator[None]:
        """The one place where what IMAP can die of becomes ours. A server's words are not repeated: they may hold a mail's."""
        host = self._address.host
        try:
            yield
        except PlatformError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise Unavailable(
                f"{host} does not prove who it is: its certificate was refused. It is tried again."
            ) from error
        except imaplib.IMAP4.error as error:
            if _LIMITED.search(str(error).encode("utf-8", "replace")):
                raise QuotaSpent(
                    f"The mailbox on {host} was asked too often. It is asked again in a quarter of an hour; no mail is lost.",
                    retry_at=now + WAIT_AFTER_LIMIT,
                ) from error
            raise Unavailable(f"The mailbox on {host} broke off or gave no answer. It is tried again.") from error
        except (OSError, EOFError) as error:
            raise Unavailable(f"{host} cannot be reached ({type(error).__name__}). It is tried again.") from error

    def _examine(self, box: imaplib.IMAP4) -> int:
        """Open the folder to be read only; its validity: with another one, the uids from before mean nothing."""
        name = self._address.folder.replace("\\", "\\\\").replace('"', '\\"')
        answer, said = box.select(f'"{name}"', readonly=True)
        if answer != "OK":
            _refuse_limits(said)
            raise Refused(f'The mailbox has no folder "{self._address.folder}". Mend mail_folder in moderator.toml.')
        _, validity = box.response("UIDVALIDITY")
        known = validity[0] if validity else None
        return int(known) if isinstance(known, bytes) and known.isdigit() else 0

    def _search(self, box: imaplib.IMAP4, last: int, since: datetime) -> list[int]:
        # SINCE looks at the day alone, as the server's clock has it: a day to spare.
        day = (since.astimezone(UTC) - timedelta(days=1)).strftime("%d-%b-%Y")
        criteria = ("UID", f"{last + 1}:*") if last else ("SINCE", day)
        found = _ok(box.uid("SEARCH", *criteria))
        uids = {int(word) for line in found if isinstance(line, bytes) for word in line.split() if word.isdigit()}
        return sorted(uid for uid in uids if uid > last)  # "n:*" always gives the last one, however old.

    def _fetched(self, box: imaplib.IMAP4, uids: Sequence[int]) -> tuple[Received, ...]:
        if not uids:
            return ()
        told = _ok(box.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)"))
        mails = []
        for line in told:
            head = line[0] if isinstance(line, tuple) else line
            uid, size = _UID.search(head or b""), _SIZE.search(head or b"")
            if uid is not None and int(uid[1]) in uids:
                too_large = size is None or int(size[1]) > LARGEST_MAIL
                what = f"(UID BODY.PEEK[{'HEADER' if too_large else ''}]<0.{LARGEST_MAIL}>)"
                raw = _literal(_ok(box.uid("FETCH", uid[1].decode(), what)))
                mails.append(Received(int(uid[1]), _received_at(head or b""), raw, too_large))
        return tuple(sorted(mails, key=lambda mail: mail.uid))


def _ok(answer: tuple[str, Sequence[object]]) -> Sequence[bytes | tuple[bytes, bytes] | None]:
    word, said = answer
    if word != "OK":
        _refuse_limits(said)
        raise imaplib.IMAP4.error("the server said no")
    return said  # type: ignore[return-value]


def _refuse_limits(said: Sequence[object]) -> None:
    for line in said:
        if isinstance(line, bytes) and _LIMITED.search(line):
            raise imaplib.IMAP4.error("[LIMIT]")


def _literal(said: Sequence[bytes | tuple[bytes, bytes] | None]) -> bytes:
    """What was sent as a counted block; a mail deleted meanwhile has none."""
    return next((line[1] for line in said if isinstance(line, tuple)), b"")


def _received_at(head: bytes) -> datetime:
    """Of a server that tells no time, or a wrong one, the beginning of all times: such a mail counts as old."""
    found = _RECEIVED.search(head)
    try:
        told = found[1].decode("ascii").strip() if found else ""
        return datetime.strptime(told, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def _last_read(cursor: str | None, validity: int) -> int:
    known, _, uid = (cursor or "").partition(":")
    return int(uid) if known == str(validity) and uid.isdigit() else 0
