"""The page's process never opens the pupils' roll nor its key, whatever is asked of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moderator.settings.roll_file import import_roll, load_roll
from tests.conftest import NOON
from tests.web.office import Office
from tests.web.queue_made import an_insult
from tests.web.test_guard import filled, looked_at, unsafe

_listeners: list[list[str]] = []


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if event == "open" and _listeners and isinstance(args[0], str | bytes | Path):
        for each in _listeners:
            each.append(str(args[0]))


sys.addaudithook(_hear)  # It stays until the process ends, and hears nothing while nobody listens.


@contextmanager
def opened() -> Iterator[list[str]]:
    """Every file that this process opens until the block ends."""
    names: list[str] = []
    _listeners.append(names)
    yield names
    _listeners.remove(names)


def of_the_roll(names: list[str]) -> set[str]:
    return {Path(name).name for name in names if Path(name).name in ("roll.bin", "roll.key")}


def test_no_page_and_no_form_opens_the_roll(office: Office, tmp_path: Path) -> None:
    csv = tmp_path / "pupils.csv"
    csv.write_text("first_name,last_name\nAlfie,Baker\n", encoding="utf-8")
    import_roll(office.settings, csv, NOON)
    comment = an_insult(office)
    head = office.sign_in()
    with opened() as names:
        pages = [head.get(filled(path, comment)).status_code for path in looked_at()]
        forms = [head.post(filled(path, comment)).status_code for _, path in unsafe()]
        from_the_pages = of_the_roll(names)
        load_roll(office.settings, NOON)

    assert len(pages) > 20
    assert len(forms) > 20
    assert 200 in pages
    assert names
    assert from_the_pages == set()
    assert of_the_roll(names) == {"roll.bin", "roll.key"}
