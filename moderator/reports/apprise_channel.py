"""Any service that apprise knows (SMS, chat, phone): a sentence of counts in, yes or no out.

apprise is an optional extra. The addresses hold secrets, so a service is told by its number in the file and its kind.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from moderator.errors import ConfigError

TIMEOUT_S = 15.0


class Services:
    """The services of the credential file, numbered from 1."""

    def __init__(self, addresses: Sequence[str]) -> None:
        """Raises ConfigError where apprise is missing, or does not know an address."""
        self._notifiers = [_notifier(number, address) for number, address in enumerate(addresses, start=1)]
        self.kinds = tuple(address.partition("://")[0] for address in addresses)

    def __len__(self) -> int:
        return len(self._notifiers)

    def send(self, number: int, title: str, body: str) -> bool:
        """Whether the service took it. Nothing is raised."""
        if not 1 <= number <= len(self._notifiers):
            return False  # It was taken out of the file meanwhile.
        try:
            return bool(self._notifiers[number - 1].notify(title=title, body=body, timeout=TIMEOUT_S))
        except Exception:  # noqa: BLE001  A hundred vendors' plugins: whatever goes wrong, a letter goes in its place.
            return False


def _notifier(number: int, address: str) -> Any:
    try:
        apprise = importlib.import_module("apprise")
    except ImportError:
        raise ConfigError(
            "config/moderator.toml, alerts.services_file: other services need one more package. "
            "Install it with: .venv/bin/pip install --no-deps --require-hashes -r requirements/apprise.txt"
        ) from None
    notifier = apprise.Apprise()
    if not notifier.add(address):
        raise ConfigError(
            f"config/moderator.toml, alerts.services_file: address {number} in that file is none that apprise knows. "
            "See https://github.com/caronc/apprise/wiki"
        )
    return notifier
