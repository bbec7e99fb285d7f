"""Judges comments from a file, without a platform or a database: lines of JSON in, one answer for each out.

A line holds `id` and `text`, and where known `platform`, `post`, `thread`, `author` and `author_name`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from moderator.detectors.base import Detector, examine_all
from moderator.detectors.excerpt import excerpt
from moderator.detectors.tags import mentions_in
from moderator.detectors.toxicity import ToxicityScorer
from moderator.domain import OF_THE_WHOLE, Author, Case, Comment, Context, Decision, Finding, Mode, Post, School
from moderator.errors import ConfigError
from moderator.platforms.street import address_of
from moderator.policy.decide import decide
from moderator.policy.limits import Policy

# A file does not say when a comment was posted; the earliest time shows that none was given.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class CommentLine(BaseModel):
    """One line of the file; what else stands in it is passed over."""

    model_config = ConfigDict(extra="ignore")

    id: str
    text: str
    platform: str = "file"
    post: str = ""
    thread: tuple[str, ...] = ()
    author: str = ""
    author_name: str = ""


def judge_lines(
    lines: Iterable[str],
    detectors: Sequence[Detector],
    scorer: ToxicityScorer,
    policy: Policy,
    school: School,
    *,
    scores: bool = False,
) -> Iterator[dict[str, Any]]:
    """An answer for each line that is not empty, in their order, ready for `json.dumps`.

    Without a time, each is judged as while somebody is on duty. Raises ConfigError, naming the line, where one is not JSON or
    lacks `id` or `text`.
    """
    at_any_hour = replace(policy, duty=replace(policy.duty, lowers_hide_by=0.0))
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            # Not by pydantic's own parser: it refuses half a surrogate pair, which a cut-off emoji leaves.
            read = CommentLine.model_validate(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise ConfigError(
                f"line {number}: {_fault(error)}. Each line is one JSON object with at least id and text."
            ) from error
        comment, context = _comment(read, school), _context(read, school)
        findings, failed = examine_all(detectors, comment, context)
        decision = decide(Case(comment, findings, context, not_judged=failed), at_any_hour, Mode.AUTO, _NO_TIME)
        answer = _answer(read.id, decision, findings)
        if scores:
            answer["scores"] = scorer.score([excerpt(comment).comment.text])[0]
        yield answer


def _comment(line: CommentLine, school: School, native_id: str = "", text: str | None = None) -> Comment:
    words = line.text if text is None else text
    mentions = tuple(mentions_in(words))
    return Comment(
        id=native_id or line.id,
        account_id=school.id,
        platform=line.platform,
        native_id=native_id or line.id,
        author=Author(line.author, line.author, line.author_name) if text is None else Author(),
        text=words,
        posted_at=_NO_TIME,
        reply_prefix=_reply_prefix(words) if address_of(line.platform).replies_name_first else 0,
        mentions=mentions,
    )


def _context(line: CommentLine, school: School) -> Context:
    post = Post(native_id=f"{line.id}.post", text=line.post) if line.post else None
    above = enumerate(line.thread)
    return Context(post, tuple(_comment(line, school, f"{line.id}.{index}", text) for index, text in above))


def _reply_prefix(text: str) -> int:
    """Characters at the start that are mentions one after another: X puts those in front of a reply by itself."""
    end = 0
    for mention in mentions_in(text):
        if text[end : mention.start].strip():
            break
        end = mention.end
    return end


def _answer(comment_id: str, decision: Decision, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "id": comment_id,
        "action": decision.ruling.value,
        "urgent": decision.urgent,
        "labels": [label.value for label in decision.labels if label not in OF_THE_WHOLE],
        "findings": [
            {
                "label": finding.label.value,
                "score": finding.score,
                "start": finding.span[0] if finding.span else None,
                "end": finding.span[1] if finding.span else None,
                "text": finding.phrase,
                "detector": finding.detector,
            }
            for finding in findings
            if finding.label not in OF_THE_WHOLE
        ],
        "reasons": list(decision.reasons),
    }


def _fault(error: ValueError | RecursionError) -> str:
    if not isinstance(error, ValidationError):
        return f"it is not JSON ({error.msg})" if isinstance(error, json.JSONDecodeError) else "it cannot be read"
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]
