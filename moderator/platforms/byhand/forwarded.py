"""A mail that a member of staff forwarded by hand: the notification inside it, as their program quoted it.

Who forwarded it is proven; that the notification inside is true is their word.
"""

from __future__ import annotations

import re
from email.utils import parseaddr

from moderator.platforms.byhand.letter import Letter

_BEGINS = re.compile(
    r"^(?:-{2,} ?(?:forwarded message|original message) ?-{2,}|begin forwarded message:|_{10,})$", re.IGNORECASE
)
_FIELD = re.compile(r"^\*?(from|date|sent|subject|to|cc)\*?:\*?\s*(.*)$", re.IGNORECASE)
_QUOTED = re.compile(r"^(?:> ?)+")


def inner_letter(letter: Letter) -> Letter | None:
    """The mail inside, attached or quoted; None where there is none. It has the Message-ID of the mail around it."""
    if letter.enclosed is not None:
        held = letter.enclosed
        return Letter(letter.message_id, held.senders, held.subject, held.sent_at, (), held.text, held.links)
    lines = [_QUOTED.sub("", line).strip() for line in letter.text.splitlines()]
    for at, line in enumerate(lines):
        if _BEGINS.match(line) and (found := _quoted(lines[at + 1 :])):
            fields, text = found
            address = parseaddr(fields["from"].replace("[mailto:", "<").replace("]", ">"))[1].lower()
            return Letter(letter.message_id, (address,), fields.get("subject", ""), None, (), text, letter.links)
    return None


def _quoted(lines: list[str]) -> tuple[dict[str, str], str] | None:
    """The fields at the head of what was quoted, and the text below them."""
    fields: dict[str, str] = {}
    for at, line in enumerate(lines):
        if field := _FIELD.match(line):
            fields[field[1].lower()] = field[2].strip()
        elif line or "from" in fields:
            return (fields, "\n".join(lines[at:]).strip()) if "from" in fields else None
    return None
