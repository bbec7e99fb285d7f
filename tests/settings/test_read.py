"""A school's files become settings, or one error that tells everything there is to mend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from moderator.domain import Label, Mode
from moderator.errors import ConfigError
from moderator.policy.limits import DEFAULT, NEVER
from moderator.settings import read_policy, read_settings
from tests.settings.conftest import CANARY, INSTAGRAM, Folder, shipped


def test_the_shipped_files_load_as_they_are_and_act_on_nothing(folder: Folder) -> None:
    settings = folder.read()

    assert settings.mode is Mode.SHADOW
    assert settings.accounts == ()
    assert settings.school.name == "Valewood Primary"
    assert settings.state_dir == folder.state
    assert (settings.read_back_days, settings.act_every_s, settings.verify_after_s) == (14, 2, (60, 86_400))
    assert (settings.store_url, settings.toxicity) == (f"sqlcipher:///{folder.state}/moderator.db", "built-in")
    assert settings.policy.limits == DEFAULT.limits
    assert settings.policy.urgent == DEFAULT.urgent


def test_all_faults_of_all_files_are_told_at_once_each_with_its_line(three: Folder) -> None:
    three.change('mode = "shadow"', 'mode = "shadw"')
    three.change("read_back_days = 14", 'read_back_days = "14"')
    three.change('credentials = "youtube.json"', 'credentials = "youtube.json"\npoll_evry_s = 30')
    three.credential("instagram.json", INSTAGRAM, mode=0o644)
    three.change("hide = 0.75\n", "hide = 1.6\n", three.policy)
    three.change("[limits.threat]", "[limits.treat]", three.policy)

    faults = three.faults()

    assert [fault.split(": ")[0] for fault in faults] == [
        f"moderator.toml:{three.line('mode = ')}, mode",
        f"moderator.toml:{three.line('read_back_days =')}, reading.read_back_days",
        f"moderator.toml:{three.line('poll_evry_s')}, accounts[1].poll_evry_s",
        f"policy.toml:{three.line('hide = 1.6', three.policy)}, limits.sexual.hide",
        f"policy.toml:{three.line('[limits.treat]', three.policy)}, limits.treat",
        str(three.credentials / "instagram.json"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('mode = "shadow"', 'mod = "shadow"', "mod: unknown key; did you mean mode?"),
        (
            'mode = "shadow"',
            'mode = "atuo"',
            'mode: must be "shadow", "queue" or "auto", got "atuo"; did you mean "auto"?',
        ),
        ("[reading]", "[readings]", "readings: unknown key; did you mean reading?"),
        ("[reading]", "[[reading]]", "reading: must be a table"),
        ('level = "info"', 'colour = "red"', "log.colour: unknown key; the keys here are format, level"),
        (
            "act_every_s = 2",
            "act_every_s = 0",
            "acting.act_every_s: must be 1 or more, got 0; the default is 2",
        ),
        (
            "act_every_s = 2",
            "act_every_s = true",
            "acting.act_every_s: must be a whole number, got true; the default is 2",
        ),
        (
            "act_every_s = 2",
            "act_every_s = 2.5",
            "acting.act_every_s: must be a whole number, got 2.5; the default is 2",
        ),
        (
            "read_back_days = 14",
            "read_back_days = 400",
            "reading.read_back_days: must be 365 or less, got 400; the default is 14",
        ),
        (
            "verify_after_s = [60, 86400]",
            "verify_after_s = [86400, 60]",
            "acting.verify_after_s: must rise from each to the next, got [86400, 60]; the default is [60, 86400]",
        ),
        (
            "verify_after_s = [60, 86400]",
            "verify_after_s = []",
            "acting.verify_after_s: must be a list of 1 or more; the default is [60, 86400]",
        ),
        (
            'toxicity = "built-in"',
            'toxicity = "detoxify"',
            'detectors.toxicity: must be "built-in", "stand-in", "onnx:" and a folder, or a model such as "detoxify/unbiased"; '
            'the default is "built-in"',
        ),
        (
            'name = "Valewood Primary"',
            'name = ""',
            'school.name: missing; for example name = "Valewood Primary", or name the school\'s file: file = "school.json"',
        ),
        ('url = ""', 'url = "mysql://localhost/x"', 'store.url: must be "" or an address such as postgresql+psycopg:'),
        (
            'id = "school"',
            'id = "My School"',
            "school.id: must be up to 40 lower-case letters, digits, - and _; the default",
        ),
    ],
)
def test_a_fault_says_what_is_wrong_and_what_to_write(folder: Folder, old: str, new: str, told: str) -> None:
    folder.change(old, new)

    (fault,) = folder.faults()

    place, what = fault.split(", ", 1)
    assert what.startswith(told)
    assert place == f"moderator.toml:{folder.line(new.splitlines()[0])}"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('mode = "shadow', "moderator.toml:1:15"),
        ("a = 1\na = 2", "moderator.toml:2:6"),
        ("a = 1\n[b\nc = 2", "moderator.toml:2:3"),
        ('a = """', "moderator.toml:1:8"),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_column(folder: Folder, text: str, place: str) -> None:
    folder.main.write_text(text, encoding="utf-8")

    (fault,) = folder.faults()

    assert fault.startswith(f"{place}: is no TOML: ")


