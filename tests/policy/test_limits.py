from __future__ import annotations

import pytest

from moderator.domain import Label
from moderator.policy.limits import DEFAULT, NEVER, Limit, Policy


def test_every_label_has_a_limit_by_default_but_a_complaint_is_never_acted_on() -> None:
    assert set(DEFAULT.limits) == set(Label) - {Label.COMPLAINT}


def test_a_label_without_a_limit_is_never_acted_on() -> None:
    assert Policy({}, frozenset(), "none").limit(Label.SPAM) == Limit(NEVER, NEVER)


@pytest.mark.parametrize(("queue", "hide"), [(0.9, 0.5), (-0.1, 0.5), (float("nan"), 1.0)])
def test_limits_that_cannot_be_meant_are_refused(queue: float, hide: float) -> None:
    with pytest.raises(ValueError, match="queue must be from 0 to hide"):
        Limit(queue, hide)


def test_threats_and_children_at_risk_are_urgent_by_default() -> None:
    assert {Label.THREAT, Label.SAFEGUARDING} <= DEFAULT.urgent
