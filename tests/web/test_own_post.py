"""A teacher looks at a post on the page before it goes out, and somebody else signs it off."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from moderator.by_hand.own_pictures import check_post_with_pictures
from moderator.by_hand.own_post import PostCheck
from moderator.by_hand.own_post_door import NobodyLooks, ask, open_door
from moderator.detectors.panel import build_detectors
from moderator.detectors.toxicity import WordListScorer
from moderator.pictures.decoder import LARGEST_BYTES
from moderator.policy.authority import Role
from moderator.store import own_posts
from moderator.web.access import COOKIE
from tests.conftest import NOON
from tests.detectors.school import ROLL, SCHOOL
from tests.web.office import NAMES, Desk, Office

DETECTORS = build_detectors(SCHOOL, ROLL, WordListScorer())


@dataclass
class Daemon:
    """What answers at the door: the real check of words, and pictures that nothing here reads."""

    asked: list[tuple[str, list[int]]] = field(default_factory=list)

    def look_at(self, text: str, pictures: Sequence[bytes]) -> PostCheck:
        self.asked.append((text, [len(each) for each in pictures]))
        return check_post_with_pictures(text, pictures, None, DETECTORS, SCHOOL, ROLL, NOON)


@contextmanager
def at_the_door(office: Office) -> Iterator[Daemon]:
    daemon = Daemon()
    with open_door(office.settings.state_dir, daemon.look_at):
        yield daemon


def a_picture(size: int = 200) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((size, size), 90).save(held, "PNG")
    return held.getvalue()


def send(desk: Desk, text: str, *pictures: bytes) -> Any:
    files = [("picture", (f"{number}.png", data, "image/png")) for number, data in enumerate(pictures)]
    headers = {"Cookie": f"{COOKIE}={desk.token}", "Origin": desk.office.url, "Sec-Fetch-Site": "same-origin"}
    form = {"csrf": desk.csrf, "text": text}
    return desk.office.client.post("/check-post", data=form, files=files, headers=headers)


def test_a_post_is_looked_at_by_the_daemon_and_signed_off_by_a_second_person(office: Office) -> None:
    teacher, head = office.sign_in(Role.STAFF), office.sign_in(Role.HEAD)
    large, small = a_picture(1200), a_picture()
    assert len(large) > 1024 * 1024
    with at_the_door(office) as daemon:
        page = send(teacher, "Year 4 loved the lighthouse", large, small)
    assert page.status_code == 200, page.text
    assert "Look twice before you post this" in page.text
    assert "on picture 2" in page.text.lower()
    assert daemon.asked == [("Year 4 loved the lighthouse", [len(large), len(small)])]
    with office.database.reading() as tx:
        (asked,) = own_posts.latest(tx, NOON)
    assert (asked.asked_by, asked.pictures, asked.signed_by) == (NAMES[Role.STAFF], 2, "")
    assert "somebody else signs" in teacher.post("/check-post/sign-off", code=asked.digest).text
    answer = head.post("/check-post/sign-off", code=asked.digest)
    assert answer.headers["Location"] == "/check-post?done=signed"
    with office.database.reading() as tx:
        (signed,) = own_posts.latest(tx, NOON)
    assert signed.signed_by == NAMES[Role.HEAD]
    assert f"{asked.code}: {NAMES[Role.STAFF]} and {NAMES[Role.HEAD]}" in teacher.get("/check-post").text


def test_a_name_is_told_with_its_line_and_against_the_advice_a_reason_is_asked_for(office: Office) -> None:
    with at_the_door(office):
        page = send(office.sign_in(Role.STAFF), "Well done to Zofia in <b>Kingfishers</b>").text
    assert "Please do not post this as it is" in page
    assert "“Zofia”" in page
    assert "Posts must not contain any identifiable information" in page
    assert "<b>Kingfishers" not in page
    with office.database.reading() as tx:
        (asked,) = own_posts.latest(tx, NOON)
    head = office.sign_in(Role.HEAD)
    assert "say why" in head.post("/check-post/sign-off", code=asked.digest).text
    assert head.post("/check-post/sign-off", code=asked.digest, why="A guest").status_code == 303


def test_while_the_daemon_is_down_the_page_says_so_and_keeps_the_words(office: Office) -> None:
    page = send(office.sign_in(Role.STAFF), "Year 4 loved the lighthouse")
    assert page.status_code == 503
    assert "The daemon did not answer" in page.text
    assert "Year 4 loved the lighthouse" in page.text
    with office.database.reading() as tx:
        assert own_posts.latest(tx, NOON) == []


def test_too_much_is_refused_and_a_stranger_is_not_even_read(office: Office) -> None:
    desk = office.sign_in(Role.STAFF)
    small = a_picture(8)
    with at_the_door(office) as daemon:
        assert send(desk, "Five", *[small] * 5).status_code == 400
        assert send(desk, "").status_code == 400
        assert send(desk, "Large", b"x" * (5 * LARGEST_BYTES)).status_code == 413
        stranger = Desk(office, "0" * 64)
        assert send(stranger, "Hello", small).status_code in (303, 401, 403)
    assert daemon.asked == []
    assert office.sign_in(Role.IT).get("/check-post").status_code == 403


def test_who_answers_with_nonsense_or_not_at_all_is_told_as_such(tmp_path: Path) -> None:
    def fails(_text: str, _pictures: Sequence[bytes]) -> PostCheck:
        raise RuntimeError

    with open_door(tmp_path, fails), pytest.raises(NobodyLooks):
        ask(tmp_path, "Hello", [])
    with pytest.raises(NobodyLooks):
        ask(tmp_path, "Hello", [])


def test_only_its_own_user_opens_the_door_however_long_its_folders_name() -> None:
    with tempfile.TemporaryDirectory() as short:
        folder = Path(short) / ("long-" * 30)
        folder.mkdir()
        with open_door(folder, Daemon().look_at):
            assert (folder / "own-posts.sock").stat().st_mode & 0o777 == 0o600
            assert ask(folder, "Well done to Zofia", []).remarks
        assert not (folder / "own-posts.sock").exists()


class Written:
    """Every file that is opened to be written below the folder for what is put aside, while it is asked for."""

    def __init__(self) -> None:
        self.asked, self.paths = False, list[str]()
        sys.addaudithook(self._hear)  # for good, so it does nothing unless asked

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        writes = self.asked and event == "open" and bool(args[2] & (os.O_WRONLY | os.O_RDWR))
        if writes and str(args[0]).startswith(tempfile.gettempdir()):
            self.paths.append(str(args[0]))

    @contextmanager
    def during(self) -> Iterator[None]:
        self.asked = True
        try:
            yield
        finally:
            self.asked = False


def test_an_upload_is_held_in_memory_and_never_on_a_disk(office: Office) -> None:
    written, desk = Written(), office.sign_in(Role.STAFF)
    with written.during(), tempfile.SpooledTemporaryFile(max_size=1) as held:
        held.write(b"two")
    assert written.paths  # what is larger than its limit is put on the disk, and heard
    written.paths.clear()
    large = b"\x89PNG" + bytes(LARGEST_BYTES - 4)
    with at_the_door(office) as daemon, written.during():
        page = send(desk, "Four large ones", *[large] * 4)
    assert page.status_code == 200, page.text
    assert daemon.asked == [("Four large ones", [LARGEST_BYTES] * 4)]
    state = str(office.settings.state_dir)  # the test's own records lie below the same folder
    assert [each for each in written.paths if not each.startswith(state)] == []
