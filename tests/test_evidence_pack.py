"""Evidence handed on: what stands in it, that hostile words stay words, and that nothing in it can be changed unseen."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import subprocess
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from moderator.domain import ActionKind, Author, Result, Ruling, make_action
from moderator.evidence_pack import CaseFile, Inspected, check, fingerprint_of, gather, key_from, pack
from moderator.evidence_pack.check import NoPack
from moderator.store import actions, audit, decisions
from moderator.store.database import Database
from tests.conftest import skip_needed
from tests.databases import make_tables
from tests.store.made import MINUTE, NOON, a_comment, a_decision, a_full_comment, done, receive

HOSTILE = '<script>alert(1)</script><img src=x onerror="go()">\u202ereversed\u200b & "quoted"\nsecond line'
KEY = key_from("5a" * 32)
FILES = ["page.html", "case.json", "how-to-check.txt", "public_key.pem"]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlcipher:///{tmp_path}/school.db", key="5a" * 32)
    make_tables(opened)
    yield opened
    opened.close()


@pytest.fixture
def case(database: Database) -> CaseFile:
    """A hostile comment with a picture, in answer to another, hidden by policy and put back by a person."""
    comment = replace(
        a_full_comment(),
        text=HOSTILE,
        author=Author("u-pat", "@pat<b>", "</title><script>x"),
        url="javascript:alert(1)",
        raw=json.dumps({"text": HOSTILE, "image_url": "https://youtube.example/a.png"}),
        posted_at=NOON.replace(month=6),
    )
    with database.transaction() as tx:
        receive(tx, a_comment("c0", "<i>first</i>"), comment)
        first = decisions.record(tx, a_decision(comment, reasons=("insult <b>0.93</b>",)))
        hide = make_action(ActionKind.HIDE, comment, first.id, None)
        actions.plan(tx, first, comment, [hide], [], NOON)
    done(database, hide, NOON + MINUTE, detail="200 <OK>", result=Result.DONE)
    with database.transaction() as tx:
        decisions.record(tx, a_decision(comment, Ruling.ALLOW, by="Ms Okafor", at=NOON + 2 * MINUTE))
        explained = {"comment": {"id": comment.id, "image_urls": ["https://youtube.example/a.png"]}}
        return gather(tx, comment.id, explained, ZoneInfo("Europe/London"))


@pytest.fixture
def packed(case: CaseFile) -> bytes:
    return pack(case, KEY, "moderator 0.1.0", "Mrs Ravenscroft", NOON)


@pytest.fixture
def zip_file(packed: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(packed)
    return path


def read(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


class Elements(HTMLParser):
    """The names of all elements and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_tells_it_in_words(packed: bytes) -> None:
    told = re.sub(r"\s+", " ", Elements(read(packed)["page.html"].decode()).text)
    for words in (
        "Put together for Mrs Ravenscroft",
        "Tuesday 16 June 2026, 12:00:00 UTC (Tuesday 13:00:00 BST at the school)",
        "Sports day!",
        "take it out of sight, which can be undone, decided by the policy of the school, by machine",
        "Because: insult <b>0.93</b>",
        "hide: done Monday 16 November 2026, 12:01:00 UTC",
        "leave it where it is, decided by Ms Okafor",
        "the platform said: 200 <OK>",
        "second line",
        "@pat<b>",
    ):
        assert words in told


def test_hostile_words_stay_words(packed: bytes) -> None:
    page = read(packed)["page.html"].decode()
    elements = Elements(page)
    assert not elements.names & {"script", "img", "a", "iframe", "link", "b", "i"}
    assert not {name for name in elements.attributes if name.startswith("on")} | elements.attributes & {"href", "src"}
    assert "\u202e" not in page
    assert "‹U+202E›reversed‹U+200B›" in elements.text
    assert "default-src 'none'" in page


def test_the_json_holds_every_letter_and_both_times(packed: bytes, case: CaseFile) -> None:
    told: dict[str, Any] = json.loads(read(packed)["case.json"])
    [kept] = told["evidence"]
    assert kept["text"] == HOSTILE
    assert kept["posted_at"] == "2026-06-16T12:00:00+00:00"
    assert kept["posted_at_local"] == "2026-06-16T13:00:00+01:00"
    assert kept["thread"][0]["text"] == "<i>first</i>"
    assert json.loads(kept["raw"])["text"] == HOSTILE
    assert kept["is_unchanged"] is True
    assert told["explained"]["comment"]["id"] == case.comment.id
    assert told["audit_head"] == {"events": case.head.events, "link": case.head.link}


def test_local_times_are_those_of_the_schools_own_zone(case: CaseFile) -> None:
    abroad = read(pack(replace(case, zone=ZoneInfo("Asia/Nicosia")), KEY, "moderator 0.1.0", "Ms Okafor", NOON))
    assert "(Tuesday 15:00:00 EEST at the school)" in abroad["page.html"].decode()
    told = json.loads(abroad["case.json"])
    assert (told["local_times_in"], told["evidence"][0]["posted_at_local"]) == (
        "Asia/Nicosia",
        "2026-06-16T15:00:00+03:00",
    )


def test_no_picture_and_no_address_of_one_is_in_it(packed: bytes) -> None:
    assert sorted(read(packed)) == sorted([*FILES, "manifest.json", "manifest.sig"])
    assert not [name for name, content in read(packed).items() if b"a.png" in content]


