"""PostgreSQL's two roles of a trust: one owns the tables and logs in nowhere, the other works on them and cannot change the walls.

Who prepares a database for a trust is an administrator of it, a superuser or somebody who may make roles. It may be done as
often as one likes; after an upgrade it brings the tables to the new version.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from moderator.errors import StoreError
from moderator.store import schema
from moderator.store.database import Database

OWNER = "moderator_owner"
_MAKE = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') THEN CREATE ROLE {0} {1}; END IF; END $$"
)
_OURS = """DO $$ DECLARE it record; BEGIN
  FOR it IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
      AND c.relkind IN ('r', 'p') AND c.relowner <> 'moderator_owner'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LOOP
    EXECUTE 'ALTER TABLE ' || it.name || ' OWNER TO moderator_owner';
  END LOOP;
  FOR it IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND p.proowner <> 'moderator_owner'::regrole
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE 'ALTER ROUTINE ' || it.name || ' OWNER TO moderator_owner';
  END LOOP;
END $$"""
_SEES_ALL = text(
    "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace "
    "AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND pg_has_role(c.relowner, 'MEMBER')) "
    "FROM pg_roles WHERE rolname = current_user"
)


def statements(app: str) -> tuple[list[str], list[str]]:
    """What is done before the tables are brought to this version, and after; `app` is the role that works on them."""
    before = [
        _MAKE.format(OWNER, "NOLOGIN"),
        _MAKE.format(app, "LOGIN"),
        f"GRANT {OWNER} TO CURRENT_USER",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}",
        _OURS,
        f"SET LOCAL ROLE {OWNER}",
    ]
    after = [
        f"GRANT USAGE ON SCHEMA public TO {app}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {app}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {app}",
        "RESET ROLE",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    ]
    return before, after


def prepare(database: Database, app: str, password: str | None = None) -> None:
    """Make the roles, bring the tables to this version, and let `app` work on them; `password` is set where one is given.

    `database` is opened by an administrator. Raises StoreError, and has then changed nothing.
    """
    if not app.replace("_", "").isalnum() or app == OWNER:
        raise StoreError(f"The user {app!r} of the trust's database must be letters, digits and _, and not {OWNER}.")
    before, after = statements(app)
    with database.connected("EXCLUSIVE") as connection, connection.begin():
        for statement in before:
            connection.exec_driver_sql(statement)
        schema.upgrade(connection, database.where, database.audit_key)
        for statement in after:
            connection.exec_driver_sql(statement)
        if password is not None:
            _set_password(connection, app, password)


def refuse_who_sees_all(database: Database) -> None:
    """Raises StoreError where the walls between schools do not hold for this user, or could be taken down by it."""
    with database.connected() as connection:
        if connection.scalar(_SEES_ALL):
            raise StoreError(
                f"{database.where} was opened as a superuser or as the owner of its tables, whom no wall keeps from the rows "
                "of other schools. Name a user in trust.toml that is neither, and run: moderator trust prepare"
            )


def _set_password(connection: Connection, app: str, password: str) -> None:
    # It goes to the server as what it keeps, so that no log of statements ever holds the password itself.
    server = connection.connection.dbapi_connection.pgconn  # type: ignore[union-attr]
    kept = server.encrypt_password(password.encode(), app.encode(), b"scram-sha-256").decode()
    connection.exec_driver_sql(f"ALTER ROLE {app} PASSWORD '{kept}'")
