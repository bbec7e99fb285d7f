"""How pages that are printed or handed on are made from a template: nothing in them runs, and nothing in them is hidden."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from moderator.evidence_pack.page import visible


@cache
def templates_in(folder: Path) -> Environment:
    """Everything that goes into such a page is escaped, and what cannot be seen is shown by its number."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