def test_what_is_no_utf8_is_told_with_its_line(folder: Folder) -> None:
    folder.main.write_bytes(b'mode = "shadow"\n# caf\xe9\n')

    assert folder.faults() == ["moderator.toml:2: is not UTF-8 text"]


def test_both_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        read_settings(tmp_path, credentials_dir=None)

    assert f"{tmp_path}/moderator.toml: is not there. Copy the example config/moderator.toml" in str(told.value)
    assert f"{tmp_path}/policy.toml: is not there." in str(told.value)


@pytest.mark.parametrize(
    "line",
    [
        f'[log]\naccess_token = "{CANARY}"\n',
        f'[log]\nclient_secret = "{CANARY}"\n',
        f'[log]\nPassword = "{CANARY}"\n',
        f'[log]\nx = {{ api_key = "{CANARY}" }}\n',
        f'[log]\nlist = [{{ bearer = "{CANARY}" }}]\n',
    ],
)
def test_a_secret_in_the_settings_is_refused_with_the_reason_and_never_repeated(folder: Folder, line: str) -> None:
    folder.change("[log]\n", line)

    faults = folder.faults()

    assert "secrets stand only in credential files" in faults[0]
    assert "have the secret renewed" in faults[0]
    assert CANARY not in "".join(faults)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('url = ""', f'url = "postgresql+psycopg://moderator:{CANARY}@localhost/moderator"'),
        ('url = ""', f'url = "postgresql+psycopg://moderator@localhost/moderator?password={CANARY}"'),
        ('key = "store.key"', f'key = "{"0123456789abcdef" * 4}{CANARY}"'),
        ('password_file = ""', f'password_file = "/{CANARY}"'),
        ('password_file = ""', f'url2 = "{CANARY}"'),
        ('credentials = "youtube.json"', f'credentials = "{CANARY}"'),
        ('credentials = "youtube.json"', f'credentials = "youtube.json"\napi_base = "https://me:{CANARY}@example.org"'),
        ('credentials = "youtube.json"', f'credentials = {{ token = "{CANARY}" }}'),
    ],
)
def test_a_secret_in_the_place_of_a_file_name_is_not_repeated_either(three: Folder, old: str, new: str) -> None:
    three.change(old, new)

    faults = three.faults()

    assert faults
    assert CANARY not in "".join(faults)


def test_settings_can_be_printed_without_a_secret(three: Folder) -> None:
    three.change('url = ""', 'url = "postgresql+psycopg://moderator@localhost/moderator"')
    three.change('password_file = ""', 'password_file = "store.password"')
    three.credential("store.password", f"{CANARY}-9\n")

    settings = three.read()

    assert settings.store_url == f"postgresql+psycopg://moderator:{CANARY}-9@localhost/moderator"
    assert CANARY not in repr(settings)
    assert settings.store_key not in repr(settings)
    assert settings.audit_key not in repr(settings)


def test_with_a_fault_nothing_is_written(folder: Folder) -> None:
    folder.change('mode = "shadow"', 'mode = "shadw"')

    assert folder.faults()
    assert not folder.state.exists()


def test_limits_that_would_never_queue_are_refused(folder: Folder) -> None:
    folder.policy.write_text("[limits.insult]\nqueue = 0.9\nhide = 0.8\n", encoding="utf-8")

    (fault,) = folder.faults()

    assert fault.startswith("policy.toml:2, limits.insult.queue: must not be above hide (0.8), got 0.9: nothing would")


