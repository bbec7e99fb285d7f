"""How X writes a post's text: automatic mentions in front, links shortened, & < > escaped, ranges in code points.

Ranges count the text as it is sent, with its `&amp;` of five characters (Twitter4J issue 349).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from moderator.sandbox.messages import Json

LONGEST = 280
_PARTS = re.compile(
    r"(?P<url>https?://[^\s<>\"]+)"
    r"|(?<![A-Za-z0-9_@])@(?P<mention>[A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])"
    r"|(?<![\w&#])#(?P<tag>\w*[^\W\d_]\w*)"
)
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass
class Rendered:
    """A text as X sends it. `note` holds the whole of one longer than 280 characters, prefix included."""

    text: str = ""
    display_range: tuple[int, int] = (0, 0)
    entities: dict[str, list[Json]] = field(default_factory=dict)
    note: Rendered | None = None

    @property
    def mentioned(self) -> set[str]:
        """The handles mentioned, in lower case."""
        whole = self.note or self
        return {str(mention["username"]).lower() for mention in whole.entities.get("mentions", [])}


def render(
    body: str, prefix: Sequence[str], person_id: Callable[[str], str], native_id: str, *, media_key: str = ""
) -> Rendered:
    """Text, ranges and entities of one post. `person_id` gives the id that belongs to a handle."""
    whole = _written(body, prefix, person_id)
    shown = whole
    if len(body) > LONGEST:
        link = _short_link(f"status {native_id}")
        shown = _written(body[: LONGEST - len(link) - 2].rstrip() + "…", prefix, person_id)
        _append_link(shown, link, f"https://x.com/i/web/status/{native_id}")
        shown.display_range = (shown.display_range[0], len(shown.text))
        shown.note = whole
    if media_key:
        # The link of an attached picture stands in the text, behind what is displayed.
        link = _short_link(f"media {native_id}")
        _append_link(shown, link, f"https://x.com/i/status/{native_id}/photo/1", media_key=media_key)
    return shown


def _written(body: str, prefix: Sequence[str], person_id: Callable[[str], str]) -> Rendered:
    written = Rendered()
    for handle in prefix:
        _append_mention(written, handle, person_id)
        written.text += " "
    start, at = len(written.text), 0
    for part in _PARTS.finditer(body):
        written.text += _escape(body[at : part.start()])
        if part["mention"]:
            _append_mention(written, part["mention"], person_id)
        elif part["tag"]:
            _append(written, "hashtags", f"#{part['tag']}", {"tag": part["tag"]})
        else:
            _append_link(written, _short_link(part["url"]), part["url"], space="")
        at = part.end()
    written.text += _escape(body[at:])
    written.display_range = (start, len(written.text))
    return written


def _append(written: Rendered, kind: str, text: str, fields: Json) -> None:
    start = len(written.text)
    written.text += text
    written.entities.setdefault(kind, []).append({"start": start, "end": len(written.text), **fields})


def _append_mention(written: Rendered, handle: str, person_id: Callable[[str], str]) -> None:
    _append(written, "mentions", f"@{handle}", {"username": handle, "id": person_id(handle)})


def _append_link(written: Rendered, link: str, target: str, *, media_key: str = "", space: str = " ") -> None:
    written.text += space
    fields: Json = {"url": link, "expanded_url": target, "display_url": target.partition("://")[2][:30]}
    if media_key:
        fields |= {"media_key": media_key, "display_url": f"pic.x.com/{link[-10:]}"}
    _append(written, "urls", link, fields)


def _escape(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in text)


def _short_link(target: str) -> str:
    return "https://t.co/" + hashlib.blake2b(target.encode("utf-8", "replace"), digest_size=5).hexdigest()
