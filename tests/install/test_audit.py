"""What `make audit` says and how it ends, by what the two tools that it calls answer; their answers are written as they write them.

The tools need the network and an environment of their own, so two small programs stand in their place.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY

PIP_AUDIT = """#!{python}
import pathlib, sys
here = pathlib.Path(__file__).parent
words = sys.argv[1:]
wanted = pathlib.Path(words[words.index("--requirement") + 1]).read_text()
(here / "asked").write_text(wanted)
if (here / "answer").exists():
    pathlib.Path(words[words.index("--output") + 1]).write_text((here / "answer").read_text())
sys.exit(1)
"""
CYCLONEDX = """
import json, pathlib, sys
if (pathlib.Path(__file__).parent / "invalid").exists():
    sys.exit(2)
names = [line.split()[0] for line in sys.stdin if "==" in line]
target = sys.argv[sys.argv.index("--output-file") + 1]
pathlib.Path(target).write_text(json.dumps({"components": [{"name": name} for name in names]}))
"""
WEAK = {"id": "PYSEC-2026-1", "fix_versions": ["2.0"], "aliases": ["CVE-2026-1"], "description": "reads too far"}
FINE, UNKNOWN = {"name": "httpx", "version": "0.28.1", "vulns": []}, {"name": "torch", "skip_reason": "not found"}
Audit = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Runs the script in a copy of its folder; what pip-audit found of each library is given, None where it reaches nobody."""
    tools, folder = tmp_path / "bin", tmp_path / "requirements"
    tools.mkdir()
    folder.mkdir()
    (tools / "python").symlink_to(sys.executable)
    (tools / "pip-audit").write_text(PIP_AUDIT.replace("{python}", sys.executable), encoding="utf-8")
    (tools / "pip-audit").chmod(0o755)
    (tools / "cyclonedx-py").write_text(CYCLONEDX, encoding="utf-8")
    for name in ("audit.py", "full.txt", "torch.txt"):
        shutil.copy(REPOSITORY / "requirements" / name, folder)

    def run(found: list[dict[str, Any]] | None, *words: str) -> subprocess.CompletedProcess[str]:
        (tools / "answer").unlink(missing_ok=True)
        if found is not None:
            (tools / "answer").write_text(json.dumps({"dependencies": found, "fixes": []}), encoding="utf-8")
        command = [str(tools / "python"), str(folder / "audit.py"), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.parametrize(
    ("found", "words", "code", "said"),
    [
        ([FINE], (), 0, "No weakness is known in any of the 1 locked libraries."),
        ([FINE | {"vulns": [WEAK]}], (), 1, "httpx 0.28.1: PYSEC-2026-1; mended in 2.0"),
        ([FINE | {"vulns": [WEAK | {"fix_versions": []}]}], (), 1, "PYSEC-2026-1; mended in no version yet"),
        ([FINE | {"vulns": [WEAK]}, UNKNOWN], ("--go-on",), 1, "Renew them: make lock UPGRADE=1"),
        ([FINE, UNKNOWN], (), 2, "answered for 1 libraries only: nothing is known of the others"),
        ([FINE, UNKNOWN], ("--go-on",), 0, "answered for 1 libraries only: nothing is known of the others"),
        (None, (), 2, "answered for 0 libraries only"),
        (None, ("--go-on",), 0, "answered for 0 libraries only"),
    ],
)
def test_a_weakness_fails_and_silence_is_never_told_as_safe(
    audit: Audit, found: list[dict[str, Any]] | None, words: tuple[str, ...], code: int, said: str
) -> None:
    ended = audit(found, *words)

    assert (ended.returncode, ended.stderr) == (code, "")
    assert said in ended.stdout
    assert ("No weakness is known" in ended.stdout) is (found == [FINE])


def test_an_answer_of_before_is_not_taken_for_todays(audit: Audit) -> None:
    assert audit([FINE]).returncode == 0
    assert audit(None).returncode == 2


def test_every_locked_library_is_asked_for_by_its_version_and_stands_in_the_bill(audit: Audit, tmp_path: Path) -> None:
    audit([FINE])
    locks = "".join(
        (REPOSITORY / "requirements" / name).read_text(encoding="utf-8") for name in ("full.txt", "torch.txt")
    )
    pins = [line.split()[0] for line in locks.splitlines() if "==" in line]

    assert (tmp_path / "bin" / "asked").read_text(encoding="utf-8").split() == pins
    bill = json.loads((tmp_path / "dist" / "sbom.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in bill["components"]] == pins
    assert any(pin.startswith("torch==") for pin in pins)


def test_a_bill_that_is_not_valid_fails_whatever_the_lists_say(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "bin" / "invalid").touch()

    assert audit([FINE], "--go-on").returncode == 1
