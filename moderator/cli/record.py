"""`history`, `evidence`, `verify-audit`: what was decided, the proof of it, and whether the record is whole."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from moderator import evidence_pack
from moderator.build import capabilities_for
from moderator.cli import hand_over
from moderator.cli.common import (
    DEFAULT_CONFIG,
    SINCE,
    ByOption,
    ConfigOption,
    JsonOption,
    NotFound,
    local_time,
    opened,
    print_json,
    shortened,
    shown,
    the_comment,
    the_person,
    time_since,
    utc_now,
)
from moderator.domain import Comment, Ruling
from moderator.errors import ConfigError
from moderator.evidence_pack import CaseFile, Inspected, handing_over
from moderator.explained.comment import gather_facts
from moderator.settings import Settings
from moderator.settings.credentials import store_key
from moderator.settings.private_files import make_private
from moderator.settings.read import EVIDENCE_KEY
from moderator.store import audit
from moderator.store import evidence as evidence_store
from moderator.store.chain import Head
from moderator.store.database import Database
from moderator.store.history import Made, Wanted, made, searched, with_words_since
from moderator.store.verify import Checked, verify

HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def history(
    config: ConfigOption = DEFAULT_CONFIG,
    since: Annotated[str, typer.Option("--since", help=SINCE)] = "",
    author: Annotated[str, typer.Option("--author", help="A handle, a name as shown, or the platform's id.")] = "",
    ruling: Annotated[Ruling | None, typer.Option("--ruling", help="Only decisions with this ruling.")] = None,
    until: Annotated[str, typer.Option("--until", help="Only decisions before then; written as --since.")] = "",
    platform: Annotated[str, typer.Option("--platform", help="Only there: x, youtube, instagram …")] = "",
    decided_by: Annotated[
        str, typer.Option("--by", help='Only decisions of this person; "policy" for the machine.')
    ] = "",
    rule: Annotated[str, typer.Option("--rule", help="Only where this rule spoke.")] = "",
    words: Annotated[str, typer.Option("--words", help="Only comments with these words, in the last 90 days.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most this many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List what was decided, newest first: when, what, by whom, where and why.

    Example: moderator history --since 7d --ruling hide
    """
    now = utc_now()
    begin, end = (time_since(text, now) if text else None for text in (since, until))
    asked = Wanted(platform, ruling, decided_by, None, rule, begin, end, author, words=words)
    wanted = with_words_since(asked, now)
    with opened(config) as (_settings, database), database.reading() as tx:
        rows = [made_row(each) for each in made(tx, wanted, limit)]
        seen = searched(tx, wanted)
    if as_json:
        print_json(rows)
        return
    if seen is not None and not seen.all_of_them:
        typer.echo(f"Only the newest {seen.decisions} decisions were searched. Older ones: add --until.")
    for row in rows:
        what = row["ruling"] + (f" + {row['author_action']}" if row["author_action"] else "")
        typer.echo(
            f"{local_time(row['at'])}  {what:<6}  by {shown(row['by'])}  {row['comment']}  {shown(row['author'])}"
        )
        typer.echo(
            f"   “{shortened(row['text'], 90)}”" + "".join(f"\n   because {shown(why)}" for why in row["reasons"])
        )
    if not rows:
        typer.echo("No decision fits.")


def made_row(each: Made) -> dict[str, Any]:
    decision, comment = each.decision, each.comment
    return {
        "at": decision.decided_at,
        "ruling": decision.ruling.value,
        "author_action": decision.author_action.value if decision.author_action else "",
        "by": decision.decided_by,
        "mode": decision.mode.value,
        "decision": decision.id,
        "comment": comment.id,
        "account": comment.account_id,
        "author": comment.author.handle or comment.author.display_name,
        "text": comment.text,
        "reasons": list(decision.reasons),
    }