def test_a_limit_may_be_out_of_reach_but_not_a_percentage(folder: Folder) -> None:
    folder.policy.write_text("[limits.insult]\nqueue = 0.5\nhide = 1.1\n", encoding="utf-8")
    assert folder.read().policy.limits[Label.INSULT].hide == NEVER

    folder.policy.write_text("[limits.insult]\nqueue = 0.5\nhide = 85\n", encoding="utf-8")
    assert folder.faults() == ["policy.toml:3, limits.insult.hide: must be 1.1 or less, got 85; the default is 0.8"]


def test_a_label_without_its_own_limits_has_the_usual_ones(folder: Folder) -> None:
    usual = folder.read().policy.limits
    folder.policy.write_text("[limits.insult]\nqueue = 0.1\nhide = 0.2\n", encoding="utf-8")

    policy = folder.read().policy

    assert (policy.limits[Label.INSULT].queue, policy.limits[Label.INSULT].hide) == (0.1, 0.2)
    assert policy.limits[Label.HATE] == usual[Label.HATE]


def test_half_a_limit_is_told_with_the_usual_other_half(folder: Folder) -> None:
    folder.policy.write_text("[limits.insult]\nqueue = 0.1\n", encoding="utf-8")

    assert folder.faults() == ["policy.toml:1, limits.insult.hide: missing; the default is 0.8"]


def test_the_version_of_the_policy_changes_with_its_file_and_only_then(folder: Folder) -> None:
    first = folder.read().policy.version
    assert folder.read().policy.version == first
    folder.change("hide = 0.75", "hide = 0.76", folder.policy)

    assert folder.read().policy.version != first


def test_a_policy_is_read_by_itself_or_is_the_one_that_policy_comes_with(folder: Folder) -> None:
    assert read_policy(folder.policy).limits == DEFAULT.limits
    assert read_policy(folder.config / "none.toml", required=False) is DEFAULT
    with pytest.raises(ConfigError, match="is not there"):
        read_policy(folder.config / "none.toml")
    folder.change("urgent", "urgnt", folder.policy)
    with pytest.raises(ConfigError, match=r"urgnt: unknown key; did you mean urgent\?"):
        read_policy(folder.policy, required=False)


def test_a_user_who_may_not_look_into_the_state_folder_is_told_so() -> None:
    with (
        TemporaryDirectory() as base
    ):  # pytest's own folders are closed to others, and the settings must be open to them.
        Path(base).chmod(0o755)
        folder = shipped(Path(base))
        folder.state.mkdir(mode=0o700 if os.geteuid() == 0 else 0)
        with as_somebody_else():
            (fault,) = folder.faults()

    assert fault.startswith(f"{folder.state}/credentials/store.key: is closed to this user. Run the command as root")


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root is let in everywhere, so that as root nothing is shown."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(61_234)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_school_file_takes_the_place_of_the_keys_beside_it(folder: Folder) -> None:
    (folder.config / "school.json").write_text(
        '{"name": "Larkfield Infants", "place": "by the sea", "staff": ["Mrs Example"], "official_accounts": {"x": "@Lark"}}',
        encoding="utf-8",
    )
    folder.change('name = "Valewood Primary"', 'name = ""')
    folder.change('file = ""', 'file = "school.json"')

    school = folder.read().school

    assert (school.id, school.name, school.staff) == ("school", "Larkfield Infants", ("Mrs Example",))
    assert school.official_accounts == {"x": "@Lark"}


def test_a_school_file_and_lists_beside_it_contradict_each_other(folder: Folder) -> None:
    (folder.config / "school.json").write_text('{"name": "Larkfield Infants"}', encoding="utf-8")
    folder.change('file = ""', 'file = "school.json"\nstaff = ["Mrs Example"]')

    (fault,) = folder.faults()

    assert "school.file: is given, so staff can stand in that file only" in fault


def test_the_folder_of_a_model_must_be_there(folder: Folder) -> None:
    folder.change('toxicity = "built-in"', 'toxicity = "onnx:toxicity"')
    (fault,) = folder.faults()
    assert f"detectors.toxicity: {folder.config}/toxicity is no folder" in fault

    (folder.config / "toxicity").mkdir()
    assert folder.read().toxicity == f"onnx:{folder.config}/toxicity"


def test_a_folder_in_the_place_of_a_settings_file_is_told(folder: Folder) -> None:
    folder.policy.unlink()
    folder.policy.mkdir()
    assert folder.faults() == ["policy.toml: cannot be read: Is a directory"]
