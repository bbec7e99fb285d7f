"""Letters out of the outbox and into the school's mail server. A letter goes in complete; here nobody reads it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from moderator.domain import School
from moderator.errors import Refused, Unavailable
from moderator.settings.mail import MailSettings, Person
from moderator.store import mails
from moderator.store.database import Database
from moderator.store.mails import Mail

__all__ = ["GIVE_UP_AFTER", "MailSettings", "Mailer", "Sending", "new_message", "packed", "send_due", "stable_id"]

GIVE_UP_AFTER = timedelta(days=5)
"""What RFC 5321 section 4.5.4.1 advises: at least 4 to 5 days."""
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 10, 15, 30, 60, 120, 240))
"""After the first failure, the second …; the last one again and again. A greylist opens within 5 to 30 minutes."""
POLICY = SMTP.clone(cte_type="7bit")
"""CRLF, lines that every server takes, and a ValueError for a header with a line break in it."""


class Mailer:
    """The school's mail server."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings, self._tls = settings, tls or ssl.create_default_context()

    def send(self, mail: Mail) -> None:
        """Hand one letter over; returns once the server has taken it.

        Raises Unavailable where another try may help, with `maybe_done` where the server may have taken it all the same, and
        Refused where it said that it never will.
        """
        with errors(self._settings), self._connected() as server:
            _expect(250, *server.mail(self._settings.sender.address))
            _expect(250, *server.rcpt(mail.recipient))
            with perhaps_taken(self._settings):
                code, said = server.data(mail.body)
            _expect(250, code, said)

    def greet(self) -> None:
        """Connect, encrypt, log in and leave, without a letter. Raises Unavailable or Refused."""
        with errors(self._settings), self._connected():
            pass

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Logged in, once the connection is as safe as the settings ask for."""
        host, port, timeout_s = self._settings.host, self._settings.port, self._settings.timeout_s
        if self._settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=self._tls)
        else:
            server = smtplib.SMTP(host, port, timeout=timeout_s)
        try:
            server.ehlo_or_helo_if_needed()
            if self._settings.security == "starttls":
                server.starttls(context=self._tls)
                server.ehlo_or_helo_if_needed()
            if self._settings.user:
                server.login(self._settings.user, self._settings.password)
            yield server
            with suppress(smtplib.SMTPException, OSError):  # It has the letter: how it says goodbye does not matter.
                server.quit()
        finally:
            server.close()


@contextmanager
def errors(settings: MailSettings) -> Iterator[None]:
    """What smtplib and the network raise, as ours. What the server said stands in it, letters do not."""
    where = f"The mail server {settings.host}:{settings.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise Unavailable(f"{where} refused the login of {settings.user}: {_said(error)}") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Unavailable(f"{where} does not offer what the settings ask for: {error}") from error
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise Unavailable(f"{where} does not take us: {_said(error)}") from error
    except smtplib.SMTPResponseException as error:
        kind = Refused if error.smtp_code >= 500 else Unavailable
        raise kind(f"{where} did not take the letter: {_said(error)}") from error
    except TimeoutError as error:
        raise Unavailable(f"{where} did not answer within {settings.timeout_s:g} s.") from error
    except ssl.SSLError as error:
        raise Unavailable(f"{where} cannot be spoken to in safety: {error.reason or error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"{where} cannot be reached: {error}") from error


@contextmanager
def perhaps_taken(settings: MailSettings) -> Iterator[None]:
    """From the end of the letter to the answer nobody knows whether the server took it."""
    try:
        yield
    except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
        where = f"The mail server {settings.host}:{settings.port}"
        raise Unavailable(f"{where} took the letter and never said so.", maybe_done=True) from error


def _expect(wanted: int, code: int, said: bytes) -> None:
    # 251 is "will forward", as good as 250 after RCPT.
    if code not in (wanted, wanted + 1):
        raise smtplib.SMTPResponseException(code, said)


def _said(error: smtplib.SMTPResponseException) -> str:
    said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else str(error.smtp_error)
    return f"{error.smtp_code} {' '.join(said.split())[:200]}"


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one try; `why` is empty where the server took the letter."""

    mail: Mail
    why: str = ""
    next_try_at: datetime | None = None  # None after a failure: given up

    @property
    def went(self) -> bool:
        return not self.why


def send_due(database: Database, mailer: Mailer, now: datetime, kind: str | None = None) -> list[Sending]:
    """Try every letter that is due, of one kind or of all, and write down what became of it. Raises StoreError."""
    with database.reading() as tx:
        waiting = mails.due(tx, now, kind)
    tried = (_try(database, mailer, mail, now) for mail in waiting)
    return [sending for sending in tried if sending is not None]


def _try(database: Database, mailer: Mailer, mail: Mail, now: datetime) -> Sending | None:
    """None where somebody else took it first."""
    with database.transaction() as tx:
        if not mails.take(tx, mail, now):
            return None
    sending = _hand_over(mailer, mail, now)
    with database.transaction() as tx:
        if sending.went:
            mails.sent(tx, mail, now)
        elif sending.next_try_at is not None:
            mails.failed(tx, mail, sending.next_try_at, sending.why)
        else:
            mails.given_up(tx, mail, now, sending.why)
    return sending


def _hand_over(mailer: Mailer, mail: Mail, now: datetime) -> Sending:
    try:
        mailer.send(mail)
    except Refused as error:
        return Sending(mail, str(error))
    except Unavailable as error:
        return Sending(mail, str(error), next_try(mail, now))
    return Sending(mail)


def next_try(mail: Mail, now: datetime) -> datetime | None:
    """When to try again after this failure: later each time, and once more at the very end; None after that."""
    if now >= mail.give_up_at:
        return None
    return min(now + BACKOFF[min(mail.attempts, len(BACKOFF) - 1)], mail.give_up_at)


def new_message(settings: MailSettings, to: Person, subject: str, message_id: str, at: datetime) -> EmailMessage:
    """A letter with the headers that all of ours have, still without words. `at` with its zone is the Date."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(settings.sender)
    message["To"] = _address(to)
    message["Reply-To"] = _address(settings.reply_to)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it.
    return message


def _address(person: Person) -> Address:
    return Address(person.name, addr_spec=person.address)


def stable_id(settings: MailSettings, *of: str) -> str:
    """A Message-ID that is the same for the same letter to the same person, whenever it is made."""
    return f"<{sha256(chr(0).join(of).encode()).hexdigest()[:40]}@{settings.domain}>"


def writer_of(school: School) -> str:
    """What a Message-ID names a school by: a trust's schools may write from one address, each with the id "school"."""
    return f"{school.id} {school.name}"


def packed(message: EmailMessage, key: str, kind: str, now: datetime, give_up_after: timedelta = GIVE_UP_AFTER) -> Mail:
    """A finished letter as the outbox takes it, to go out from now on. It goes to the first address of its To."""
    recipient = message["To"].addresses[0].addr_spec
    return Mail(key, kind, recipient, str(message["Message-ID"]), message.as_bytes(), now, now + give_up_after)
