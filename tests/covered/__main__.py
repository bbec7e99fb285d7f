"""`make coverage`: runs the tests, in every process that they start, and says which lines, branches and `except`s nobody ran.

Exit code 1 where store, actions or platforms are not covered whole, where everything together is under 95 %, where the body of an
`except` was never run, or where a test failed. `ONLY=tests/store` runs one room's tests and adds them to what was measured
before; `KEEP=1` runs none and tells again of what is there. Both go by the program as it stands: after a change, begin anew.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys

from tests.conftest import REPOSITORY
from tests.covered.figures import measured, table

FOLDER = REPOSITORY / "build" / "coverage"
REPORT = FOLDER / "report.json"
PYTEST = ("-m", "pytest", "--dist", "loadscope", "--no-loadscope-reorder", "--durations=40")


def main() -> None:
    given = asked()
    if not given.only and not given.keep:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    passed = given.keep or coverage("run", *PYTEST, "-n", given.workers, *given.only) == 0
    if list(FOLDER.glob("data.*")):
        coverage("combine", "--append", "--quiet")
    if coverage("json", "--quiet", "-o", str(REPORT)) != 0:
        sys.exit(1)
    found = measured(json.loads(REPORT.read_text(encoding="utf-8")), REPOSITORY)
    print(table(found))
    print(
        f"each file: .venv/bin/coverage report · as a page: .venv/bin/coverage html -d {FOLDER.relative_to(REPOSITORY)}/page"
    )
    sys.exit(0 if passed and found.held else 1)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.covered", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="run no tests; tell of what was measured before")
    parser.add_argument("--workers", default="2", help="so many processes share the tests (default 2)")
    parser.add_argument("only", nargs="*", help="only these tests, added to what was measured before")
    return parser.parse_args()


def coverage(*words: str) -> int:
    """`coverage WORDS`, with its settings from pyproject.toml; the exit code."""
    return subprocess.run([sys.executable, "-m", "coverage", *words], cwd=REPOSITORY, check=False).returncode


if __name__ == "__main__":
    main()
