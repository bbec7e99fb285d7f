"""A school that watches the street: the day it has, and a config folder with the sandbox as the vendors' host."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit

from moderator.errors import ConfigError
from moderator.sandbox.server import Sandbox
from moderator.settings import Settings
from moderator.settings.roll_file import import_roll

POLL_EVERY_S = 2
NATIVE_IDS = {"x": "1111111111111111111", "youtube": "UCsandboxschool0000000000", "instagram": "17841400000000001"}
AT_ANY_HOUR = """# As shipped, but for one thing: this school day looks the same at night, when nobody is on duty.
[duty]
off_duty_lowers_hide_by = 0.0
"""


def load_day() -> dict[str, Any]:
    day: dict[str, Any] = json.loads((files("moderator.sandbox") / "day.json").read_text(encoding="utf-8"))
    return day


def write_config(folder: Path, sandbox: Sandbox, day: dict[str, Any]) -> Path:
    """Write a config folder like a school's into `folder`, with the sandbox as the vendors' host; returns the config folder."""
    config, state = folder / "config", folder / "state"
    if config.exists():
        raise ConfigError(f"{config} is there already. Choose a folder that is not, or delete it first.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        state.mkdir(mode=0o700)
        (state / "credentials").mkdir(mode=0o700)
        config.mkdir()
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written to: {error.strerror}.") from error
    bases = {"x": sandbox.x_base, "youtube": sandbox.youtube_base, "instagram": sandbox.instagram_base}
    handles = day["school"]["official_accounts"]
    document = {
        "mode": "auto",
        "state_dir": str(state),
        "school": {"id": "demo", "name": day["school"]["name"], "file": str(config / "school.json")},
        "acting": {"act_every_s": 1},
        "log": {"format": "json"},
        "accounts": [
            {
                "id": platform,
                "platform": platform,
                "handle": handles[platform],
                "native_id": NATIVE_IDS[platform],
                "credentials": f"{platform}.json",
                "api_base": base,
                "poll_every_s": POLL_EVERY_S,
            }
            for platform, base in bases.items()
        ],
    }
    (config / "moderator.toml").write_text(tomlkit.dumps(document), encoding="utf-8")
    (config / "policy.toml").write_text(AT_ANY_HOUR, encoding="utf-8")
    (config / "school.json").write_text(json.dumps(day["school"]), encoding="utf-8")
    for platform in bases:
        sandbox.world.open_account(platform, handle=handles[platform], native_id=NATIVE_IDS[platform])
        secret = state / "credentials" / f"{platform}.json"
        secret.touch(mode=0o600)
        secret.write_text(json.dumps(sandbox.credentials(platform)), encoding="utf-8")
    return config


def write_roll(settings: Settings, day: dict[str, Any]) -> None:
    """Import the day's pupils as a school would, from a CSV file that is deleted afterwards."""
    table = settings.state_dir / "pupils.csv"
    columns = ("first_name", "last_name", "known_as", "class", "photo_consent")
    rows = [",".join(str(pupil[column]) for column in columns) for pupil in day["pupils"]]
    table.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    import_roll(settings, table, datetime.now(UTC))
    table.unlink()