def test_it_is_whole_on_another_machine_with_nothing_but_the_fingerprint(zip_file: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(zip_file, tmp_path / "copy.zip"))
    fingerprint = fingerprint_of(KEY.public_key())
    for given in ("", fingerprint, fingerprint.upper().replace(" ", ":"), fingerprint.replace(" ", "")):
        seen = check(copy, given)
        assert (seen.whole, seen.fingerprint) == (True, fingerprint)
        assert seen.manifest is not None
        assert seen.manifest["program"] == "moderator 0.1.0"
        assert sorted(seen.manifest["files"]) == sorted(FILES)


def test_openssl_says_the_same_as_the_zip_explains(packed: bytes, tmp_path: Path) -> None:
    command = shutil.which("openssl")
    if command is None:
        skip_needed("openssl not found")
    assert command is not None
    for name, content in read(packed).items():
        (tmp_path / name).write_bytes(content)
    words = "pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert words in (tmp_path / "how-to-check.txt").read_text(encoding="utf-8")
    good = subprocess.run([command, *words.split()], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stdout + good.stderr
    with (tmp_path / "manifest.json").open("a") as manifest:
        manifest.write(" ")
    assert subprocess.run([command, *words.split()], cwd=tmp_path, capture_output=True, check=False).returncode != 0


def changed(name: str, content: bytes | None) -> Callable[[dict[str, bytes]], None]:
    """One file with one more byte, or another content."""

    def change(files: dict[str, bytes]) -> None:
        files[name] = files[name] + b" " if content is None else content

    return change


def signed_anew(files: dict[str, bytes]) -> None:
    """The page changed by somebody who signs with a key of their own."""
    stranger = Ed25519PrivateKey.generate()
    files["manifest.sig"] = stranger.sign(files["manifest.json"])


def signed_nonsense(files: dict[str, bytes]) -> None:
    """No manifest at all, signed well by somebody with a key of their own."""
    stranger = Ed25519PrivateKey.generate()
    files["manifest.json"] = b"no JSON"
    files["manifest.sig"] = stranger.sign(files["manifest.json"])
    files["public_key.pem"] = stranger.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("change", "misfit"),
    [
        *((changed(name, None), name) for name in ("page.html", "case.json", "how-to-check.txt")),
        (changed("page.html", b""), "page.html"),
        (changed("manifest.json", None), "manifest.json"),
        (changed("manifest.json", b"{}"), "manifest.json"),
        (changed("manifest.sig", b"\x00" * 64), "manifest.json"),
        (changed("manifest.sig", b"short"), "manifest.json"),
        (changed("public_key.pem", b"-----BEGIN PUBLIC KEY-----"), "public_key.pem"),
        (changed("public_key.pem", b""), "public_key.pem"),
        (signed_anew, "manifest.json"),
        (signed_nonsense, "manifest.json"),
        (lambda files: files.pop("case.json"), "case.json"),
        (lambda files: files.pop("manifest.json"), "manifest.json"),
        (lambda files: files.pop("manifest.sig"), "manifest.sig"),
        (lambda files: files.pop("public_key.pem"), "public_key.pem"),
        (lambda files: files.update({"more.html": b"x"}), "more.html"),
        (lambda files: files.update({f"{n}.txt": b"x" for n in range(200)}), "94.txt"),
    ],
)
def test_whatever_was_changed_the_first_file_that_does_not_fit_is_named(
    packed: bytes, tmp_path: Path, change: Callable[[dict[str, bytes]], object], misfit: str
) -> None:
    files = read(packed)
    change(files)
    seen = check(write(tmp_path / "changed.zip", files))
    assert (seen.whole, seen.misfit) == (False, misfit)
    assert seen.why


def test_a_file_that_stands_in_it_twice_is_named(packed: bytes, tmp_path: Path) -> None:
    path = write(tmp_path / "twice.zip", read(packed))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("page.html", "another page")
    assert check(path).misfit == "page.html"


def test_bytes_spoiled_on_the_way_are_named(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        start = archive.getinfo("case.json").header_offset
    spoiled = bytearray(packed)
    for offset in range(start + 60, start + 90):
        spoiled[offset] ^= 0xFF
    path = tmp_path / "spoiled.zip"
    path.write_bytes(spoiled)
    assert check(path).misfit == "case.json"


def test_a_pack_signed_by_somebody_else_fits_only_without_the_schools_fingerprint(
    case: CaseFile, tmp_path: Path
) -> None:
    forged = tmp_path / "forged.zip"
    forged.write_bytes(pack(case, Ed25519PrivateKey.generate(), "moderator 0.1.0", "a stranger", NOON))
    assert check(forged).fingerprint != fingerprint_of(KEY.public_key())
    seen = check(forged, fingerprint_of(KEY.public_key()))
    assert (seen.whole, seen.misfit) == (False, "public_key.pem")


def test_what_is_no_pack_is_said_plainly(zip_file: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    with pytest.raises(NoPack, match="is no zip file"):
        check(tmp_path / "text.zip")
    with pytest.raises(NoPack, match="No such file"):
        check(tmp_path / "none.zip")
    with pytest.raises(NoPack, match="32 digits"):
        check(zip_file, "5a5a")
    assert check(write(tmp_path / "other.zip", {"a.txt": b"a"})) == Inspected("public_key.pem", "is missing")


def test_changed_evidence_says_so_on_the_page(database: Database, case: CaseFile) -> None:
    [kept] = case.evidence
    spoiled = replace(case, evidence=(replace(kept, text="much worse"),))
    page = read(pack(spoiled, KEY, "moderator 0.1.0", "Ms Okafor", NOON))["page.html"].decode()
    assert "no longer what was kept" in page
    with database.reading() as tx:
        assert audit.head(tx) == case.head


def test_files_in_it_are_for_their_owner_alone(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()} == {0o600}
