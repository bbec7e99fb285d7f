"""Names and secrets that must be found nowhere but where they belong: the house at work, and every place looked through."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from moderator.settings import read_settings
from moderator.settings.roll_file import import_roll, load_roll
from moderator.store.database import Database
from moderator.store.tables import Row
from tests.commands import in_process
from tests.conftest import NOON, REPOSITORY
from tests.journeys.street import Street, open_street

ON_ROLL = ("Zebulonia", "Quackenthwaite")
"""A pupil whom nobody names in a comment."""
NAMED = "Peregrina"
"""A pupil whom a comment names: her name may stand among the words of that comment, and in no log."""
COMMENT = f"well done {NAMED} Ottershaw, ring her mum on 07700 900456"


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street")) as opened:
        csv = opened.config / "pupils.csv"
        rows = ("first_name,last_name", ",".join(ON_ROLL), f"{NAMED},Ottershaw")
        csv.write_text("\n".join(rows) + "\n", encoding="utf-8")
        import_roll(read_settings(opened.config, credentials_dir=None), csv, NOON)
        csv.unlink()
        yield opened


def said(street: Street, *words: str) -> str:
    """All that a command prints, its fault too; in this process, since a start of its own takes seconds."""
    result = in_process([*words, "--config", str(street.config)])
    return f"{result.output}{result.exception or ''}"


def secrets(street: Street) -> list[str]:
    """Every key and token of the school."""
    found: list[str] = []
    for path in sorted((street.state / "credentials").iterdir()):
        text = path.read_text(encoding="utf-8").strip()
        held = json.loads(text).values() if path.suffix == ".json" else text.split()
        found += [each for each in held if len(each) >= 8 and each not in ("oauth1", "oauth2", "instagram_login")]
    return found


def test_a_days_work_leaves_names_and_secrets_where_they_belong(street: Street, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with street.daemon(log) as daemon:
        for platform in ("youtube", "x"):
            native_id = street.comment(platform, COMMENT)
            street.wait_hidden(platform, native_id, 60)
        process = Path("/proc") / str(daemon.pid)
        seen = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    looks = (("check",), ("roll", "status"), ("retention",), ("accounts",), ("queue", "--waiting"))
    told = log.read_text(encoding="utf-8") + "".join(said(street, *words) for words in looks)
    everything = told + seen.decode(errors="replace")

    assert "comment.decided" in told
    assert [name for name in (*ON_ROLL, NAMED, "Ottershaw", "900456") if name in everything] == []
    assert (found := [*secrets(street), *references(street)])
    assert [number for number, secret in enumerate(found) if secret in everything] == []


def references(street: Street) -> tuple[str, ...]:
    """What stands for the pupils of the roll, in their order."""
    roll = load_roll(read_settings(street.config, credentials_dir=None), NOON)
    assert roll is not None
    return roll.references


def written(path: Path) -> str:
    """Every file of a zip, or a file that is none, as text."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode(errors="replace")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def test_which_child_is_counted_by_a_reference_that_leaves_the_database_in_no_file(
    street: Street, tmp_path: Path
) -> None:
    found = json.loads(said(street, "history", "--limit", "9", "--json"))
    comment = next(each["comment"] for each in found if NAMED in each["text"])
    files = {name: tmp_path / name for name in ("evidence.zip", "support.zip", "asked.json", "week.eml")}
    said(street, "evidence", comment, "--out", str(files["evidence.zip"]), "--by", "Ms Okafor", "--handover")
    said(street, "diagnostics", "--offline", "--to", str(files["support.zip"]))
    said(street, "subject-access", "youtube:@pat_of_crosby", "--to", str(files["asked.json"]), "--by", "Ms Okafor")
    said(street, "report", "weekly", "--to", str(files["week.eml"]))
    looks = (("explain", comment), ("explain", comment, "--json"), ("history", "--json"), ("audit",), ("cases", "list"))
    handed_out = {words: said(street, *words) for words in looks} | {(name,): written(files[name]) for name in files}

    assert "a child named here is named in 2 comments of the last 30 days" in handed_out["explain", comment]
    assert NAMED in handed_out["evidence.zip",]
    _on_roll, named = references(street)
    assert named in "\n".join(rows(street))
    assert [where for where, text in handed_out.items() if named in text or '"reference"' in text] == []


def test_the_database_holds_no_secret_and_no_name_that_nobody_wrote(street: Street) -> None:
    dump = "\n".join(rows(street))
    assert NAMED in dump
    assert references(street)[0] not in dump
    assert [name for name in ON_ROLL if name in dump] == []
    assert [number for number, secret in enumerate(secrets(street)) if secret in dump] == []


def rows(street: Street) -> list[str]:
    settings = read_settings(street.config, credentials_dir=None)
    database = Database.open(settings.store_url, key=settings.store_key, audit_key=settings.audit_key)
    with database.reading() as tx:
        tables = Row.metadata.sorted_tables
        found = [repr(tuple(row)) for table in tables for row in tx.session.connection().execute(select(table))]
    database.close()
    return found


def test_on_the_disk_stands_no_name_and_no_comment_in_clear(street: Street) -> None:
    marks = [mark.encode() for mark in (*ON_ROLL, NAMED, "07700 900456")]
    for path in street.state.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert [mark for mark in marks if mark in held] == [], path.name
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_fault_with_the_roll_is_told_without_a_name(street: Street, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"first_name,last_name,upn\n{ON_ROLL[0]},{ON_ROLL[1]},H801200001001\n", encoding="utf-8")
    told = said(street, "roll", "import", str(wrong))
    assert 'column "upn"' in told
    assert not any(mark in told for mark in (*ON_ROLL, "H8012"))


def test_the_roll_is_opened_where_comments_are_judged_and_told_of_and_nowhere_else() -> None:
    """The page is not among them: whoever breaks into it finds no list of pupils."""
    openers = {
        str(path.relative_to(REPOSITORY / "moderator"))
        for path in (REPOSITORY / "moderator").rglob("*.py")
        if "load_roll" in path.read_text(encoding="utf-8")
    }
    assert not {each for each in openers if each.startswith("web/")}
    assert {"build.py", "settings/roll_file.py", "cli/roll.py"} <= openers


def test_the_roll_can_be_replaced_looked_at_and_given_up(street: Street) -> None:
    def roll(*words: str) -> str:
        return said(street, "roll", *words)

    assert "2 pupils, imported" in roll("status")
    csv = street.config / "new.csv"
    csv.write_text("first_name,last_name\nMaja,Nowicka\n", encoding="utf-8")
    digest = hashlib.sha256(csv.read_bytes()).hexdigest()[:16]
    imported = roll("import", str(csv), "--by", "Ms Okafor")
    assert f"imported 1 pupil (digest {digest})" in imported
    assert "Maja" not in imported
    (written_down,) = json.loads(said(street, "audit", "--event", "roll_imported", "--json"))
    assert (written_down["actor"], written_down["facts"]) == ("Ms Okafor", {"pupils": 1, "digest": digest})
    assert json.loads(roll("status", "--json"))["pupils"] == 1
    assert "would throw away" in roll("off", "--dry-run")
    assert "The roll is gone" in roll("off", "--by", "Mrs Ravenscroft")
    assert not (street.state / "roll.bin").exists()
    assert not (street.state / "credentials" / "roll.key").exists()
    assert "No roll is held" in roll("status")
    assert "No roll is held" in roll("off")
    assert "each as it was written" in said(street, "verify-audit")
