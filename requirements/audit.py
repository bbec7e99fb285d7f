"""What is locked, written down (dist/sbom.json, CycloneDX), and looked up in the public lists of known weaknesses: make audit.

Ends with 1 where a weakness is known in a locked version, or where the bill of materials is not valid; with 2 where the lists
could not be asked for everything, unless --go-on was given.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DIST = HERE.parent / "dist"
TOOLS = Path(sys.executable).parent
LOCKED = (HERE / "full.txt", HERE / "torch.txt")


def bill_of_materials() -> None:
    """Every library with version and hashes. The tool holds it against CycloneDX's own schema and fails where it does not fit."""
    words = ["requirements", "-", "--validate", "--output-reproducible", "--output-format", "JSON", "--output-file"]
    words += [str(DIST / "sbom.json"), "--pyproject", str(HERE.parent / "pyproject.toml")]
    locked = "\n".join(path.read_text(encoding="utf-8") for path in LOCKED)
    quietly = [sys.executable, "-W", "ignore", str(TOOLS / "cyclonedx-py")]
    subprocess.run([*quietly, *words], input=locked, text=True, check=True)  # noqa: S603
    count = len(json.loads((DIST / "sbom.json").read_text(encoding="utf-8"))["components"])
    print(f"dist/sbom.json: {count} components, valid")


def looked_up(more: list[str]) -> list[dict[str, Any]]:
    """One entry a library, as pip-audit tells it; none at all where no list was reached. `more` is handed on to pip-audit."""
    report = DIST / "audit.json"
    report.unlink(missing_ok=True)
    words = f"--no-deps --disable-pip --progress-spinner off --format json --output {report}".split()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as versions:  # It takes hashes for all of them or for none.
        versions.writelines(
            f"{line.split()[0]}\n" for path in LOCKED for line in path.open(encoding="utf-8") if "==" in line
        )
        versions.flush()
        words += ["--requirement", versions.name]
        subprocess.run([str(TOOLS / "pip-audit"), *words, *more], capture_output=True, check=False)  # noqa: S603
    told: list[dict[str, Any]] = (
        json.loads(report.read_text(encoding="utf-8"))["dependencies"] if report.exists() else []
    )
    return told


def audit(go_on: bool, more: list[str]) -> int:
    DIST.mkdir(exist_ok=True)
    bill_of_materials()
    told = looked_up(more)
    asked = [one for one in told if "skip_reason" not in one]
    weak = [one for one in asked if one["vulns"]]
    for one in weak:
        for weakness in one["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "no version yet"
            print(f"{one['name']} {one['version']}: {weakness['id']}; mended in {mended}")
    if weak:
        print(f"{len(weak)} of the locked libraries have known weaknesses. Renew them: make lock UPGRADE=1")
        return 1
    if not asked or len(asked) < len(told):
        print(
            f"The public lists of known weaknesses answered for {len(asked)} libraries only: nothing is known of the others."
        )
        return 0 if go_on else 2
    print(f"No weakness is known in any of the {len(asked)} locked libraries.")
    return 0


if __name__ == "__main__":
    sys.exit(audit("--go-on" in sys.argv, [word for word in sys.argv[1:] if word != "--go-on"]))
