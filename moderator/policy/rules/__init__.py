"""The school's rules: each a function that hears a case and gives a verdict, or None where it does not apply.

Rules know nothing of one another and stand in no order; `decide` hears them all. How much each may say, and which sentence of
the school's policy it serves, stands in config/policy.toml under the rule's name.
"""

from __future__ import annotations

from collections.abc import Callable

from moderator.domain import Verdict
from moderator.policy.heard import Heard
from moderator.policy.rules.abuse import (
    a_threat,
    an_insult,
    an_insult_beside_a_childs_name,
    complaint_is_not_abuse,
    hate,
    sexual_words,
    swearing,
)
from moderator.policy.rules.authors import author_banned, author_on_hold, impersonation, spam
from moderator.policy.rules.children import (
    a_child_named,
    a_child_writing,
    a_childs_full_name,
    a_person_tagged,
    contact_details,
    kind_but_identifying,
    somebody_at_risk,
    somebody_must_know,
)
from moderator.policy.rules.unread import edited_after_hide, not_judged, nothing_to_read
from moderator.policy.rules.whole import nothing_to_show_first, something_harmful

Rule = Callable[[Heard], Verdict | None]

RULES: tuple[Rule, ...] = (
    a_child_named,
    a_childs_full_name,
    kind_but_identifying,
    a_person_tagged,
    contact_details,
    an_insult,
    an_insult_beside_a_childs_name,
    hate,
    sexual_words,
    swearing,
    complaint_is_not_abuse,
    a_threat,
    somebody_at_risk,
    somebody_must_know,
    something_harmful,
    nothing_to_show_first,
    a_child_writing,
    spam,
    impersonation,
    author_on_hold,
    author_banned,
    not_judged,
    edited_after_hide,
    nothing_to_read,
)

ALWAYS_LIVE = frozenset({"complaint_is_not_abuse", "somebody_at_risk", "somebody_must_know", "not_judged"})
"""Rules that no school switches off: criticism stays in sight, a child at risk and what was not read meet a person."""
