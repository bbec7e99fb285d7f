"""The folder in which a school keeps the models it fetched: `models` beside its database, one folder a model, by name."""

from __future__ import annotations

from pathlib import Path

DETOXIFY = tuple(
    f"detoxify/{name}" for name in ("original", "unbiased", "multilingual", "original-small", "unbiased-small")
)
"""The models that Detoxify publishes: https://github.com/unitaryai/detoxify (read 2026-11-22)."""


def shelf(state_dir: Path) -> Path:
    return state_dir / "models"


def place_of(name: str, state_dir: Path) -> Path:
    """The folder of a model, whether it is there or not."""
    return shelf(state_dir) / name