def verify_audit(
    config: ConfigOption = DEFAULT_CONFIG,
    known: Annotated[
        str, typer.Option("--known", metavar="HEAD", help="A head told before, in the log or a mail: NUMBER:SEAL.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Read the whole audit trail again and name the first event that is not as it was written; then the exit code is 1.

    Example: moderator verify-audit
    """
    before = head_from(known) if known else None
    with opened(config) as (_settings, database), database.reading() as tx:
        checked = verify(tx, before)
    if as_json:
        print_json(asdict(checked) | {"whole": checked.whole, "head": str(checked.head)})
    else:
        for line in told(checked):
            typer.echo(line)
    raise typer.Exit(0 if checked.whole else 1)


def head_from(text: str) -> Head:
    found = HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise typer.BadParameter(
            "a head is the number of events, a colon and 64 digits, as the log and the mail tell it",
            param_hint="--known",
        )
    return Head(int(found[1]), found[2])


def told(checked: Checked) -> list[str]:
    if checked.whole:
        return [f"{checked.events} events, each as it was written.", f"Head: {checked.head}"]
    return [
        f"The audit trail was changed: {checked.why}.",
        f"The {checked.events} events before it are as they were written.",
        "Stop moderator, keep the database as it is, and compare it with a backup.",
    ]


def evidence(
    comment_id: Annotated[str, typer.Argument(metavar="[ID]", show_default=False)] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    out: Annotated[Path | None, typer.Option("--out", help="The zip file to make; it must not exist yet.")] = None,
    by: ByOption = "",
    verify: Annotated[
        Path | None, typer.Option("--verify", help="Check a zip made by this command instead; needs no configuration.")
    ] = None,
    key: Annotated[str, typer.Option("--key", help="With --verify: the fingerprint that the school told you.")] = "",
    handover: Annotated[
        bool, typer.Option("--handover", help="Make the page for the safeguarding lead also where policy saw no risk.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put everything about one comment into a signed zip: a page to print, JSON, and a manifest. Or check such a zip.

    Where somebody may be at risk, a page for the safeguarding lead is made beside it, for CPOMS, MyConcern or the police.

    Example: moderator evidence x-7f3k2m9qa4bc --out evidence.zip, and anywhere: moderator evidence --verify evidence.zip
    """
    if verify is not None:
        tell_inspected(evidence_pack.check(verify, key), key, as_json)
        return
    if not comment_id:
        raise NotFound("Say which comment: moderator evidence ID --out FILE.zip")
    with opened(config) as (settings, database):
        exported = export(settings, database, comment_id, out, the_person(by).name, utc_now(), handover)
    if as_json:
        print_json(exported)
    else:
        typer.echo(f"{exported['file']}: evidence on {exported['comment']}, for you alone to read (mode 0600).")
        typer.echo(
            f"Signed with the key {exported['fingerprint']}. Tell that to whoever gets the file, by another way."
        )
        hand_over.tell(exported, by)


def export(
    settings: Settings, database: Database, comment_id: str, out: Path | None, by: str, now: datetime, handover: bool
) -> dict[str, str]:
    """Keep the comment as it is now, if it was not kept; write down that it is handed out; then write the files."""
    key = evidence_pack.key_from(store_key(settings.credentials_dir, settings.state_dir, EVIDENCE_KEY))
    checked = hand_over.check_record(database, comment_id, handover)
    program = f"moderator {version('moderator')}"
    with database.transaction() as tx:
        comment = the_comment(tx, comment_id)
        target = out or Path(f"evidence-{comment.id}.zip")
        refuse_to_replace(target)
        evidence_store.capture(tx, comment, now, by)
        facts = gather_facts(tx, comment, settings.policy)
        case: CaseFile = evidence_pack.gather(tx, comment.id, facts, settings.policy.duty.zone)
        files = {target: evidence_pack.pack(case, key, program, by, now)}
        fingerprint = evidence_pack.fingerprint_of(key.public_key())
        audit.write_all(tx, [export_event(comment, now, by, files[target], fingerprint)])
        if checked is not None:
            sheet = hand_over.beside(target)
            refuse_to_replace(sheet)
            can = capabilities_for(settings, comment)
            files[sheet] = handing_over.make(tx, case, settings, by, now, checked, program, can)
    for path, content in files.items():
        write_new(path, content)
    exported = {
        "file": str(target),
        "comment": comment.id,
        "fingerprint": fingerprint,
        "sha256": sha256(files[target]).hexdigest(),
    }
    return exported if checked is None else exported | hand_over.printed(sheet, files[sheet])


def write_new(target: Path, content: bytes) -> None:
    """A file for its owner alone, in no other's place."""
    try:
        if not make_private(target.absolute(), content):
            refuse_to_replace(target)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}. Name another place with --out.") from error


def refuse_to_replace(target: Path) -> None:
    if target.exists():
        raise NotFound(f"{target} is there already and is not replaced. Name another file with --out.")


def export_event(comment: Comment, at: datetime, by: str, packed: bytes, fingerprint: str) -> audit.Event:
    facts = {"sha256": sha256(packed).hexdigest(), "signed_with": fingerprint}
    return audit.Event("evidence_exported", at, by, comment.id, comment.account_id, facts)


def tell_inspected(seen: Inspected, key: str, as_json: bool) -> None:
    if as_json:
        print_json(asdict(seen) | {"whole": seen.whole})
    elif not seen.whole:
        typer.echo(f"It is not as it was signed: {shown(seen.misfit)} {seen.why}.")
    elif seen.manifest is not None:
        manifest = {name: shown(str(seen.manifest.get(name, ""))) for name in ("comment", "made_at", "program")}
        typer.echo(f"Every file is as it was signed: comment {manifest['comment']}, {manifest['made_at']}.")
        typer.echo(f"Made by {manifest['program']}, signed with the key {seen.fingerprint}.")
        if not key:
            typer.echo(
                "Anybody can sign with a key of their own: ask the school, by another way, if that one is theirs."
            )
    raise typer.Exit(0 if seen.whole else 1)


def add_to(app: typer.Typer) -> None:
    for command in (history, evidence, verify_audit):
        app.command()(command)
