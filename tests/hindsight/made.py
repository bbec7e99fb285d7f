"""Comments that policy judged and people decided on. All names are invented."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from moderator.domain import ActionKind, Author, Case, Comment, Decision, Finding, Label, Mode, Ruling
from moderator.policy.decide import decide
from moderator.policy.limits import DEFAULT, Limit, Policy
from moderator.store import authors, comments, decisions
from moderator.store.database import Database
from tests.store.made import DAY, NOON, a_comment, receive

SINCE, UNTIL = NOON - 30 * DAY, NOON + 30 * DAY
HEAD = "Mrs Ravenscroft"


def found(label: Label, score: float, span: tuple[int, int] | None = (0, 4), phrase: str = "well") -> Finding:
    return Finding(label, score, span, "words", "1", phrase)


def with_limit(label: Label, limit: Limit, policy: Policy = DEFAULT) -> Policy:
    return replace(policy, version="proposed", limits={**policy.limits, label: limit})


@dataclass
class Days:
    """A school's days as they were: what came, what policy said, what people said."""

    database: Database
    policy: Policy = DEFAULT

    def judged(
        self,
        native_id: str,
        *findings: Finding,
        at: datetime = NOON,
        text: str = "well done everyone",
        mode: Mode = Mode.AUTO,
        failed: tuple[str, ...] = (),
        author: str = "",
    ) -> Decision:
        """A comment comes and is judged at once, as the pipeline does it; each is by somebody else unless `author` says who."""
        wrote = Author(author or f"u-{native_id}", "@pat", "Pat Larkin")
        with self.database.transaction() as tx:
            receive(tx, a_comment(native_id, text, author=wrote), at=at)
        with self.database.transaction() as tx:
            comment = self.comment(native_id)
            case = Case(
                comment,
                findings,
                standing=authors.standing(tx, comment, at, self.policy.strikes),
                previous=decisions.latest(tx, comment.id),
                not_judged=failed,
            )
            return decisions.record(tx, decide(case, self.policy, mode, at), findings)

    def says(
        self, native_id: str, ruling: Ruling, at: datetime = NOON + DAY, also: ActionKind | None = None, by: str = HEAD
    ) -> Decision:
        """A person decides on the form that is the latest now."""
        comment = self.comment(native_id)
        with self.database.transaction() as tx:
            return decisions.record(
                tx, Decision(comment.id, comment.version, ruling, by, at, ("seen",), author_action=also)
            )

    def comment(self, native_id: str) -> Comment:
        with self.database.reading() as tx:
            stored = comments.load(tx, a_comment(native_id).id)
        assert stored is not None
        return stored
