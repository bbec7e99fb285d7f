"""What is installed is locked: each library in one version, each of its files by hash, and all that pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "requirements"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def locked(path: Path) -> dict[str, tuple[str, int]]:
    """From a library's name to its version and how many hashes it has."""
    blocks = re.split(r"\n(?! )", path.read_text(encoding="utf-8").strip())
    found = {}
    for block in blocks:
        name, version = block.split()[0].split("==")
        found[name] = (version, len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block)))
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
def test_every_library_is_locked_by_hash_and_torch_alone_by_its_version(path: Path) -> None:
    without = {name for name, (_, hashes) in locked(path).items() if not hashes}
    assert without == ({"torch"} if path.name == "torch.txt" else set()), "Write the locks with: make lock"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.name)
def test_no_two_locks_differ_in_a_version(path: Path) -> None:
    full = locked(FOLDER / "full.txt")
    if path.name != "audit.txt":  # An environment of its own.
        assert {name: of[0] for name, of in locked(path).items() if name in full and of[0] != full[name][0]} == {}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("full", [*PROJECT["dependencies"], *EXTRAS["dev"]]),
        ("slim", [one for one in PROJECT["dependencies"] if not one.startswith(("detoxify", "transformers"))]),
        *((name, wanted) for name, wanted in EXTRAS.items() if name != "dev"),
    ],
)
def test_all_that_is_asked_for_is_locked_in_a_version_that_will_do(name: str, wanted: list[str]) -> None:
    found = locked(FOLDER / f"{name}.txt")
    for asked in map(Requirement, wanted):
        assert asked.specifier.contains(found[canonicalize_name(asked.name)][0]), f"{asked}: make lock"
    assert "torch" not in found


def test_nothing_in_the_locks_says_where_it_was_fetched() -> None:
    for path in FOLDER.glob("*.txt"):
        assert "://" not in path.read_text(encoding="utf-8")
