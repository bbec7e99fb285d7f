"""Words as they are shown where somebody may look over a shoulder."""

from __future__ import annotations

import pytest

from moderator.domain import DISPLAY_NAME, Finding, Label
from moderator.hindsight.masking import masked
from tests.hindsight.made import found


@pytest.mark.parametrize(
    ("text", "findings", "shown", "why"),
    [
        ("Well done Imogen!", [found(Label.CHILD_NAMED, 0.9, (10, 16), "Imogen")], "Well done ●●●!", "a name"),
        ("Imogen! IMOGEN!!", [found(Label.CHILD_NAMED, 0.9, (0, 6), "Imogen")], "●●●! ●●●!!", "each time it stands"),
        ("Ava at Avalon", [found(Label.CHILD_NAMED, 0.9, (0, 3), "Ava")], "●●● at Avalon", "not inside another word"),
        ("ring 0151 496 0123", [found(Label.CONTACT, 0.9, (5, 18), "0151 496 0123")], "ring ●●●", "contact details"),
        (
            "Tolliver Amberley",
            [
                found(Label.CHILD_NAMED, 0.9, (0, 8), "Tolliver"),
                found(Label.CHILD_NAMED, 0.9, (0, 17), "Tolliver Amberley"),
            ],
            "●●●",
            "findings that overlap",
        ),
        ("you muppet", [found(Label.INSULT, 0.9, (4, 10), "muppet")], "you muppet", "an insult is there to be read"),
        ("that one", [found(Label.CHILD_NAMED, 0.6, None, "")], "●●●", "nobody can say where the child is told"),
        (
            "lovely",
            [Finding(Label.CHILD_NAMED, 0.9, (0, 6), "names", "1", "Imogen", DISPLAY_NAME)],
            "lovely",
            "a name in the display name is not in the words",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_names_and_contact_details_cannot_be_read(text: str, findings: list[Finding], shown: str, why: str) -> None:
    assert masked(text, findings) == shown, why
