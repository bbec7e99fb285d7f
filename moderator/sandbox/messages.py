"""What crosses the sandbox's door: a request as it came in, an answer as it goes out. No socket, no state."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, with the path as the vendor would see it ("/2/users/me")."""

    platform: str
    method: str
    path: str
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def one(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def many(self, name: str) -> list[str]:
        """All values of a query parameter, both repeated ("id=a&id=b") and in one ("id=a,b")."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def form(self) -> dict[str, str]:
        """The body as a form. Values given twice keep the last."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> Json:
        """The body as a JSON object; an empty one where it is something else."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `body` is JSON data, text, bytes, or None for an empty one."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def encoded(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        # "surrogatepass" is not for us: what a vendor sends is valid UTF-8, so lone surrogates leave as \ud800 escapes.
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode("utf-8", "replace")

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        return replace(self, headers={**self.headers, **headers})


class Refusal(Exception):
    """A request that the vendor answers with an error; it carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"status {answer.status}")
        self.answer = answer
