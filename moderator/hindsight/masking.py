"""A comment's words with what must not be read over a shoulder made unreadable: children's names and contact details.

Only what a detector found is masked, however weak the finding.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from moderator.domain import TEXT, Finding, Label

MASK = "●●●"
MASKED = frozenset({Label.CHILD_NAMED, Label.CONTACT})


def masked(text: str, findings: Iterable[Finding]) -> str:
    """The words, each masked finding as ●●● wherever its phrase stands; all of them where a finding tells no place."""
    spans = spans_of(text, findings, MASKED)
    return MASK if spans is None else _without(text, spans)


def spans_of(
    text: str, findings: Iterable[Finding], labels: Collection[Label], field: str = TEXT
) -> list[tuple[int, int]] | None:
    """Where what was found of these labels stands, and stands again; None where a finding tells no place."""
    found = [finding for finding in findings if finding.label in labels and finding.field == field]
    if any(finding.span is None and not finding.phrase for finding in found):
        return None
    spans = [finding.span for finding in found if finding.span is not None]
    spans += [match.span() for finding in found if finding.phrase.strip() for match in _again(finding.phrase, text)]
    return spans


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
