"""A mail server on the loopback that speaks as much IMAP4rev1 as a reader of one folder needs, over real TLS or without.

A library with such a server that is still looked after was not found. What goes wrong is told in plain verbs, as on the
other streets.
"""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "moderation@valewood.example", "an-invented-password"
RECEIVED = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)


@dataclass
class Mail:
    uid: int
    raw: bytes
    received_at: datetime = RECEIVED


@dataclass
class State:
    """The folder INBOX, and what goes wrong."""

    mails: list[Mail] = field(default_factory=list)
    validity: int = 7
    next_uid: int = 1
    limited: bool = False
    broken: bool = False
    odd: dict[str, list[str]] = field(default_factory=dict)
    """What commands that begin so are answered with instead, line by line; {tag} is the command's own, no line is the end."""
    commands: list[str] = field(default_factory=list)  # in words, without what follows LOGIN
    connections: int = 0


class ImapServer:
    """`with ImapServer(folder) as server:` listens on 127.0.0.1; `folder` is for its certificate."""

    def __init__(self, folder: Path | None = None) -> None:
        self.state = State()
        self.password = PASSWORD
        self._tls = None if folder is None else certificate(folder)

    def __enter__(self) -> ImapServer:
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.state.connections += 1
                stream = outer._secured(self.request)
                if stream is not None:
                    Session(outer, stream).serve()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def trusting(self) -> ssl.SSLContext:
        """What a client needs that trusts this server and no other."""
        assert self._tls is not None
        return ssl.create_default_context(cafile=str(self._tls[0]))

    def receives(self, raw: bytes, received_at: datetime = RECEIVED) -> Mail:
        mail = Mail(self.state.next_uid, raw, received_at)
        self.state.next_uid += 1
        self.state.mails.append(mail)
        return mail

    def forgets_its_numbers(self) -> None:
        """The folder was put back from a backup: every mail has another uid."""
        self.state.validity += 1
        for number, mail in enumerate(self.state.mails, start=100):
            mail.uid = number
        self.state.next_uid = 100 + len(self.state.mails)

    def _secured(self, connection: object) -> BinaryIO | None:
        if self._tls is None:
            return connection.makefile("rwb", buffering=0)  # type: ignore[attr-defined,no-any-return]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._tls)
        try:
            return context.wrap_socket(connection, server_side=True).makefile("rwb")  # type: ignore[arg-type,return-value]
        except (ssl.SSLError, OSError):
            return None


class Session:
    """One connection."""

    def __init__(self, server: ImapServer, stream: BinaryIO) -> None:
        self._server, self._stream, self._state = server, stream, server.state

    def serve(self) -> None:
        self._say("* OK ready")
        try:
            while line := self._stream.readline(65_536):
                tag, _, rest = line.decode("latin-1").strip().partition(" ")
                word = rest.split(" ")[0].upper()
                self._state.commands.append(rest if word != "LOGIN" else word)
                if self._state.broken and word != "LOGOUT":
                    return  # It breaks off in the middle, as a server does that falls over.
                odd = next((said for words, said in self._state.odd.items() if rest.upper().startswith(words)), None)
                if odd == []:
                    return
                for said in odd or []:
                    self._say(said.format(tag=tag))
                if odd is None:
                    self._answer(tag, rest)
                if word == "LOGOUT":
                    return
        except OSError:
            return

    def _answer(self, tag: str, rest: str) -> None:
        words = rest.upper().split(" ")
        if words[0] == "LOGIN":
            good = rest.split(" ", 1)[1] == f'{USER} "{self._server.password}"'
            self._say(f"{tag} OK done" if good else f"{tag} NO [AUTHENTICATIONFAILED] wrong user or password")
        elif self._state.limited and words[0] not in ("CAPABILITY", "LOGOUT"):
            self._say(f"{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits")
        elif words[0] == "CAPABILITY":
            self._say("* CAPABILITY IMAP4rev1")
            self._say(f"{tag} OK done")
        elif words[0] == "EXAMINE" and rest.split(" ")[1].strip('"') == "INBOX":
            self._say(f"* {len(self._state.mails)} EXISTS")
            self._say(f"* OK [UIDVALIDITY {self._state.validity}] valid")
            self._say(f"{tag} OK [READ-ONLY] done")
        elif words[0] == "LOGOUT":
            self._say("* BYE")
            self._say(f"{tag} OK done")
        elif words[:2] == ["UID", "SEARCH"]:
            self._say("* SEARCH " + " ".join(str(mail.uid) for mail in self._found(words[2:])))
            self._say(f"{tag} OK done")
        elif words[:2] == ["UID", "FETCH"]:
            self._fetch(words[2], rest.split(" ", 3)[3])
            self._say(f"{tag} OK done")
        else:
            self._say(f"{tag} NO not here")

    def _found(self, criteria: list[str]) -> list[Mail]:
        if criteria[0] == "SINCE":
            day = datetime.strptime(criteria[1], "%d-%b-%Y").replace(tzinfo=UTC)
            return [mail for mail in self._state.mails if mail.received_at >= day]
        first = int(criteria[1].split(":")[0])
        newer = [mail for mail in self._state.mails if mail.uid >= first]
        return newer or self._state.mails[-1:]  # "n:*" always holds the last one.

    def _fetch(self, uids: str, items: str) -> None:
        asked = {int(uid) for uid in uids.split(",")}
        for number, mail in enumerate(self._state.mails, start=1):
            if mail.uid not in asked:
                continue
            if "BODY.PEEK" not in items:
                when = mail.received_at.strftime("%d-%b-%Y %H:%M:%S +0000")
                size = len(mail.raw)
                self._say(f'* {number} FETCH (UID {mail.uid} RFC822.SIZE {size} INTERNALDATE "{when}")')
                continue
            limit = int(re.search(r"<0\.(\d+)>", items)[1])  # type: ignore[index]
            part = mail.raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" if "HEADER" in items else mail.raw
            content = part[:limit]
            self._stream.write(f"* {number} FETCH (UID {mail.uid} BODY[]<0> {{{len(content)}}}\r\n".encode())
            self._stream.write(content + b")\r\n")
            self._stream.flush()

    def _say(self, line: str) -> None:
        self._stream.write(f"{line}\r\n".encode())
        self._stream.flush()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "imap-certificate.pem", folder / "imap-key.pem"
    paths[0].write_bytes(built.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
