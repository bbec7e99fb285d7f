"""A real mail server on this machine (aiosmtpd), with the faults that mail servers have."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from moderator.reports.mail import Mailer
from tests.reports.made import MAIL


@dataclass(frozen=True)
class Taken:
    """A letter that the server took, whether it said so or not."""

    recipient: str
    body: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.body, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


class PostOffice:
    """Takes letters into `taken`. `rcpt` and `data` say what the server answers instead, for as long as they are set."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.rcpt: Callable[[str], str] = lambda _address: ""
        self.data = ""  # "hang": never answers · "lose": takes the letter and hangs up · else the answer
        self._controller: Controller | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def open(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def mailer(self, timeout_s: float = 2.0) -> Mailer:
        return Mailer(replace(MAIL, host="127.0.0.1", port=self.port, timeout_s=timeout_s))

    async def handle_RCPT(  # noqa: N802  aiosmtpd names it so.
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data == "hang":
            await asyncio.sleep(30)
        body: Any = envelope.content
        taken = [Taken(recipient, bytes(body)) for recipient in envelope.rcpt_tos]
        if self.data not in ("", "lose"):
            return self.data
        self.taken += taken
        if self.data == "lose":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def __enter__(self) -> PostOffice:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
