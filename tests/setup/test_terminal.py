"""`moderator setup` at a terminal: what is asked, what is hidden, and that nothing is saved before the end."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from select import select

from tests.conftest import REPOSITORY
from tests.journeys.street import clean_environment

SECRET = "sekret-7q"
ASKED = (
    ("The school's name", "Hartfield Primary"),
    ("Its time zone", ""),
    ("The headteacher's name", "Mrs Ravenscroft"),
    ("e-mail address", "head@hartfield.example"),
    ("Connect x?", ""),
    ("Connect youtube?", "y"),
    ("The account's handle", "@HartfieldPrimary"),
    ("client_id (hidden)", SECRET),
    ("client_secret (hidden)", SECRET),
    ("refresh_token (hidden)", SECRET),
    ("Connect instagram?", ""),
    ("Set up how letters leave", "y"),
    ("Mail server", "mail.hartfield.example"),
    ("Port", "a door"),
    ("Port", "465"),
    ("starttls, tls or none", ""),
    ("User name", "moderation@hartfield.example"),
    ("Password (hidden)", SECRET),
    ("Address that letters come from", ""),
)
AGAIN = (
    ("The school's name [Hartfield Primary]", ""),
    ("Its time zone [Europe/London]", ""),
    ("The headteacher's name [Mrs Ravenscroft]", ""),
    ("e-mail address, for the weekly summary and alerts [head@hartfield.example]", ""),
    ("Connect x?", ""),
    ("Connect youtube?", ""),
    ("Connect instagram?", ""),
    ("Set up how letters leave", "y"),
    ("Mail server [mail.hartfield.example]", ""),
    ("Port [465]", ""),
    ("starttls, tls or none [tls]", ""),
    ("User name, a dash for none [moderation@hartfield.example]", ""),
    ("Password (hidden; Enter keeps it)", ""),
    ("Address that letters come from [moderation@hartfield.example]", ""),
)


def at_a_terminal(words: list[str], asked: Sequence[tuple[str, str]] = ASKED) -> tuple[int, str]:
    """Answers what is asked, one after the other; returns the exit code and all that stood on the screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "moderator", "setup", *words]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=REPOSITORY, env=clean_environment()
    ) as setup:
        os.close(theirs)
        screen, told = "", 0
        for question, answer in asked:
            while question not in screen[told:] or not screen.endswith(": "):
                assert select([ours], [], [], 30)[0], f"{question!r} is not asked: {screen}"
                screen += os.read(ours, 4096).decode()
            told = len(screen)
            os.write(ours, f"{answer}\n".encode())
        try:
            while read := os.read(ours, 4096):
                screen += read.decode()
        except OSError:  # How a terminal ends on Linux.
            pass
        os.close(ours)
        return setup.wait(30), screen


def test_a_person_is_asked_and_what_is_secret_is_on_no_screen(tmp_path: Path) -> None:
    config, store = tmp_path / "etc", tmp_path / "credstore"
    code, screen = at_a_terminal(["--config", str(config), "--credstore", str(store), "--untried"])
    assert code == 0, screen
    assert SECRET not in screen
    assert "Ctrl-C ends it, and nothing is saved before the last answer." in screen
    assert "should be a valid integer" in screen
    assert (store / "moderator.mail.password").read_text(encoding="utf-8").strip() == SECRET
    assert (store / "moderator.youtube.json").stat().st_mode & 0o777 == 0o600
    kept = (config / "moderator.toml").read_text(encoding="utf-8")
    assert SECRET not in kept
    assert tomllib.loads(kept)["school"]["name"] == "Hartfield Primary"


def test_asked_again_a_person_presses_enter_and_nothing_changes(tmp_path: Path) -> None:
    words = ["--config", str(tmp_path / "etc"), "--credstore", str(tmp_path / "credstore"), "--untried"]
    at_a_terminal(words)
    kept = tmp_path / "etc" / "moderator.toml"
    switched_off = kept.read_text(encoding="utf-8").replace("enabled = true", "enabled = false")
    kept.write_text(switched_off, encoding="utf-8")

    code, screen = at_a_terminal(words, AGAIN)

    assert code == 0, screen
    assert "Nothing was changed" in screen
    assert kept.read_text(encoding="utf-8") == switched_off
    assert SECRET not in screen
    assert (tmp_path / "credstore" / "moderator.mail.password").read_text(encoding="utf-8").strip() == SECRET
