"""The shipped units: understood by systemd, well locked in, and no tighter than the daemon's libraries bear."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from moderator.errors import AlreadyRunning, ConfigError, Damaged
from moderator.pictures import decoder
from moderator.settings.forms import ACCOUNT_FORMS, OnlineAccountForm, StoreForm
from moderator.settings.read import AUDIT_KEY, EVIDENCE_KEY, ROLL_KEY
from tests.conftest import REPOSITORY, skip_needed

UNIT = REPOSITORY / "systemd" / "moderator.service"
WEB = UNIT.with_name("moderator-web.service")
UNITS = sorted(UNIT.parent.glob("*.service"))


@pytest.fixture(scope="module")
def analyze() -> str:
    command = shutil.which("systemd-analyze")
    if command is None:
        skip_needed("systemd-analyze not found")
    assert command is not None
    return command


def values(key: str, unit: Path = UNIT) -> list[str]:
    """What a unit says for a key, once for each line of it."""
    lines = unit.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]


def exposure(analyze: str, unit: Path, threshold: int) -> subprocess.CompletedProcess[str]:
    command = [analyze, "security", "--offline=true", "--no-pager", f"--threshold={threshold}", str(unit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_exposes_at_most_1_2(analyze: str, unit: Path) -> None:
    judged = exposure(analyze, unit, 12)

    assert judged.returncode == 0, judged.stdout


def test_the_measure_can_fail(analyze: str, tmp_path: Path) -> None:
    """The same unit without one of its locks is refused: the test above measures something."""
    looser = tmp_path / "moderator.service"
    text = UNIT.read_text(encoding="utf-8")
    assert "\nCapabilityBoundingSet=\n" in text
    looser.write_text(text.replace("\nCapabilityBoundingSet=\n", "\n"), encoding="utf-8")

    assert exposure(analyze, looser, 12).returncode != 0


@pytest.mark.parametrize("shipped", UNITS, ids=lambda unit: unit.name)
def test_systemd_knows_every_line(analyze: str, tmp_path: Path, shipped: Path) -> None:
    # Where it will be installed there is no program yet, which is not what is asked here.
    unit = tmp_path / shipped.name
    lines = shipped.read_text(encoding="utf-8").splitlines(keepends=True)
    unit.write_text("".join("ExecStart=/bin/true\n" if line.startswith("ExecStart=") else line for line in lines))

    verified = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)

    assert [line for line in verified.stderr.splitlines() if shipped.name in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_a_unit_holds_in_memory_reaches_no_disk_and_its_files_no_other_user(unit: Path) -> None:
    locks = {"MemorySwapMax": "0", "LimitCORE": "0", "UMask": "0077", "StateDirectoryMode": "0700"}
    assert {key: values(key, unit) for key in locks} == {key: [wanted] for key, wanted in locks.items()}


def test_every_credential_that_the_settings_name_is_loaded() -> None:
    loaded = dict(value.split(":", 1) for value in values("LoadCredential"))

    logins = {
        f"{name}.json" if issubclass(form, OnlineAccountForm) else f"{name}-mail.password"
        for name, form in ACCOUNT_FORMS.items()
    }
    assert {StoreForm().key, ROLL_KEY, AUDIT_KEY, EVIDENCE_KEY, *logins} <= set(loaded)
    # A whole path that is not there would keep the service from starting; a name is looked up and may be missing.
    assert all("/" not in source for source in loaded.values())


def test_the_page_is_handed_no_login_of_a_platform_and_not_the_pupils_roll() -> None:
    loaded = dict(value.split(":", 1) for value in values("LoadCredential", WEB))

    assert set(loaded) == {StoreForm().key, AUDIT_KEY, EVIDENCE_KEY, "store.password"}
    shut = {Path(path.removeprefix("-")).name for path in values("InaccessiblePaths", WEB)}
    assert shut == {"roll.bin", "tokens", ROLL_KEY}
    # A folder of one state for both, since what the page decides is what the daemon carries out.
    for key in ("DynamicUser", "StateDirectory", "StateDirectoryMode"):
        assert values(key, WEB) == values(key)
    assert values("User", WEB) == ["moderator"]


def test_with_pictures_the_daemon_may_hold_the_reader_and_a_picture_that_is_being_opened() -> None:
    shipped = UNIT.with_name("pictures.conf")
    (wanted,) = values("MemoryMax", shipped)
    measured = re.search(
        r"Memory of the reader, at most \| (\d+) MB", (REPOSITORY / "docs" / "pictures.md").read_text()
    )

    assert measured is not None
    assert megabytes(wanted) >= megabytes(values("MemoryMax")[0]) + int(measured[1]) + decoder.MEMORY_BYTES // 2**20
    told = [line for line in shipped.read_text().splitlines() if line and not line.startswith("#")]
    assert told == ["[Service]", f"MemoryMax={wanted}"]
    copy = (
        "install -D -m 0644 /opt/moderator/systemd/pictures.conf /etc/systemd/system/moderator.service.d/pictures.conf"
    )
    assert copy in shipped.read_text()
    assert copy in (REPOSITORY / "docs" / "pictures.md").read_text()


def megabytes(size: str) -> int:
    return int(size[:-1]) * {"M": 1, "G": 1024}[size[-1]]


def test_systemd_reads_the_unit_with_pictures_as_one(analyze: str, tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    lines = UNIT.read_text(encoding="utf-8").splitlines(keepends=True)
    unit.write_text("".join("ExecStart=/bin/true\n" if line.startswith("ExecStart=") else line for line in lines))
    beside = tmp_path / f"{UNIT.name}.d"
    beside.mkdir()
    shutil.copy(UNIT.with_name("pictures.conf"), beside)

    verified = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)

    assert [line for line in verified.stderr.splitlines() if "pictures.conf" in line] == []


def test_what_starting_again_cannot_mend_is_not_started_again() -> None:
    codes = {int(code) for value in values("RestartPreventExitStatus") for code in value.split()}

    assert codes == {ConfigError.exit_code, Damaged.exit_code, AlreadyRunning.exit_code}
    assert values("Restart") == ["on-failure"]


def test_the_daemon_has_longer_to_leave_than_it_promises_to_need() -> None:
    assert int(values("TimeoutStopSec")[0]) > 10


# A network of one multiplication and one softmax over 64 x 64 numbers, in the bytes of ONNX's own format, so that the kernels
# of onnxruntime really run. (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, ModelProto)
LOCKED_IN = textwrap.dedent("""
    import ctypes, os, struct, sys

    def forbid():
        # The rules of MemoryDenyWriteExecute as man systemd.exec describes them, and that of @resources which onnxruntime
        # meets (sched_setaffinity), as a seccomp filter like the one that systemd installs.
        LOAD, EQUAL, ANY_BIT, BOTH = 0x20, 0x15, 0x45, 0x54
        ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1
        MMAP, MPROTECT, PKEY_MPROTECT, SETAFFINITY = 9, 10, 329, 203
        rules = [
            (LOAD, 0, 0, 0),
            (EQUAL, 0, 3, MMAP), (LOAD, 0, 0, 32), (BOTH, 0, 0, 6), (EQUAL, 6, 5, 6),
            (EQUAL, 1, 0, MPROTECT), (EQUAL, 0, 2, PKEY_MPROTECT), (LOAD, 0, 0, 32), (ANY_BIT, 2, 1, 4),
            (EQUAL, 1, 0, SETAFFINITY),
            (6, 0, 0, ALLOW), (6, 0, 0, REFUSE),
        ]
        code = b"".join(struct.pack("<HBBI", *rule) for rule in rules)
        held = ctypes.create_string_buffer(code)
        program = struct.pack("<HxxxxxxQ", len(rules), ctypes.addressof(held))
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
        buffer = ctypes.create_string_buffer(program)
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.addressof(buffer), 0, 0):
            print("no seccomp"); sys.exit(0)

    forbid()
    import mmap
    try:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        sys.exit("memory to write and run was given")
    except OSError:
        pass
    try:
        os.sched_setaffinity(0, {0})
        sys.exit("a processor was bound")
    except PermissionError:
        pass

    import ahocorasick, cryptography.hazmat.primitives.ciphers.aead, httpx, numpy, onnxruntime, psycopg, pydantic
    import rapidfuzz, sqlalchemy, tokenizers, tweepy, googleapiclient.discovery, sqlcipher3, sqlmodel

    def field(number, content):
        if isinstance(content, int):
            return bytes([number << 3, content])
        content = content if isinstance(content, bytes) else content.encode()
        assert len(content) < 16384
        size = [len(content)] if len(content) < 128 else [len(content) & 127 | 128, len(content) >> 7]
        return bytes([number << 3 | 2, *size]) + content

    def tensor(name):
        shape = field(1, field(1, 64)) * 2
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))

    nodes = field(1, field(1, "x") + field(1, "x") + field(2, "h") + field(4, "MatMul"))
    nodes += field(1, field(1, "h") + field(2, "y") + field(4, "Softmax"))
    graph = nodes + field(2, "g") + field(11, tensor("x")) + field(12, tensor("y"))
    model = field(1, 8) + field(8, field(2, 13)) + field(7, graph)

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 4
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"x": numpy.eye(64, dtype=numpy.float32)})
    assert abs(float(found[0].sum()) - 1) < 1e-5 and found[0].argmax() == 0
    print("works locked in")
""")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter names system calls by their x86-64 numbers")
def test_the_daemons_libraries_bear_the_ban_on_memory_to_write_and_run() -> None:
    run = subprocess.run([sys.executable, "-c", LOCKED_IN], capture_output=True, text=True, timeout=100, check=False)

    if run.stdout == "no seccomp\n":
        pytest.skip("this kernel gives no seccomp filter")
    assert (run.returncode, run.stdout) == (0, "works locked in\n"), run.stderr
    assert values("MemoryDenyWriteExecute") == ["yes"]
    assert values("SystemCallErrorNumber") == ["EPERM"]
