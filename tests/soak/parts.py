"""The long runs by name, and one of them measured: in this process, or in one of its own.

This is no part of `__main__`: what another process is to do must stand in a module that it can import.
"""

from __future__ import annotations

import importlib
import multiprocessing
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.soak.figures import Figure, Run


@dataclass(frozen=True, slots=True)
class Part:
    """What one module measured, and how long that took."""

    name: str
    about: str
    figures: list[Figure]
    seconds: float


def names() -> list[str]:
    """The modules of this folder that can be run."""
    found = (path for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    return sorted(path.stem for path in found if hasattr(importlib.import_module(f"tests.soak.{path.stem}"), "run"))


def measure(name: str, seed: int, quick: bool) -> Part:
    """Run one module in this process. What ends in an error is a figure too, so that the others are still told."""
    module = importlib.import_module(f"tests.soak.{name}")
    run: Run = module.run
    began = time.monotonic()
    try:
        figures = run(seed, quick)
    except Exception as error:  # noqa: BLE001  The page is written whatever happens.
        traceback.print_exc()
        figures = [Figure("ended by", f"{type(error).__name__}: {error}"[:200], "no error", False)]
    return Part(name, (module.__doc__ or "").strip().splitlines()[0], figures, time.monotonic() - began)


def measure_or_skip(name: str, seed: int, quick: bool) -> Part:
    """The same outside the suite: what cannot be run here is a figure that was not reached."""
    try:
        return measure(name, seed, quick)
    except pytest.skip.Exception as skipped:
        return Part(name, "", [Figure("could not be run here", str(skipped), "run", False)], 0.0)


def measure_alone(name: str, seed: int, quick: bool) -> Part:
    """The same in a process of its own, so that memory and open files are that module's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as processes:
        return processes.submit(measure_or_skip, name, seed, quick).result()
