"""A post with a picture at the command line: looked at, asked for, signed by a second person."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image

from moderator.pictures.looking import can_read
from tests.commands import in_process

TOML = """
state_dir = "{folder}/state"
[school]
name = "Harbour Lane Primary"
[detectors]
toxicity = "stand-in"
reader = "off"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "moderator.toml").write_text(TOML.format(folder=tmp_path))
    (tmp_path / "policy.toml").write_text("")
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path


def moderator(*args: str) -> tuple[int, str]:
    ended = in_process(list(args))
    return ended.exit_code, ended.output if ended.exception is None else f"{ended.output}{ended.exception}"


def test_a_post_with_a_broken_picture_is_asked_for_and_signed_by_another(config: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((300, 200), 50).save(whole, "JPEG")
    picture = config / "lighthouse.jpg"
    picture.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    asking = ("check-post", "-c", str(config), "--text", "Year 4 loved the lighthouse", "--image", str(picture))

    code, told = moderator(*asking, "--ask", "--by", "Miss Pemberton", "--json")

    answer = json.loads(told.splitlines()[-1])
    assert (code, answer["answer"], answer["pictures"], answer["asked"]) == (0, "look twice", 1, True)
    assert answer["remarks"][0]["what"].startswith("on the picture: it was not looked at, for it is broken off")
    assert "waits" in moderator("sign-off", "-c", str(config))[1]
    assert (
        "somebody else signs" in moderator("sign-off", answer["code"], "-c", str(config), "--by", "Miss Pemberton")[1]
    )
    assert moderator("sign-off", answer["code"], "-c", str(config), "--by", "Mrs Ravenscroft")[0] == 0
    listed = json.loads(moderator("sign-off", "-c", str(config), "--json")[1])
    assert listed[0]["signed"].endswith("by Mrs Ravenscroft")


def test_where_what_reads_pictures_is_not_installed_the_words_are_looked_at(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)  # As on a machine where it was not installed.
    (config / "fete.jpg").write_bytes(b"no picture")
    asking = ("check-post", "-c", str(config), "--text", "Our fete", "--image", str(config / "fete.jpg"))
    assert "what reads them is not installed" in moderator(*asking)[1]
    assert not can_read(nudity=False)


def test_without_a_picture_or_a_second_person_it_is_as_it_was(config: Path) -> None:
    code, told = moderator("check-post", "-c", str(config), "--text", "Elsie from Year 3 won the spelling bee")
    assert code == 1
    assert "Please do not post this as it is." in told
    assert "Nobody asked" in moderator("sign-off", "-c", str(config))[1]
    assert "cannot be read" in moderator("check-post", "-c", str(config), "--image", str(config / "none.jpg"))[1]
