"""`trust`: many schools, and each with its own files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from moderator.cli import app
from moderator.errors import ConfigError
from tests.settings.test_trust import a_school, a_trust


def test_check_reads_every_school_and_names_the_one_to_mend(tmp_path: Path) -> None:
    for school_id in ("ashgrove", "valewood"):
        a_school(tmp_path, school_id)
    words = ["trust", "check", "--trust", str(a_trust(tmp_path).path)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).output == "2 schools, and nothing to mend.\n"

    a_school(tmp_path, "elmtree", id="other")
    with pytest.raises(ConfigError, match=r"1 of 3 schools .*\nelmtree: .*both must be the same"):
        CliRunner().invoke(app, words, catch_exceptions=False)
    told = CliRunner().invoke(app, [*words, "--json"]).output
    assert list(json.loads(told)["faulty"]) == ["elmtree"]
