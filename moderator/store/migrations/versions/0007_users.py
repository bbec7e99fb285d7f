"""Users of the page with passkeys and sessions, what they leave on each other's desks, and a moment to take a decision back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from moderator.store.migrations.columns import key, numbers, time, words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
TABLES = (
    "mail_pauses",
    "proposals",
    "put_off_cases",
    "passed_cases",
    "tries",
    "web_sessions",
    "challenges",
    "recovery_codes",
    "invites",
    "passkeys",
    "users",
)
WAITS = sa.text("waiting_since IS NOT NULL")
HELD = sa.text("act_from IS NOT NULL")


def of_comment(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f(f"fk_{table}_comment_id"))


def upgrade() -> None:
    create_users()
    create_ceremonies()
    create_desk()
    op.create_index("ix_decisions_by", "decisions", ["school_id", "decided_by", "decided_at"])
    op.create_index("ix_tasks_closed", "tasks", ["school_id", "closed_at"])
    op.create_index("ix_audit_events_event", "audit_events", ["school_id", "event", "id"])
    op.add_column("decisions", sa.Column("takes_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("comments", time("act_from", nullable=True))
    op.create_index("ix_comments_held", "comments", ["school_id", "act_from"], sqlite_where=HELD, postgresql_where=HELD)
    op.create_index(
        "ix_comments_queue",
        "comments",
        ["school_id", "urgent", "waiting_since", "id"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def create_users() -> None:
    op.create_table(
        "users",
        *words("school_id", "id", "name", "role", "added_by"),
        time("added_at"),
        time("ended_at", nullable=True),
        key("users", "school_id", "id"),
    )
    op.create_table(
        "passkeys",
        *words("school_id", "credential_id", "user_id", "public_key", "name"),
        *numbers("sign_count"),
        sa.Column("transports", sa.JSON(), nullable=False),
        time("added_at"),
        time("used_at", nullable=True),
        key("passkeys", "school_id", "credential_id"),
    )
    op.create_index("ix_passkeys_user", "passkeys", ["school_id", "user_id"])
    op.create_table(
        "web_sessions",
        *words("school_id", "digest", "user_id", "device"),
        time("opened_at"),
        time("seen_at"),
        time("proved_at"),
        time("ended_at", nullable=True),
        key("web_sessions", "school_id", "digest"),
    )
    op.create_index("ix_web_sessions_user", "web_sessions", ["school_id", "user_id"])


def create_ceremonies() -> None:
    op.create_table(
        "invites",
        *words("school_id", "digest", "user_id", "made_by"),
        time("expires_at"),
        time("used_at", nullable=True),
        key("invites", "school_id", "digest"),
    )
    op.create_table(
        "recovery_codes",
        *words("school_id", "user_id", "digest"),
        time("made_at"),
        time("used_at", nullable=True),
        key("recovery_codes", "school_id", "user_id"),
    )
    op.create_table(
        "challenges",
        *words("school_id", "id", "purpose", "user_id", "challenge"),
        time("expires_at"),
        time("used_at", nullable=True),
        key("challenges", "school_id", "id"),
    )
    op.create_table(
        "tries",
        *words("school_id", "what"),
        time("began_at"),
        *numbers("count"),
        key("tries", "school_id", "what", "began_at"),
    )


def create_desk() -> None:
    op.create_table(
        "passed_cases",
        *words("school_id", "comment_id", "to_role", "passed_by", "why"),
        time("passed_at"),
        of_comment("passed_cases"),
        key("passed_cases", "school_id", "comment_id"),
    )
    op.create_table(
        "put_off_cases",
        *words("school_id", "user_id", "comment_id"),
        time("until"),
        of_comment("put_off_cases"),
        key("put_off_cases", "school_id", "user_id", "comment_id"),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        *words("school_id", "comment_id", "ruling", "why", "proposed_by"),
        *numbers("version"),
        time("proposed_at"),
        of_comment("proposals"),
        key("proposals", "id"),
    )
    op.create_index("ix_proposals_comment", "proposals", ["school_id", "comment_id"])
    op.create_table(
        "mail_pauses",
        *words("school_id", "address", "kind", "paused_by"),
        time("paused_at"),
        time("until"),
        key("mail_pauses", "school_id", "address", "kind"),
    )


def downgrade() -> None:
    op.drop_index("ix_comments_queue", "comments")
    op.drop_index("ix_comments_held", "comments")
    op.drop_column("comments", "act_from")
    op.drop_column("decisions", "takes_back")
    op.drop_index("ix_audit_events_event", "audit_events")
    op.drop_index("ix_tasks_closed", "tasks")
    op.drop_index("ix_decisions_by", "decisions")
    for table in TABLES:
        op.drop_table(table)
