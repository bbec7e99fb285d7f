"""The school's files -> one checked `Settings`. The only reader of configuration, credentials and environment."""

from moderator.settings.credentials import credentials_folder
from moderator.settings.policy_file import read_policy, reread_policy
from moderator.settings.read import read_settings
from moderator.settings.values import AccountSettings, RollPlace, Settings

__all__ = [
    "AccountSettings",
    "RollPlace",
    "Settings",
    "credentials_folder",
    "read_policy",
    "read_settings",
    "reread_policy",
]
