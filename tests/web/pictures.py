"""The pictures of the README, of an invented day. Run by hand: python -m tests.web.pictures

Writes docs/pictures/{phone-light,phone-dark,desktop}.png, and says how large they are. Exits 1 where one is too large.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from moderator.domain import ActionKind, Comment, Ruling, Visibility
from moderator.store import comments
from tests.conftest import REPOSITORY
from tests.store.made import ACCOUNT, MINUTE
from tests.web import browser, day_made
from tests.web.browser import DESKTOP, PHONE
from tests.web.office import Office, open_office
from tests.web.queue_made import carried_out

FOLDER = REPOSITORY / "docs" / "pictures"
LARGEST = 120 * 1024


def invented(office: Office) -> None:
    """A morning: one case that cannot wait, and some that can."""
    morning: tuple[Callable[[], Comment], ...] = (
        lambda: day_made.a_complaint(office, "co1"),
        lambda: day_made.an_insult(office, "c1"),
        lambda: day_made.a_kind_word(office, "k1"),
        lambda: day_made.put(office, "q1", day_made.FAIR, who=3),
        lambda: day_made.an_advert(office, 7),
        lambda: day_made.an_advert(office, 12),
    )
    for made in morning:
        hide(office, made())
        office.later(4 * MINUTE)
    with office.database.transaction() as tx:
        comments.mark_read(tx, ACCOUNT.id, "comments", office.now - MINUTE, None)


def hide(office: Office, comment: Comment) -> None:
    """What policy wants out of sight is, and was read back."""
    if office.latest(comment).ruling is Ruling.HIDE:
        carried_out(office, comment, ActionKind.HIDE, seen=Visibility.HIDDEN)


def take(office: Office) -> list[Path]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = []
    desk = office.sign_in()
    with browser.chromium() as chromium:
        for name, size, scheme, case in (
            ("phone-light", PHONE, "light", "c1"),
            ("phone-dark", PHONE, "dark", "u1"),
            ("desktop", DESKTOP, "light", "c1"),
        ):
            if case == "u1":
                hide(office, day_made.a_threat(office, "u1"))
            scale = 2 if size is PHONE else 1
            options = {"color_scheme": scheme, "reduced_motion": "reduce", "device_scale_factor": scale}
            with browser.window(chromium, office, size, **options) as window:
                with office.database.reading() as tx:
                    (comment,) = comments.find(tx, case)
                page = window.open(f"/triage/{comment.id}", as_=desk)
                page.wait_for_timeout(1_500)
                taken.append(FOLDER / f"{name}.png")
                page.screenshot(path=taken[-1])
                fewer_colours(taken[-1])
    return taken


def fewer_colours(path: Path) -> None:
    """256 are enough for a page, and a third of the bytes."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder)) as office:
        invented(office)
        taken = take(office)
    for path in taken:
        print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size:,} bytes")
    return 0 if all(path.stat().st_size <= LARGEST for path in taken) else 1


if __name__ == "__main__":
    sys.exit(main())
