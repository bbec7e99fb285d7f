"""What the daemon asks every few seconds is answered from the few rows that wait, however much the store remembers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from moderator.store import actions, alerts, comments, decisions, history, outages, pushes, references
from moderator.store.database import Database, Transaction
from tests.store.conftest import KEY, sqlcipher_url
from tests.store.made import DAY, NOON, a_comment


@pytest.mark.parametrize(
    ("index", "ask"),
    [
        ("ix_comments_judge_due", lambda tx: comments.unjudged(tx, 64, "youtube")),
        ("ix_comments_judge_due", lambda tx: comments.unjudged(tx, 64)),
        ("ix_comments_act_due", lambda tx: actions.unplanned(tx, 64, "youtube")),
        ("ix_comments_queue", decisions.queued),
        ("ix_comments_waiting", decisions.count_queued),
        ("ix_comments_queue", lambda tx: alerts.raise_new(tx, NOON, DAY)),
        ("ix_alerts_state", alerts.open_alerts),
        ("ix_alert_cases_open", alerts.count_unopened),
        ("ix_alert_sends_state", lambda tx: pushes.take_due(tx, NOON)),
        ("ix_outages_settled", outages.untold),
        ("ix_actions_state", lambda tx: actions.due(tx, "youtube", NOON, 64)),
        ("ix_actions_state", lambda tx: actions.unsure(tx, "youtube", NOON, 64)),
        ("ix_actions_state", actions.waiting),
        ("ix_actions_verify", lambda tx: actions.to_verify(tx, "youtube", NOON, 64)),
        ("ix_tasks_open", actions.open_tasks),
        ("ix_comments_decided", lambda tx: decisions.counts(tx, NOON)),
        ("ix_findings_reference", lambda tx: references.named_alike(tx, a_comment(), 0.5, NOON)),
        ("ix_decisions_decided", lambda tx: history.made(tx, history.Wanted(since=NOON))),
    ],
)
def test_it_is_answered_from_its_index(tmp_path: Path, index: str, ask: Callable[[Transaction], object]) -> None:
    database = Database.open(sqlcipher_url(tmp_path), key=KEY)
    database.migrate()
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    with database.transaction() as tx:
        ask(tx)
        statement, parameters = asked[-1]
        plan = tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    database.close()
    assert f"INDEX {index} " in plan[0].detail
