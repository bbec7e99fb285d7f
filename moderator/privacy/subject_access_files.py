"""A person's answer as files: a page to print, JSON, and a table that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from moderator.evidence_pack.paper import templates_in

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"
COLUMNS = ("id", "platform", "written", "words", "now", "decided", "why_kept", "kept_until")


def page(facts: Mapping[str, Any], program: str) -> str:
    """The whole of it on one HTML page: no script, no link, no picture."""
    return (
        templates_in(Path(__file__).parent).get_template("subject_access.html.j2").render({**facts, "program": program})
    )


def as_json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


def table(facts: Mapping[str, Any]) -> str:
    """Every form of every comment, and what others' evidence quotes, as CSV.

    All cells are quoted, with a byte order mark before them, and none begins a formula.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for comment in facts["comments"]:
        decided = comment["decisions"][-1]["what"] if comment["decisions"] else ""
        for form in comment["forms"]:
            row = comment | {"words": form["words"], "decided": decided}
            writer.writerow([harmless(str(row[name])) for name in COLUMNS])
    for quote in facts["quoted"]:
        writer.writerow([harmless(str(quote.get(name, ""))) for name in COLUMNS])
    return BYTE_ORDER_MARK + target.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows as it stands (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def pack(facts: Mapping[str, Any], program: str) -> bytes:
    """All three as a zip."""
    files = {"page.html": page(facts, program), "data.json": as_json(facts), "comments.csv": table(facts)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text.encode())
    return target.getvalue()


def content(target: Path, facts: Mapping[str, Any], program: str) -> bytes:
    """What to write into a file of this name: a page for .html, JSON for .json, a table for .csv, else a zip of all."""
    match target.suffix.lower():
        case ".html":
            return page(facts, program).encode()
        case ".json":
            return as_json(facts).encode()
        case ".csv":
            return table(facts).encode()
        case _:
            return pack(facts, program)
