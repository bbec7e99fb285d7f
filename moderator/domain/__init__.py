"""The nouns that travel through the house: frozen values, standard library only.

What crosses a border between two rooms is one of these; no vendor object, dict or database row does.
Times are aware UTC. Spans count characters of the original text, end exclusive. Scores run from 0.0 to 1.0.
"""

from moderator.domain.acting import Action, FinalAction, Outcome, ReversibleAction, Task, make_action
from moderator.domain.judging import Ban, Case, Decision, Finding, Person, Standing, Strike, Verdict
from moderator.domain.kinds import (
    DISPLAY_NAME,
    OF_THE_WHOLE,
    POLICY,
    TEXT,
    ActionKind,
    FinalKind,
    Label,
    Mode,
    Result,
    ReversibleKind,
    RuleState,
    Ruling,
    TaskKind,
    Visibility,
)
from moderator.domain.reading import (
    Account,
    Author,
    Comment,
    Context,
    Mention,
    Post,
    Pupil,
    School,
    comment_id,
    plain_handle,
)

__all__ = [
    "DISPLAY_NAME",
    "OF_THE_WHOLE",
    "POLICY",
    "TEXT",
    "Account",
    "Action",
    "ActionKind",
    "Author",
    "Ban",
    "Case",
    "Comment",
    "Context",
    "Decision",
    "FinalAction",
    "FinalKind",
    "Finding",
    "Label",
    "Mention",
    "Mode",
    "Outcome",
    "Person",
    "Post",
    "Pupil",
    "Result",
    "ReversibleAction",
    "ReversibleKind",
    "RuleState",
    "Ruling",
    "School",
    "Standing",
    "Strike",
    "Task",
    "TaskKind",
    "Verdict",
    "Visibility",
    "comment_id",
    "make_action",
    "plain_handle",
]
