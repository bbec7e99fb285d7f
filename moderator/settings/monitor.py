"""Where the school's monitoring may ask how things stand: the [monitor] table of moderator.toml. Off until somebody sets it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from moderator.errors import ConfigError
from moderator.settings.documents import Document
from moderator.settings.faults import Fault
from moderator.settings.forms import Form
from moderator.settings.web import listening

LISTEN = r"^(|/[^\x00-\x1f\x7f]+|(127\.0\.0\.1|\[::1\]|localhost):[0-9]{1,5})$"


class MonitorForm(Form):
    listen: str = Field(
        default="",
        pattern=LISTEN,
        description='"", an address of this machine and a port such as 127.0.0.1:9464, or the whole path of a Unix socket',
    )


@dataclass(frozen=True, slots=True)
class MonitorSettings:
    """A host and port, or a Unix socket; off while there is neither."""

    host: str = ""
    port: int = 0
    socket: Path | None = None

    @property
    def on(self) -> bool:
        return bool(self.host or self.socket)

    @property
    def where(self) -> str:
        return str(self.socket) if self.socket else f"{self.host}:{self.port}"


def place_of(listen: str) -> MonitorSettings:
    """What was typed. Raises ConfigError where it is no place on this machine."""
    place = MonitorSettings(*listening(listen)) if listen and re.fullmatch(LISTEN, listen) else None
    if place is None or place.port > 65535:
        what = "an address of this machine and a port such as 127.0.0.1:9464, or the whole path of a Unix socket"
        raise ConfigError(f"--listen {listen}: must be {what}.")
    return place


def read_monitor(document: Document, form: MonitorForm, faults: list[Fault]) -> MonitorSettings:
    """The table; what is wrong with it is added to `faults`."""
    if not form.listen:
        return MonitorSettings()
    host, port, socket = listening(form.listen)
    if port > 65535:
        faults.append(document.fault(("monitor", "listen"), f"{port} is no port; the highest is 65535"))
    return MonitorSettings(host, port, socket)
