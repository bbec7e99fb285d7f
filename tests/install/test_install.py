"""`make install` into a folder, as a packager would: everything in its place, settings of before kept, and a way off again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import typer
from typer.main import get_command

from moderator.checkup.lines import Level
from moderator.checkup.units import unit_lines
from moderator.cli import program
from moderator.cli.manual import manual
from tests.conftest import REPOSITORY, skip_needed


def make(target: str, there: Path) -> str:
    environment = os.environ | {"DESTDIR": str(there), "WITHOUT_LIBRARIES": "1"}
    words = ["make", "--no-print-directory", "-C", str(REPOSITORY), target]
    done = subprocess.run(words, capture_output=True, text=True, timeout=100, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_installing_puts_all_in_its_place_and_says_what_to_do(tmp_path: Path) -> None:
    said = make("install", tmp_path)
    assert "systemctl daemon-reload was not called" in said
    assert "1. moderator setup" in said
    home = tmp_path / "opt" / "moderator"
    for name in ("moderator/cli/__init__.py", "models/reader/model.onnx", "config/moderator.toml", "docs/server.md"):
        assert (home / name).is_file(), name
    assert not list((home / "moderator").rglob("__pycache__"))
    units = tmp_path / "etc" / "systemd" / "system"
    assert {path.name for path in units.iterdir()} == {
        path.name for path in (REPOSITORY / "systemd").iterdir() if path.suffix in (".service", ".timer")
    }
    assert (tmp_path / "etc" / "credstore").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "usr" / "local" / "bin" / "moderator").stat().st_mode & 0o777 == 0o755
    if shutil.which("systemd-analyze") is None:
        skip_needed("systemd-analyze not found")
    assert {line.level for line in unit_lines(units)} == {Level.OK}


def test_what_is_installed_runs_from_there_and_finds_its_models(tmp_path: Path) -> None:
    make("install", tmp_path)
    home = tmp_path / "opt" / "moderator"
    look = "from moderator.weights.shipped import shipped; from moderator.cli.setup import EXAMPLES\n"
    look += "print(shipped('reader'), EXAMPLES[0])"
    done = subprocess.run(
        [sys.executable, "-P", "-c", look],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(home)},
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.split() == [str(home / "models" / "reader"), str(home / "config")]


def test_installing_again_and_uninstalling_leave_settings_and_keys(tmp_path: Path) -> None:
    make("install", tmp_path)
    kept = [tmp_path / "etc" / "moderator" / "moderator.toml", tmp_path / "etc" / "credstore" / "moderator.x.json"]
    for path in kept:
        path.write_text("ours", encoding="utf-8")
    stale = tmp_path / "opt" / "moderator" / "moderator" / "gone.py"
    stale.write_text("", encoding="utf-8")
    make("install", tmp_path)
    assert not stale.exists()
    said = make("uninstall", tmp_path)
    for path in kept:
        assert path.read_text(encoding="utf-8") == "ours"
    assert not (tmp_path / "opt" / "moderator").exists()
    assert not list((tmp_path / "etc" / "systemd" / "system").iterdir())
    for left in ("/etc/moderator ", "/etc/credstore/moderator.*", "/var/lib/moderator "):
        assert left in said


def test_the_man_page_holds_every_command_and_option() -> None:
    page = manual()
    group = get_command(program())
    assert isinstance(group, typer.core.TyperGroup)
    for name, command in group.commands.items():
        assert f".SS moderator {name}\n" in page
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert option.replace("-", "\\-") in page, (name, option)


def test_man_can_read_the_page(tmp_path: Path) -> None:
    if shutil.which("man") is None:
        skip_needed("man not found")
    (tmp_path / "moderator.1").write_text(manual(), encoding="utf-8")
    words = ["man", "--warnings", "-l", str(tmp_path / "moderator.1")]
    shown = subprocess.run(
        words, capture_output=True, text=True, timeout=60, env=os.environ | {"MANPAGER": "cat"}, check=True
    )
    assert "moderator check" in shown.stdout
