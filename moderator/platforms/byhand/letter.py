"""The bytes of a mail, from anybody, into its plain parts: whatever it holds, it costs little and harms nothing.

What cannot be read raises NotALetter, which says why in a few words and never quotes the mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import cast

from moderator.platforms.byhand.words import words_of

LARGEST_MAIL = 1_000_000  # bytes
LONGEST_HEADERS = 64_000  # bytes, all together
LONGEST_WORDS = 2_000  # characters of one header that is read
LONGEST_TEXT = 50_000  # characters of the body
MOST_PARTS = 50
MOST_WRAPPINGS = 20
CHARSETS = frozenset({"utf-8", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "cp1252", "utf-16"})
"""Those in use for mail in English. Others are read as UTF-8, bad bytes shown as such: some codecs are slow on purpose."""
_WRAPPING = re.compile(rb"multipart/|message/rfc822", re.IGNORECASE)


class NotALetter(Exception):
    """A mail that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain parts. Nothing of it is trusted."""

    message_id: str  # with its brackets; empty: it has none
    senders: tuple[str, ...]  # bare addresses of From, in small letters: one in any honest mail
    subject: str
    sent_at: datetime | None  # as it says itself, aware
    results: tuple[str, ...]  # Authentication-Results, top to bottom
    text: str
    links: tuple[str, ...] = ()
    enclosed: Letter | None = None  # a mail forwarded as an attachment

    @property
    def domain(self) -> str:
        """Of its one sender; empty where there is none, or more than one."""
        return self.senders[0].rpartition("@")[2] if len(self.senders) == 1 else ""


def open_letter(raw: bytes) -> Letter:
    """Raises NotALetter."""
    if len(raw) > LARGEST_MAIL:
        raise NotALetter("it is larger than 1 MB")
    headers = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    if len(headers) > LONGEST_HEADERS:
        raise NotALetter("its headers are too long")
    if len(_WRAPPING.findall(raw)) > MOST_WRAPPINGS:
        raise NotALetter("it has too many parts inside each other")
    try:
        return _letter(message_from_bytes(raw), inside=False)
    except NotALetter:
        raise
    except Exception as error:  # Mails come from anybody, and the library dies of some in many ways.
        raise NotALetter(f"it cannot be taken apart ({type(error).__name__})") from error


def message_id_in(headers: bytes) -> str:
    """Of a mail that is not read any further."""
    found = re.search(rb"^message-id:\s*(<[^<>\s]{1,500}>)", headers[:LONGEST_HEADERS], re.IGNORECASE | re.MULTILINE)
    return found[1].decode("ascii", "replace") if found else ""


def _letter(message: Message, *, inside: bool) -> Letter:
    parts = []
    for part in message.walk():
        parts.append(part)
        if len(parts) > MOST_PARTS:
            raise NotALetter("it has too many parts")
    enclosed = None if inside else _enclosed(message)
    text, links = _words(message)
    return Letter(
        message_id=message_id_in(f"message-id: {_header(message, 'Message-ID').strip()}".encode("utf-8", "replace")),
        senders=_addresses(message),
        subject=" ".join(_header(message, "Subject").split()),
        sent_at=_time(_header(message, "Date")),
        results=tuple(str(value) for value in message.get_all("Authentication-Results", [])[:20]),
        text=text,
        links=links,
        enclosed=enclosed,
    )


def _enclosed(message: Message) -> Letter | None:
    for part in message.walk():
        if part.get_content_type() == "message/rfc822":
            # The parser puts a mail into each such part, an empty one where nothing follows.
            return _letter(cast(Message, part.get_payload(0)), inside=True)
    return None


def _words(message: Message) -> tuple[str, tuple[str, ...]]:
    """Plain text where there is any, else what a reader of the HTML sees; links are those of the HTML."""
    plain = html = ""
    for part in _own_parts(message):
        if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
            continue
        if part.get_content_subtype() == "plain" and not plain:
            plain = _decoded(part).replace("\r\n", "\n")
        elif part.get_content_subtype() == "html" and not html:
            html = _decoded(part)
    seen, links = words_of(html) if html else ("", ())
    text = plain.strip() or seen
    if len(text) > LONGEST_TEXT:
        raise NotALetter("its text is too long")
    return text, links


def _own_parts(message: Message) -> list[Message]:
    """The parts that belong to this mail, without those of a mail it encloses."""
    held = message.get_payload()
    if message.get_content_type() == "message/rfc822":
        return []
    if not isinstance(held, list):
        return [message]
    return [part for each in held if isinstance(each, Message) for part in _own_parts(each)]


def _decoded(part: Message) -> str:
    held = part.get_payload(decode=True)
    charset = (part.get_content_charset() or "utf-8").lower()
    content = held if isinstance(held, bytes) else b""
    return content.decode(charset if charset in CHARSETS else "utf-8", "replace")


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))[:LONGEST_WORDS]
    try:
        return str(make_header(decode_header(raw)))
    except (MessageError, LookupError, UnicodeError, ValueError):
        return raw


def _addresses(message: Message) -> tuple[str, ...]:
    """Every address of every From: an honest mail has exactly one."""
    values = [str(value) for value in message.get_all("From", [])]
    if any(len(value) > LONGEST_WORDS for value in values):
        return ()
    # Two in one header show as two @ even where the library sees one: https://nvd.nist.gov/vuln/detail/CVE-2023-27043
    found = [address.lower() for _, address in getaddresses(values)]
    return tuple(found) if all(address.count("@") == 1 for address in found) else ()


def _time(written: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(written)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
