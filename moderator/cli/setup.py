"""`setup`: asks little, tries every connection, and only then writes the settings and the credential files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any

import tomlkit
import typer

from moderator.checkup import Level, Line
from moderator.cli.check import PREFIX, store_of, tell
from moderator.cli.common import DEFAULT_CONFIG, ConfigOption, DryRunOption, JsonOption, print_json, utc_now
from moderator.errors import ConfigError, ModeratorError
from moderator.settings.credentials import KINDS
from moderator.settings.documents import check_form, read_document
from moderator.settings.faults import FaultyFiles
from moderator.settings.forms import Form
from moderator.settings.main_form import MainForm
from moderator.settings.policy_forms import PolicyForm
from moderator.settings.private_files import write_private
from moderator.setup.answers import Answers, checked, read_answers
from moderator.setup.trial import connection_lines, tried
from moderator.setup.write import Written, known_accounts, shipped_config, written

UNIT = Path("/etc/systemd/system/moderator.service")
EXAMPLES = (Path(__file__).parents[2] / "config", Path(sys.prefix) / "share/moderator/config")
NEVER_TYPED = {"kind", "token", "token_uri", "obtained_at"}


class NotReached(ModeratorError):
    """A connection that was to be saved does not work."""

    exit_code = 3


def setup(
    config: ConfigOption = DEFAULT_CONFIG,
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="Take the answers from a TOML file; ask nothing.")
    ] = None,
    credstore: Annotated[
        Path | None,
        typer.Option(
            help="Folder for credential files, named moderator.NAME as the units want them. Left out: /etc/credstore for "
            "/etc/moderator where the service is installed, else state_dir/credentials."
        ),
    ] = None,
    untried: Annotated[bool, typer.Option("--untried", help="Save without trying the connections.")] = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Set the program up: the school, its accounts and its mail. What stands already is shown, and kept unless you change it.

    Every connection is tried before anything is saved. A new school begins in shadow mode: nothing is done on any platform.
    It can be run again at any time. docs/server.md shows a file of answers.

    Example: moderator setup, or without a terminal: moderator setup --answers school.toml
    """
    new = not (config / "moderator.toml").exists()
    main, policy = standing(config, new)
    if answers is None and not sys.stdin.isatty():
        raise ConfigError(
            "There is no terminal to ask at. Write the answers into a file: moderator setup --answers FILE"
        )
    given = (
        read_answers(answers)
        if answers is not None
        else checked(ask(tomlkit.parse(main), zone_in(policy), new), Path("answers"))
    )
    given = known_accounts(given, main)
    plan = written(main, policy, given, new)
    where, prefix = secrets_place(config, credstore, plan)
    lines = try_out(plan, given, config, where, prefix, untried)
    failed = [line for line in lines if line.level is Level.FAIL]
    if not as_json:
        for line in lines:
            tell(line)
    if failed:
        raise NotReached(
            f"{failed[0].what}: {failed[0].detail} Nothing was saved. Mend that and run it again, or save all the same with "
            "--untried"
        )
    changed = save(plan, (main, policy), config, where, prefix, dry_run)
    if as_json:
        print_json({"changed": changed, "dry_run": dry_run, "connections": [line.what for line in lines]})
        return
    tell_end(changed, dry_run)


def standing(config: Path, new: bool) -> tuple[str, str]:
    """Both files as they are now, or else the examples that come with the program."""
    try:
        examples = shipped_config(*EXAMPLES)
        main = (examples if new else config) / "moderator.toml"
        policy = (config if (config / "policy.toml").exists() else examples) / "policy.toml"
        return text_of(main, MainForm), text_of(policy, PolicyForm)
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be read: {error.strerror}. Run it as root.") from error


def text_of(path: Path, form: type[Form]) -> str:
    """Raises ConfigError where it cannot be changed before somebody mends it: no value has its key's shape, or it is no TOML."""
    document = read_document(path)
    _, faults = check_form(form, document, document.values)
    if faults:
        raise FaultyFiles(faults)
    return document.content.decode()


def secrets_place(config: Path, credstore: Path | None, plan: Written, unit: Path = UNIT) -> tuple[Path, str]:
    """The folder of credential files, and what their names begin with there.

    The service's own is for the settings that the service reads: another folder, tried beside it, must not replace its logins.
    """
    store = credstore or (store_of(config) if unit.exists() else None)
    if store is not None:
        return store, PREFIX
    state = Path(str(tomlkit.parse(plan.main).get("state_dir", "/var/lib/moderator"))).expanduser()
    return (config / state).absolute() / "credentials", ""


def try_out(plan: Written, given: Answers, config: Path, where: Path, prefix: str, untried: bool) -> list[Line]:
    """Raises ConfigError where the files would have a fault."""
    old = sorted(where.glob(f"{prefix}*.json")) + sorted(where.glob(f"{prefix}*.password"))
    with tried(plan, config, where, old, prefix) as settings:
        if untried:
            return []
        ids = [each.account_id for each in given.accounts]
        return list(connection_lines(settings, ids, given.mail is not None, utc_now()))


