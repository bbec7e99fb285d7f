"""Who really sent a mail, as the school's own mail server found out and wrote down in Authentication-Results.

Only a header that names a trusted server counts: anybody may write such a header, and a server takes out those that bear its
own name before it adds the true one at the top (https://www.rfc-editor.org/rfc/rfc8601#section-5, read 2026-11-22).
authres, the one library for it, was last released in 2019; the few words needed are read here, and anything odd proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

LONGEST_HEADER = 4_000
_COMMENT = re.compile(r"\([^()\\]*\)")
_PLAIN = re.compile(r"[\x20-\x7e]*")
_METHOD = re.compile(r"(?P<method>[a-z0-9-]+)(?:\s*/\s*\d+)?\s*=\s*(?P<result>[a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"(?P<type>[a-z]+)\s*\.\s*(?P<name>[a-z0-9_-]+)\s*=\s*(?P<value>[^\s;]+)", re.IGNORECASE)
PROOFS = {"dmarc": ("header.from",), "dkim": ("header.d", "header.i")}
"""By method, the properties that say for which domain it passed. SPF alone proves who forwarded a mail, not who wrote it."""


def proven_domains(headers: Sequence[str], trusted: Iterable[str]) -> frozenset[str]:
    """The domains for which the topmost result of a trusted server says that the mail is theirs.

    `headers` are the values of Authentication-Results, top to bottom, as they stand in the mail.
    """
    names = {name.strip().lower() for name in trusted}
    for header in headers:
        server, results = _parsed(header)
        if server in names:
            return frozenset(_passed(results))
    return frozenset()


def is_of(domain: str, owners: Iterable[str]) -> bool:
    """Whether a domain is one of these or below one: "mail.classdojo.com" is of "classdojo.com"."""
    return any(domain == owner or domain.endswith(f".{owner}") for owner in owners)


def _parsed(header: str) -> tuple[str, list[str]]:
    """The server's name and its results; no results where the header is too long or holds what should not stand there."""
    one_line = " ".join(header.split())
    if len(one_line) > LONGEST_HEADER or not _PLAIN.fullmatch(one_line):
        return _COMMENT.sub(" ", one_line[:LONGEST_HEADER]).partition(";")[0].strip().lower(), []
    while (without := _COMMENT.sub(" ", one_line)) != one_line:
        one_line = without
    server, *results = one_line.split(";")
    if '"' in one_line or "(" in one_line or ")" in one_line:
        results = []  # Quoted words could hold what looks like a result.
    # A number may follow the name: the version of the form.
    return next(iter(server.lower().split()), ""), results


def _passed(results: Iterable[str]) -> Iterable[str]:
    for result in results:
        method = _METHOD.match(result.strip())
        if method is None or method["result"].lower() != "pass":
            continue
        wanted = PROOFS.get(method["method"].lower(), ())
        for found in _PROPERTY.finditer(result):
            if f"{found['type']}.{found['name']}".lower() in wanted:
                yield found["value"].lower().rpartition("@")[2].strip(".")
