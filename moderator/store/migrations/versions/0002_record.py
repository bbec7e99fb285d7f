"""A chain through the audit events, and evidence kept before acting.

Audit events get a number of their school's own, a salt and two seals (`store/chain.py`); those that are there are chained as
they stand. The triggers now let one change through: the blanking of facts and salt together.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import context, op

from moderator.errors import StoreError
from moderator.store.chain import Event, Head, chained, head_seal
from moderator.store.tables import AwareUtc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AT_ONCE = 1_000


def events_in(table: str, *more: str) -> sa.TableClause:
    """The columns that an event always had, and `more` of words."""
    words = ("school_id", "event", "actor", "comment_id", "account_id", *more)
    others = (sa.column("id", sa.BigInteger()), sa.column("at", AwareUtc()), sa.column("facts", sa.JSON()))
    return sa.table(table, *(sa.column(name, sa.Text()) for name in words), *others)


OLD, NEW = events_in("audit_events_before"), events_in("audit_events", "salt", "commitment", "link")
STAYS = ("school_id", "id", "at", "event", "actor", "comment_id", "account_id", "commitment", "link")
NEW_ROW, OLD_ROW = (", ".join(f"{row}.{name}" for name in STAYS) for row in ("NEW", "OLD"))
ON_SQLITE = {
    "update": f"WHEN NOT (NEW.facts = '{{}}' AND NEW.salt = '' AND ({NEW_ROW}) IS ({OLD_ROW}))",
    "delete": "",
}
ON_POSTGRESQL = (
    "CREATE TRIGGER audit_events_stay BEFORE DELETE OR TRUNCATE ON audit_events "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay()",
    "CREATE TRIGGER audit_events_blank_only BEFORE UPDATE ON audit_events FOR EACH ROW WHEN (NOT "
    f"(NEW.facts::text = '{{}}' AND NEW.salt = '' AND ({NEW_ROW}) IS NOT DISTINCT FROM ({OLD_ROW}))) "
    "EXECUTE FUNCTION audit_events_stay()",
)


def upgrade() -> None:
    set_events_aside()
    create_tables()
    for school_id in schools():
        copy_chained(school_id)
    op.drop_table(OLD.name)
    index_events()
    # The triggers come last: what fills the table must not meet them.
    if op.get_bind().dialect.name == "sqlite":
        for verb, only in ON_SQLITE.items():
            op.execute(refuse_on_sqlite(verb, only))
    else:
        for statement in ON_POSTGRESQL:
            op.execute(statement)
    op.create_index("ix_decisions_decided", "decisions", ["school_id", "decided_at"])


def downgrade() -> None:
    op.drop_index("ix_decisions_decided", "decisions")
    set_events_aside()
    numbered = sa.Column("id", sa.Integer(), nullable=False)
    op.create_table("audit_events", numbered, *first_columns(), sa.PrimaryKeyConstraint("id", name="pk_audit_events"))
    names = ", ".join(column.name for column in first_columns())
    op.execute(f"INSERT INTO audit_events ({names}) SELECT {names} FROM {OLD.name} ORDER BY at, id")  # noqa: S608
    for table in (OLD.name, "audit_heads", "evidence"):
        op.drop_table(table)
    index_events()
    if op.get_bind().dialect.name == "sqlite":
        for verb in ON_SQLITE:
            op.execute(refuse_on_sqlite(verb, ""))
    else:
        op.execute(
            "CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_events_stay()"
        )


def set_events_aside() -> None:
    """The table of events under another name, without its triggers, indexes and the name of its key."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ON_SQLITE:
            op.execute(f"DROP TRIGGER audit_events_{verb}")  # SQLite's names have no case: those of 0001 are met too.
    else:
        for trigger in ("audit_events_stay", "audit_events_blank_only"):
            op.execute(f"DROP TRIGGER IF EXISTS {trigger} ON audit_events")
        op.execute(f"ALTER TABLE audit_events RENAME CONSTRAINT pk_audit_events TO pk_{OLD.name}")
    for index in ("ix_audit_events_at", "ix_audit_events_comment"):
        op.drop_index(index, "audit_events")
    op.rename_table("audit_events", OLD.name)


def refuse_on_sqlite(verb: str, only: str) -> str:
    return (
        f"CREATE TRIGGER audit_events_{verb} BEFORE {verb} ON audit_events {only} "
        "BEGIN SELECT RAISE(ABORT, 'audit_events is append only'); END"
    )


def index_events() -> None:
    op.create_index("ix_audit_events_at", "audit_events", ["school_id", "at"])
    op.create_index("ix_audit_events_comment", "audit_events", ["comment_id"])


def first_columns() -> list[sa.Column[object]]:
    """What an event always had, but for its number."""
    return [
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
    ]


def create_tables() -> None:
    op.create_table(
        "audit_events",
        *first_columns(),
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "id", name="pk_audit_events"),
    )
    op.create_table(
        "audit_heads",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("seal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_audit_heads")),
    )
    op.create_table(
        "evidence",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_native_id", sa.Text(), nullable=False),
        sa.Column("author_handle", sa.Text(), nullable=False),
        sa.Column("author_display_name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("post_text", sa.Text(), nullable=False),
        sa.Column("post_url", sa.Text(), nullable=False),
        sa.Column("thread", sa.JSON(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_evidence_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", "version", name=op.f("pk_evidence")),
    )


def schools() -> list[str]:
    return list(op.get_bind().scalars(sa.select(OLD.c.school_id).distinct().order_by(OLD.c.school_id)))


def copy_chained(school_id: str) -> None:
    """A school's events as they stand, numbered and chained."""
    key: bytes | None = context.config.attributes.get("audit_key")
    if key is None:
        raise StoreError(
            "The events so far cannot be chained without the key of the audit trail. Nothing was changed. "
            "Start moderator once with its settings: it makes the file audit.key."
        )
    head = Head()
    for batch in batches(school_id):
        events = [Event(row.event, row.at, row.actor, row.comment_id, row.account_id, row.facts) for row in batch]
        entries = chained(key, school_id, head, events)
        head = Head(entries[-1].number, entries[-1].link)
        op.bulk_insert(
            NEW,
            [
                {
                    **{name: getattr(row, name) for name in ("school_id", "at", "event", "actor", "comment_id")},
                    "account_id": row.account_id,
                    "facts": row.facts,
                    "id": entry.number,
                    "salt": entry.salt,
                    "commitment": entry.commitment,
                    "link": entry.link,
                }
                for row, entry in zip(batch, entries, strict=True)
            ],
        )
    heads = sa.table("audit_heads", *(sa.column(name) for name in ("school_id", "events", "link", "seal")))
    seal = head_seal(key, school_id, head)
    op.bulk_insert(heads, [{"school_id": school_id, "events": head.events, "link": head.link, "seal": seal}])


def batches(school_id: str) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    last = 0
    asked = sa.select(OLD).where(OLD.c.school_id == school_id).order_by(OLD.c.id).limit(AT_ONCE)
    while batch := list(op.get_bind().execute(asked.where(OLD.c.id > last))):
        yield batch
        last = batch[-1].id
