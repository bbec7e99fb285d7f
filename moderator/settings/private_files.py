"""Files that only the daemon may read: written so that a crash leaves the old or the new one, read only if nobody else can."""

from __future__ import annotations

import os
import secrets
import stat
import struct
from pathlib import Path

_ACL_USER, _ACL_GROUP_OBJ, _ACL_GROUP, _ACL_MASK, _ACL_OTHER = 0x02, 0x04, 0x08, 0x10, 0x20
_READ = 0o4


def write_private(path: Path, content: bytes) -> None:
    """Put `content` in the place of whatever is at `path`, mode 0600. Raises OSError; then the old file is untouched."""
    fresh = _beside(path, content)
    try:
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    settle(path.parent)


def make_private(path: Path, content: bytes) -> bool:
    """Write the file only if there is none: True if it is ours, False if another was there before. Raises OSError."""
    fresh = _beside(path, content)
    try:
        # A hard link is made whole or not at all and never replaces a file, also while two daemons start at once.
        os.link(fresh, path)
    except FileExistsError:
        return False
    finally:
        fresh.unlink(missing_ok=True)
    settle(path.parent)
    return True


def append_private(path: Path, lines: bytes) -> None:
    """Add whole lines to a file, mode 0600, safely on the disk; a line that a crash cut short is ended first. Raises OSError."""
    fresh = not path.exists()
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write(b"\n" * torn + lines)
        os.fsync(file.fileno())
    if fresh:
        give_to_owner_of(path.parent, path)
        settle(path.parent)


def others_may_read(path: Path) -> bool:
    """Whether anyone but the file's owner, root and ourselves may read it. Raises OSError."""
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        acl = os.getxattr(path, "system.posix_acl_access")
    except OSError:  # No such list, or a file system without them: the mode says all.
        return bool(mode & 0o077)
    return acl_lets_others_read(acl, os.geteuid())


def acl_lets_others_read(acl: bytes, ourselves: int) -> bool:
    """The same for a file with an access control list, in the form in which Linux keeps it (linux/posix_acl_xattr.h).

    systemd hands a credential to a dynamic user by such a list. The group bits of the file's mode then show the list's
    mask, 0440, although no group may read it: the mode alone would refuse every credential of the shipped unit.
    """
    entries = [struct.unpack_from("<HHI", acl, at) for at in range(4, len(acl), 8)]
    mask = next((rights for tag, rights, _ in entries if tag == _ACL_MASK), 0o7)
    return any(
        (tag == _ACL_OTHER and rights & 0o7)
        or (tag in (_ACL_GROUP_OBJ, _ACL_GROUP) and rights & mask & _READ)
        or (tag == _ACL_USER and who not in (0, ourselves) and rights & mask & _READ)
        for tag, rights, who in entries
    )


def _beside(path: Path, content: bytes) -> Path:
    """The content, safely on the disk, in a file of its own beside `path`."""
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            give_to_owner_of(path.parent, fresh)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def make_folder(folder: Path) -> None:
    """The folder and those above it, as far as they are missing. Raises OSError."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        give_to_owner_of(folder.parent, folder)


def give_to_owner_of(folder: Path, path: Path) -> None:
    """What root makes by hand, a roll or a restored database, must stay the daemon's, whose folder it lies in."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def settle(folder: Path) -> None:
    """A new name is safe from a power cut only once its folder is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
