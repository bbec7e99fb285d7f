"""Three of the forty pictures, really looked at; the rest is for `python -m tests.pictures.measure`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from itertools import islice

import pytest

from moderator.pictures.looking import Looker
from moderator.pictures.values import PictureNotRead
from tests.pictures.made import Made, forty
from tests.pictures.measure import names_on
from tests.pictures.test_opening import JPEG


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    made = Looker()
    yield made
    made.close()


def one(kind: str) -> Made:
    return next(each for each in forty() if each.kind == kind)


def test_a_certificate_and_a_group_with_a_badge_are_read(looker: Looker) -> None:
    certificate, group = one("certificate"), one("group with a badge")
    assert names_on(looker.look(certificate.data)) == ("Zofia Zych",)
    seen = looker.look(group.data)
    assert (names_on(seen), len(seen.faces)) == (("Zosia",), group.faces)
    assert seen.nudity is None  # nobody asked for it


def test_a_reader_that_dies_is_replaced_and_a_bad_file_never_reaches_it(looker: Looker) -> None:
    poster = one("poster").data
    before = looker.look(poster)
    first = looker.process_id
    assert first is not None
    with pytest.raises(PictureNotRead, match="broken off"):
        looker.look(JPEG[: len(JPEG) // 2])
    os.kill(first, signal.SIGKILL)
    try:
        after = looker.look(poster)
    except PictureNotRead:  # it died with the picture in its hands
        after = looker.look(poster)
    assert after == before
    assert looker.process_id != first


def test_a_reader_that_dies_with_the_picture_in_its_hands_is_let_go() -> None:
    dying = Looker(reader=(sys.executable, "-c", "print('{}', flush=True); input()"))
    with pytest.raises(PictureNotRead, match="it could not be read"):
        dying.look(JPEG)
    assert dying.process_id is None


def test_the_forty_are_the_same_at_each_call() -> None:
    assert [each.data for each in islice(forty(), 2)] == [each.data for each in islice(forty(), 2)]
