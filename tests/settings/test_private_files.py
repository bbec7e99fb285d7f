"""Private files: whole or not at all, and nobody else's to read."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from moderator.settings.private_files import acl_lets_others_read, make_private, others_may_read, write_private

USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
NOBODY = 0xFFFFFFFF
DAEMON, SOMEONE = 61_234, 1_000


def acl(*entries: tuple[int, int, int]) -> bytes:
    """An access control list as Linux keeps it: version 2, then tag, rights and id of each entry."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def systemd_acl(*, group: int = 0, user: int = DAEMON, mask: int = 4, other: int = 0) -> bytes:
    """What systemd puts on a credential: its user may read it, and so the mask lets reading through."""
    return acl(
        (USER_OBJ, 4, NOBODY), (USER, 4, user), (GROUP_OBJ, group, NOBODY), (MASK, mask, NOBODY), (OTHER, other, NOBODY)
    )


@pytest.mark.parametrize(
    ("held", "readable", "why"),
    [
        (systemd_acl(), False, "as systemd hands a credential to the daemon's own user"),
        (systemd_acl(user=0), False, "root reads everything anyway"),
        (systemd_acl(user=SOMEONE), True, "another user is named"),
        (systemd_acl(user=SOMEONE, mask=0), False, "the mask takes that right away"),
        (systemd_acl(group=4), True, "the file's group may read it"),
        (systemd_acl(other=4), True, "everybody may read it"),
        (
            acl((USER_OBJ, 6, NOBODY), (GROUP_OBJ, 0, NOBODY), (OTHER, 0, NOBODY)),
            False,
            "the owner alone, without a mask",
        ),
        (acl((GROUP_OBJ, 0, NOBODY), (GROUP, 4, SOMEONE), (MASK, 4, NOBODY)), True, "a group is named"),
    ],
)
def test_an_access_control_list_says_who_else_may_read(held: bytes, readable: bool, why: str) -> None:
    assert acl_lets_others_read(held, ourselves=DAEMON) is readable, why


def test_a_file_with_such_a_list_is_ours_although_its_mode_shows_a_group(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.touch(mode=0o400)
    try:
        os.setxattr(path, "system.posix_acl_access", systemd_acl(user=os.geteuid() or DAEMON))
    except OSError as error:
        pytest.skip(f"this file system keeps no access control lists: {error.strerror}")
    if os.geteuid() == 0:
        # As root we are not the user that the list names: he may read the file and we must say so.
        assert others_may_read(path)
    else:
        assert not others_may_read(path)
    assert path.stat().st_mode & 0o070, "the mode alone would refuse the file"


def test_what_is_replaced_is_whole_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "below" / "roll.bin"
    write_private(path, b"first")
    write_private(path, b"second")

    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["roll.bin"]


def test_what_cannot_be_replaced_stays_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "roll.bin"
    path.mkdir()

    with pytest.raises(OSError, match="Is a directory"):
        write_private(path, b"new")

    assert [file.name for file in tmp_path.iterdir()] == ["roll.bin"]


def test_what_is_there_is_never_written_again(tmp_path: Path) -> None:
    path = tmp_path / "store.key"

    assert make_private(path, b"first")
    assert not make_private(path, b"second")
    assert path.read_bytes() == b"first"


def test_what_root_writes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root writes for others")
    os.chown(tmp_path, DAEMON, DAEMON)

    write_private(tmp_path / "credentials" / "roll.key", b"key")

    assert (tmp_path / "credentials" / "roll.key").stat().st_uid == DAEMON
    assert (tmp_path / "credentials").stat().st_uid == DAEMON
