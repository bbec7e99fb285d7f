"""A comment's words with what must not be read over a shoulder made unreadable: children's names and contact details.

Only what a detector found is masked, however weak the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from moderator.domain import TEXT, Finding, Label

MASK = "●●●"
MASKED = frozenset({Label.CHILD_NAMED, Label.CONTACT})


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The words, each masked finding as ●●● wherever its phrase stands; all of them where a finding tells no place."""
    found = [finding for finding in findings if finding.label in MASKED and finding.field == TEXT]
    if any(finding.span is None and not finding.phrase for finding in found):
        return MASK
    spans = [finding.span for finding in found if finding.span is not None]
    spans += [match.span() for finding in found if finding.phrase.strip() for match in _again(finding.phrase, text)]
    return _without(text, spans)


def _again(phrase: str, text: str) -> Iterable[re.Match[str]]:
    return re.finditer(rf"(?<!\w){re.escape(phrase.strip())}(?!\w)", text, re.IGNORECASE)


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in sorted(spans):
        if start >= end:
            parts += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*parts, text[end:]])
