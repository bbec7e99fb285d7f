"""Alerts that cannot wait, their cases, the places they are sent to, and the outages that were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from moderator.store.migrations.columns import key, numbers, time, words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
TABLES = (
    "outages",
    "alert_sends",
    "alert_addresses",
    "push_subscriptions",
    "alert_cases",
    "alerts",
    "alert_watch",
)


def upgrade() -> None:
    create_alerts()
    create_places()
    op.create_table(
        "outages",
        *words("school_id", "account_id", "kind"),
        time("began_at"),
        time("fine_since", nullable=True),
        time("ended_at", nullable=True),
        time("begin_told_at", nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        key("outages", "school_id", "account_id", "kind", "began_at"),
    )
    op.create_index("ix_outages_settled", "outages", ["school_id", "settled"])


def create_alerts() -> None:
    op.create_table(
        "alert_watch",
        *words("school_id", "last_digest"),
        time("pinged_at", nullable=True),
        key("alert_watch", "school_id"),
    )
    op.create_table(
        "alerts",
        *words("school_id", "state", "opened_by"),
        *numbers("number", "step"),
        time("began_at"),
        time("next_step_at"),
        time("opened_at", nullable=True),
        key("alerts", "school_id", "number"),
    )
    op.create_index("ix_alerts_state", "alerts", ["school_id", "state"])
    op.create_table(
        "alert_cases",
        *words("comment_id", "school_id", "opened_by"),
        *numbers("version", "alert_number", "decision_number"),
        time("raised_at"),
        time("told_at", nullable=True),
        time("opened_at", nullable=True),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_alert_cases_comment_id")),
        key("alert_cases", "comment_id", "version"),
    )
    open_only = sa.text("opened_at IS NULL")
    where = {"sqlite_where": open_only, "postgresql_where": open_only}
    op.create_index("ix_alert_cases_open", "alert_cases", ["school_id", "alert_number"], **where)  # type: ignore[arg-type]


def create_places() -> None:
    op.create_table(
        "push_subscriptions",
        *words("school_id", "id", "endpoint", "p256dh", "auth", "person", "role"),
        time("added_at"),
        time("confirmed_at", nullable=True),
        time("dropped_at", nullable=True),
        key("push_subscriptions", "school_id", "id"),
    )
    op.create_table(
        "alert_addresses",
        *words("school_id", "address"),
        time("confirmed_at"),
        key("alert_addresses", "school_id", "address"),
    )
    op.create_table(
        "alert_sends",
        *words("school_id", "key", "channel", "address", "role", "severity", "state", "detail"),
        *numbers("urgent", "waiting", "attempts"),
        time("due_at"),
        time("next_at"),
        time("ended_at", nullable=True),
        key("alert_sends", "school_id", "key", "channel", "address"),
    )
    op.create_index("ix_alert_sends_state", "alert_sends", ["school_id", "state", "next_at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
