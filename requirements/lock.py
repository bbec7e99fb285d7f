"""Writes requirements/*.txt anew from pyproject.toml: make lock. What is locked stays as it is where it can; --upgrade renews it.

Every file names each library with its version and the hashes of its public files, and nothing else is installed from them.
torch stands apart in torch.txt, without a hash: the build for CPUs alone, which some machines have at hand, is another file
than the public one. What torch itself needs is locked with the rest, but for its libraries for graphics cards.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from importlib.metadata import requires
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
BUILD = PROJECT["build-system"]["requires"]
ONLY_WITH_TORCH = ("detoxify", "transformers")
FOR_GRAPHICS_CARDS = ("nvidia", "cuda", "triton")
# What `make audit` runs, in an environment of its own.
AUDIT = ["pip-audit>=2.10", "cyclonedx-bom>=7.5"]
# torch has a file of its own; what the sentence vectors say they need is not used by us, who read their weights alone.
LEFT_OUT = ("torch", "sentence-transformers")


def lock(name: str, wanted: list[str], agreeing_with: str = "", upgrade: bool = False) -> None:
    """Writes requirements/`name`.txt for what is `wanted`, in the versions that the file `agreeing_with` names."""
    there = HERE / f"{name}.txt"
    words = [
        "pip",
        "compile",
        "--quiet",
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
        "--python-version",
        "3.11",
    ]
    words += ["--output-file", str(there), *(["--constraint", str(HERE / agreeing_with)] if agreeing_with else ())]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as without:
        without.write("\n".join(LEFT_OUT))
        without.flush()
        words += ["--excludes", without.name, *(["--upgrade"] if upgrade else []), "-"]
        subprocess.run([sys.executable, "-m", "uv", *words], input="\n".join(wanted), text=True, check=True)  # noqa: S603
    print(
        f"{there.name}: {len(re.findall('^[a-z0-9-]+==', there.read_text(encoding='utf-8'), re.MULTILINE))} libraries"
    )


def torch_needs() -> list[str]:
    return [one for one in requires("torch") or [] if "extra ==" not in one and not one.startswith(FOR_GRAPHICS_CARDS)]


if __name__ == "__main__":
    renew = "--upgrade" in sys.argv
    lock("full", [*NEEDED, *EXTRAS["dev"], *BUILD, *torch_needs()], upgrade=renew)
    lock("slim", [*(one for one in NEEDED if not one.startswith(ONLY_WITH_TORCH)), *BUILD], "full.txt")
    lock("build", BUILD, "full.txt")
    for extra in ("apprise", "pictures", "nudity", "train"):
        lock(extra, EXTRAS[extra], "full.txt")
    lock("audit", AUDIT, upgrade=renew)
