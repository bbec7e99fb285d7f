"""Values that tests of several rooms make."""

from __future__ import annotations

from moderator.domain import Action, ActionKind, Comment, Person, make_action

HEAD = Person("Mrs Ravenscroft")


def an_action(kind: ActionKind, comment: Comment, decision_id: str = "d.1", attempt: int = 0) -> Action:
    """An action that the headteacher asked for."""
    return make_action(kind, comment, decision_id, HEAD, attempt)