def save(plan: Written, old: tuple[str, str], config: Path, where: Path, prefix: str, dry_run: bool) -> list[str]:
    """The files that changed. Secrets come first: settings that name a missing file would keep the daemon from starting."""
    files = {config / "moderator.toml": plan.main, config / "policy.toml": plan.policy}
    secrets = {where / f"{prefix}{name}": text for name, text in plan.secrets.items()}
    try:
        changed_secrets = [path for path, text in secrets.items() if not path.exists() or path.read_text() != text]
        changed = [
            path for (path, text), was in zip(files.items(), old, strict=True) if not path.exists() or text != was
        ]
        if not dry_run:
            for path in changed_secrets:
                write_private(path, secrets[path].encode())
            config.mkdir(parents=True, exist_ok=True)
            for path in changed:
                write_private(path, files[path].encode())
                path.chmod(0o644)  # No secret stands in it, and the daemon's user has to read it.
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be written: {error.strerror}. Run it as root.") from error
    return [str(path) for path in (*changed_secrets, *changed)]


def tell_end(changed: list[str], dry_run: bool) -> None:
    for path in changed:
        typer.echo(f"{'would write' if dry_run else 'written'}: {path}")
    if not changed:
        typer.echo("Everything stands already as you said. Nothing was changed.")
    typer.echo(
        "\nWhat to do next:\n"
        "  1. moderator roll import pupils.csv     (the names to guard; you can also hold none)\n"
        "  2. moderator check                      (everything once more, with what is left to do)\n"
        "  3. moderator run, or: systemctl enable --now moderator     (shadow mode: it looks and does nothing)"
    )


def zone_in(policy: str) -> str:
    return str(tomlkit.parse(policy).get("duty", {}).get("time_zone", ""))


def ask(document: Mapping[str, Any], zone: str, new: bool) -> dict[str, Any]:
    """A person's answers; Enter keeps what stands."""
    typer.echo(
        "Ctrl-C ends it, and nothing is saved before the last answer. What is hidden shows nothing while you type."
    )
    if not new:
        typer.echo("What stands already is in [brackets]; Enter keeps it.")
    school, people = document.get("school", {}), document.get("people", {})
    values: dict[str, Any] = {"school": prompt("The school's name", "" if new else str(school.get("name", "")))}
    values["zone"] = prompt("Its time zone", "Europe/London" if new else zone)
    values["head"] = {"name": prompt("The headteacher's name", str(people.get("head", "")))}
    told = parseaddr(str(document.get("alerts", {}).get("head", "")))[1]
    address = prompt("Her or his e-mail address, for the weekly summary and alerts", told)
    values["head"]["address"] = "" if address == told else address  # What stands is left out: it stays as it is.
    values["accounts"] = list(ask_accounts(document.get("accounts", [])))
    if typer.confirm("Set up how letters leave (your mail server)?", default=new):
        values["mail"] = ask_mail(document.get("mail", {}))
    return values


def ask_accounts(standing: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for platform, kinds in KINDS.items():
        if not typer.confirm(
            f"Connect {platform}? (docs/connect-{platform}.md says where its keys come from)", default=False
        ):
            continue
        kind, form = next(iter(kinds.items()))  # the one that holds longest comes first
        fields = [name for name, field in form.model_fields.items() if field.is_required()]
        here = next((str(each.get("handle", "")) for each in standing if each.get("platform") == platform), "")
        handle = prompt("  The account's handle", here)
        login = {
            name: typer.prompt(f"  {name} (hidden)", hide_input=True) for name in fields if name not in NEVER_TYPED
        }
        yield {"platform": platform, "handle": handle, "login": {"kind": kind, **login}}


def ask_mail(stands: Mapping[str, Any]) -> dict[str, Any]:
    before, port = str(stands.get("user", "")), int(stands.get("port", 587))
    mail: dict[str, Any] = {"host": prompt("  Mail server", str(stands.get("host", "")))}
    mail["port"] = typer.prompt("  Port", default=port)
    usual = (
        str(stands.get("security", "starttls"))
        if mail["port"] == port
        else "tls"
        if mail["port"] == 465
        else "starttls"
    )
    mail["security"] = prompt("  starttls, tls or none", usual)
    user = prompt(f"  User name, {'a dash' if before else 'Enter'} for none", before)
    mail["user"] = "" if user == "-" else user
    if mail["user"]:
        stays = before == mail["user"]
        words = "  Password (hidden; Enter keeps it)" if stays else "  Password (hidden)"
        mail["password"] = typer.prompt(words, hide_input=True, default="" if stays else None, show_default=False)
    mail["sender"] = prompt("  Address that letters come from", str(stands.get("sender", "")) or mail["user"])
    return mail


def prompt(what: str, default: str) -> str:
    return str(typer.prompt(what, default=default, show_default=bool(default))).strip()


def add_to(app: typer.Typer) -> None:
    app.command()(setup)
