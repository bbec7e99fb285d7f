"""The plan of the house, read from the code itself: who may import whom, where time is read, what stays out of the daemon."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from moderator.platforms.street import STREET
from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "moderator"
ROOMS = (
    # In the order a comment meets them; a room may import those above it, never those below.
    "domain",
    "errors",
    "platforms",
    "intake",
    "detectors",
    "pictures",
    "weights",
    "policy",
    "judge_file",
    # Settings stands below the rooms whose values it fills in: policy's limits among them.
    "settings",
    "store",
    "backups",
    "moving",
    "actions",
    "hindsight",
    "evidence_pack",
    "review",
    "by_hand",
    "privacy",
    "explained",
    "pipeline",
    "build",
    "logs",
    "notify",
    "reports",
    "checkup",
    "monitor",
    "setup",
    "diagnostics",
    "web",
    "worker",
    "daemon",
    "trust",
    "sandbox",
    "evaluation",
    "benchmark",
    "cli",
    "__main__",
)
TELLS_TIME = {"daemon", "cli", "sandbox"}
SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE \S+ SET|DELETE FROM|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|VACUUM|PRAGMA|SET LOCAL)\b"
)
AN_ADDRESS = {"sqlalchemy.engine", "sqlalchemy.engine.URL", "sqlalchemy.engine.make_url"}
"""Taking the address of a database apart says nothing to it."""
IN_SETTINGS = {"sqlalchemy.exc", "sqlalchemy.exc.ArgumentError"}
"""What it raises where there is none."""
KNOWS_PLATFORMS = {"platforms", "sandbox", "build"}
HEAVY = {"torch", "transformers", "detoxify"}
LONGEST_FILE = 400


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_point_up_the_list_of_rooms() -> None:
    for path in files():
        own = ROOMS.index(room_of(path))
        for name in imports(tree_of(path)):
            parts = name.split(".")
            if parts[0] == "moderator" and len(parts) > 1:
                assert parts[1] in ROOMS, f"{path}: {name}: no such room"
                assert ROOMS.index(parts[1]) <= own, f"{path} may not import {name}, which stands below it"


def test_time_is_read_at_the_doors_only() -> None:
    for path in files():
        if room_of(path) in TELLS_TIME:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                asked = f"{node.value.id}.{node.attr}"
                assert asked not in ("datetime.now", "datetime.utcnow", "time.time", "date.today"), (
                    f"{path}, line {node.lineno}: {asked}"
                )


def test_the_database_is_spoken_to_in_the_store_only() -> None:
    for path in files():
        if room_of(path) == "store":
            continue
        tree = tree_of(path)
        allowed = AN_ADDRESS | (IN_SETTINGS if room_of(path) == "settings" else set())
        for name in imports(tree):
            assert name in allowed or name.split(".")[0] not in ("sqlalchemy", "sqlmodel", "sqlcipher3", "alembic"), (
                f"{path}: {name}"
            )
            assert not name.startswith("moderator.store.tables"), (
                f"{path}: {name}: rows stay in the store, values leave it"
            )
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                assert not SQL.match(node.value), f"{path}, line {node.lineno}: {node.value[:40]}"


def test_no_room_asks_which_platform_it_has_before_it() -> None:
    """What differs from platform to platform, the platform itself tells: a new one needs no edit elsewhere."""
    for path in files():
        if room_of(path) in KNOWS_PLATFORMS:
            continue
        for node in ast.walk(tree_of(path)):
            asked = [*node.comparators, node.left] if isinstance(node, ast.Compare) else []
            asked += [node.value] if isinstance(node, ast.MatchValue) else []
            asked += [
                inside for each in asked if isinstance(each, ast.Tuple | ast.Set | ast.List) for inside in each.elts
            ]
            names = {each.value for each in asked if isinstance(each, ast.Constant)}
            # Beside other words "x" is a kiss.
            assert names != {"x"}, f"{path}, line {getattr(node, 'lineno', 0)}"
            assert not names & (set(STREET) - {"x"}), f"{path}, line {getattr(node, 'lineno', 0)}: {names}"


def test_no_file_loads_torch_when_it_is_imported() -> None:
    for path in files():
        tree = tree_of(path)
        at_import = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {name.split(".")[0] for node in at_import for name in imports(node)}
        assert not names & HEAVY, path


def test_a_file_stays_short_enough_to_be_read_at_once() -> None:
    for path in files():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, path


def test_a_test_file_stays_short_enough_too() -> None:
    for path in (REPOSITORY / "tests").rglob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE, path


def test_nothing_is_patched_that_can_be_passed_in() -> None:
    for path in (REPOSITORY / "tests").rglob("*.py"):
        if path != Path(__file__):
            text = path.read_text(encoding="utf-8")
            assert "unittest.mock" not in text, path
            assert "monkeypatch.setattr" not in text, path
