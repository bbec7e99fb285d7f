"""Mails from anybody: what they tell, who is believed, and that the hostile ones cost nothing and harm nothing."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from moderator.domain import Account, Author
from moderator.errors import LoginExpired, QuotaSpent, Refused, Unavailable
from moderator.platforms.base import Page, Start
from moderator.platforms.byhand.adapter import ByHand
from moderator.platforms.byhand.letter import NotALetter, open_letter
from moderator.platforms.byhand.mailbox import MailboxAddress
from moderator.platforms.byhand.notices import comment_in
from moderator.platforms.byhand.sender import proven_domains
from tests.conftest import NOON
from tests.platforms.byhand_street import TRUST, sample
from tests.platforms.imap_server import PASSWORD, USER, ImapServer

SERVERS = ("mx.valewood.example",)
START = Start(None, NOON - timedelta(days=7))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ImapServer]:
    with ImapServer(tmp_path) as server:
        yield server


def read(server: ImapServer, feed: str = "mailbox", start: Start = START, **change: object) -> list[Page]:
    address = MailboxAddress("127.0.0.1", USER, PASSWORD, server.port, timeout_s=5.0, **change)  # type: ignore[arg-type]
    place = ByHand(
        Account("dojo", "classdojo", "Valewood Primary"), mailbox=address, trust=TRUST, tls=server.trusting()
    )
    return list(place.fetch(feed, start, NOON))


def one(server: ImapServer, raw: bytes) -> Page:
    server.receives(raw)
    [page] = read(server)
    return page


@pytest.mark.parametrize("kind", ["classdojo_plain", "classdojo_html", "forwarded_gmail"])
def test_each_kind_of_mail_tells_who_wrote_what_and_where(server: ImapServer, kind: str) -> None:
    page = one(server, sample(kind, "k1", "Zoë O’Hara", "What a day! 🎉"))
    [comment] = page.comments
    assert (comment.text, comment.author.display_name) == ("What a day! 🎉", "Zoë O’Hara")
    assert [post.text.replace("’", "'") for post in page.posts] == ["Team 2's Class Story"]
    assert comment.post_native_id == page.posts[0].native_id
    assert comment.url == "https://teach.classdojo.com/#/classes/5f2/story/k1"
    assert comment.posted_at <= NOON


def test_a_comment_that_ends_the_mail_by_itself_hides_nothing(server: ImapServer) -> None:
    text = "Lovely!\nView comment: https://teach.classdojo.com/x\nThe rest must be read as well"
    [comment] = one(server, sample("classdojo_plain", "k1", text=text)).comments
    assert comment.text == text


def test_a_mail_that_speaks_of_a_comment_in_other_words_is_read_whole(server: ImapServer) -> None:
    raw = sample("classdojo_plain", "k1").replace(b"commented on your post", b"has left you a new comment")
    [comment] = one(server, raw).comments
    assert "Lovely work everyone!" in comment.text
    assert comment.author.native_id == ""


def test_a_mail_that_tells_of_no_comment_is_left_alone_and_counted(server: ImapServer) -> None:
    raw = sample("classdojo_plain", "k1").replace(b"comment", b"point")
    page = one(server, raw)
    assert (page.comments, page.broken) == ((), ())
    assert page.note == "mails that tell of no comment by others: 1"


def test_what_the_school_itself_wrote_is_left_out(server: ImapServer) -> None:
    assert one(server, sample("classdojo_plain", "k1", "valewood  PRIMARY")).comments == ()


def nested(depth: int) -> bytes:
    head = b"From: hello@classdojo.com\r\nMessage-ID: <n@x>\r\n"
    parts = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number) for number in range(depth)
    )
    return head + parts + b"Content-Type: text/plain\r\n\r\nhello"


HOSTILE = {
    "larger than 1 MB": b"Message-ID: <big@x>\r\nSubject: big\r\n\r\n" + b"x" * 3_000_000,
    "headers without end": b"Message-ID: <h@x>\r\n" + b"X-Filler: aaaaaaaaaaaaaaa\r\n" * 20_000,
    "ten thousand parts inside each other": nested(10_000),
    "nineteen parts inside each other": nested(19),
    "five hundred parts side by side": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 500,
    "a From without end": b"From: " + b"(" * 50_000 + b"\r\n\r\nx",
    "an empty mail": b"\r\n",
    "only NUL": b"\x00" * 5_000,
    "HTML of open comments": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 70_000,
    "HTML of open brackets": b"Content-Type: text/html\r\n\r\n" + b"<" * 290_000,
    "HTML of open tags": b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 30_000,
    "HTML of deep tags": b"Content-Type: text/html\r\n\r\n" + b"<style>" + b"<div>" * 50_000,
    "HTML of character references": b"Content-Type: text/html\r\n\r\n" + b"&#x" * 90_000,
    "HTML of declarations": b"Content-Type: text/html\r\n\r\n" + b"<![CDATA[" * 30_000,
    "a codec that is no text": b"Content-Type: text/plain; charset=zip\r\n\r\n\xff\xfe",
    "a subject of broken words": b"Subject: " + b"=?utf-8?q?=ff" * 500 + b"\r\n\r\nx",
    "HTML longer than any notification": b"Content-Type: text/html\r\n\r\n" + b"<p>x</p>" * 40_000,
    "base64 that is none": b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"!" * 900_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_mail_is_set_aside_and_holds_up_nothing(server: ImapServer, kind: str) -> None:
    server.receives(HOSTILE[kind])
    server.receives(sample("classdojo_plain", "k1", text="after it"))
    began = time.process_time()
    [page] = read(server)
    assert time.process_time() - began < 5
    assert [comment.text for comment in page.comments] == ["after it"]
    assert len(page.broken) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"charset=iso-8859-1\r\n\r\nCaf\xe9 commented on a story:\r\nna\xefve", "naïve"),
        (b"charset=utf-8\r\n\r\nPat commented on a story:\r\nbad \xff byte", "bad \ufffd byte"),
        (b"charset=nonsense\r\n\r\nPat commented on a story:\r\nplain", "plain"),
        (b"charset=punycode\r\n\r\nPat commented on a story:\r\nplain", "plain"),
        (b"charset=utf-8\r\n\r\nPat commented on a story:\r\nnul \x00 byte", "nul \x00 byte"),
    ],
)
def test_a_wrong_charset_costs_letters_and_never_the_comment(server: ImapServer, content: bytes, words: str) -> None:
    head = sample("classdojo_plain", "k1").split(b"MIME-Version")[0]
    [comment] = one(server, head + b"Content-Type: text/plain; " + content).comments
    assert comment.text == words


AR = "mx.valewood.example; "


@pytest.mark.parametrize(
    ("headers", "proven", "why"),
    [
        ([AR + "dmarc=pass header.from=classdojo.com"], {"classdojo.com"}, "the school's server says so"),
        ([AR.upper() + "DMARC=Pass header.From=ClassDojo.com"], {"classdojo.com"}, "small letters or not"),
        (["mx.valewood.example 1; dkim=pass header.i=@classdojo.com"], {"classdojo.com"}, "a version and a user"),
        ([AR + "dkim=pass (good; \r\n key) header.d=classdojo.com"], {"classdojo.com"}, "a comment with a semicolon"),
        (["other.example; dmarc=pass header.from=classdojo.com"], set(), "a server that nobody trusts"),
        (
            [AR + "dmarc=fail header.from=classdojo.com", AR + "dmarc=pass header.from=classdojo.com"],
            set(),
            "a forged one below the true one",
        ),
        (
            ["other.example; dmarc=none", AR + "dmarc=pass header.from=seesaw.me"],
            {"seesaw.me"},
            "an inner server above",
        ),
        ([AR + "spf=pass smtp.mailfrom=classdojo.com"], set(), "SPF alone proves no author"),
        ([AR + "dkim=fail (dkim=pass header.d=classdojo.com)"], set(), "a pass inside a comment"),
        ([AR + 'dkim=fail reason="; dkim=pass header.d=classdojo.com"'], set(), "a pass inside quoted words"),
        ([AR + "dkim=fail reason=dkim=pass header.d=classdojo.com"], set(), "a pass behind a failure"),
        ([AR + "none"], set(), "nothing was looked at"),
        ([], set(), "no header at all"),
        (["mx.valewood.example.evil; dmarc=pass header.from=classdojo.com"], set(), "a longer name"),
        ([AR + "dmarc=pass header.from=classdojo.com; " + "x" * 5_000], set(), "too long to be true"),
        ([AR + "dmarc=pass header.from=classdоjo.com"], set(), "a Cyrillic letter"),
    ],
)
def test_only_what_the_trusted_server_found_counts(headers: list[str], proven: set[str], why: str) -> None:
    assert proven_domains(headers, SERVERS) == proven, why


@pytest.mark.parametrize(
    "sender",
    [
        "From: ClassDojo <hello@classdojo.com>\r\nFrom: evil@evil.example",
        "From: ClassDojo <hello@classdojo.com>, evil@evil.example",
        "From: ClassDojo hello@classdojo.com <evil@evil.example>",
        "From: hello@classdojo.com@evil.example",
        "From: (hello@classdojo.com)",
    ],
)
def test_a_mail_with_two_senders_or_none_has_no_domain_that_could_be_believed(sender: str) -> None:
    assert open_letter(f"{sender}\r\n\r\nx".encode()).domain != "classdojo.com"


def test_a_sweep_finds_what_was_moved_in_late_and_leaves_the_cursor_where_it_is(server: ImapServer) -> None:
    server.receives(sample("classdojo_plain", "k1"))
    [page] = read(server)
    assert page.cursor == "7:1"
    server.receives(sample("classdojo_plain", "k2"))
    [new] = read(server, start=Start(page.cursor, START.since))
    assert (len(new.comments), new.cursor) == (1, "7:2")
    [swept] = read(server, "mailbox_sweep", Start(new.cursor, START.since))
    assert (len(swept.comments), swept.cursor) == (2, None)


def test_the_mailbox_is_read_and_never_changed(server: ImapServer) -> None:
    for number in range(45):
        server.receives(sample("classdojo_plain", f"k{number}"))
    pages = read(server)
    assert [len(page.comments) for page in pages] == [20, 20, 5]
    assert {command.split()[0] for command in server.state.commands} <= {
        "CAPABILITY",
        "LOGIN",
        "EXAMINE",
        "UID",
        "LOGOUT",
    }
    assert not any("STORE" in command or "BODY[" in command for command in server.state.commands)


def test_a_server_that_does_not_prove_who_it_is_gets_no_password(server: ImapServer) -> None:
    address = MailboxAddress("127.0.0.1", USER, PASSWORD, server.port, timeout_s=5.0)
    place = ByHand(Account("dojo", "classdojo", "Valewood Primary"), mailbox=address, tls=ssl.create_default_context())
    with pytest.raises(Unavailable, match="does not prove who it is"):
        place.check(NOON)
    assert server.state.commands == []


def test_a_wrong_password_calls_a_person_and_is_not_repeated(server: ImapServer) -> None:
    server.password = "another"
    with pytest.raises(LoginExpired, match="mail_password_file") as told:
        read(server)
    assert PASSWORD not in str(told.value)


def test_a_folder_that_is_not_there_is_told_with_its_setting(server: ImapServer) -> None:
    with pytest.raises(Refused, match=r'no folder "Dojo".*mail_folder'):
        read(server, folder="Dojo")


def test_a_mail_without_an_id_is_still_the_same_mail(server: ImapServer) -> None:
    raw = b"\r\n".join(line for line in sample("classdojo_plain", "k1").split(b"\r\n") if b"Message-ID" not in line)
    first, again = one(server, raw).comments[0], read(server)[0].comments[0]
    assert first.id == again.id


@pytest.mark.parametrize(
    "raw", [b"Subject: =?utf-8?b?////?=\r\n\r\nx", b"Date: Mon, 99 Foo 2026\r\n\r\nx", b"\xff\xfe\r\n\r\n\xff"]
)
def test_an_odd_header_is_read_as_far_as_it_goes(raw: bytes) -> None:
    assert open_letter(raw).sent_at is None


def test_more_than_fits_is_told_without_the_words() -> None:
    with pytest.raises(NotALetter, match="its text is too long"):
        open_letter(b"Subject: x\r\n\r\n" + b"secret " * 10_000)


def test_a_strangers_link_is_not_kept() -> None:
    told = comment_in("classdojo.com", "", "Pat commented on a story:\nhi\nView comment: https://evil.example/", [])
    assert told is not None
    assert told.url == ""


def test_other_parts_of_a_mail_are_left_alone(server: ImapServer) -> None:
    head, _, words = sample("classdojo_plain", "k1", text="the first words count").partition(b"MIME-Version")
    told = words.split(b"\r\n\r\n", 1)[1]
    parts = (
        b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nPat commented on a story:\r\nattached",
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR",
        b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + told,
        b"Content-Type: text/plain\r\n\r\nPat commented on a story:\r\na second text",
        b"Content-Type: message/rfc822\r\n\r\nSubject: enclosed\r\n\r\nPat commented on a story:\r\nenclosed",
        b"Content-Type: message/rfc822",
    )
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    raw = head + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + body
    [comment] = one(server, raw).comments
    assert comment.text == "the first words count"


def test_a_mail_larger_than_its_server_said_is_not_taken_apart() -> None:
    with pytest.raises(NotALetter, match="larger than 1 MB"):
        open_letter(b"Subject: x\r\n\r\n" + b"x" * 1_000_000)


@pytest.mark.parametrize(
    "quoted",
    [
        b"---------- Forwarded message ---------\r\nSee below, please.",
        b"---------- Forwarded message ---------\r\n\r\nFrom: ClassDojo <hello@classdojo.com>\r\nSubject: a comment",
        b"Pat commented on your post, it says.",
    ],
    ids=["no fields", "no words", "nothing inside"],
)
def test_a_forwarded_mail_without_a_notification_inside_is_set_aside(server: ImapServer, quoted: bytes) -> None:
    raw = sample("forwarded_gmail", "k1").split(b"Please look at this one")[0] + quoted + b"\r\n"
    [broken] = one(server, raw).broken
    assert broken.reason == "it is not proven who sent the mail"


def test_a_strangers_mail_is_set_aside_though_it_is_proven_to_be_his(server: ImapServer) -> None:
    raw = sample("classdojo_plain", "k1").replace(b"classdojo.com", b"stranger.example")
    [broken] = one(server, raw).broken
    assert broken.reason == "it is not proven who sent the mail"


def test_a_notification_without_words_between_its_lines_is_told_whole(server: ImapServer) -> None:
    [comment] = one(server, sample("classdojo_plain", "k1", text="").replace(b'""', b"")).comments
    assert "commented on your post in Team 2's Class Story" in comment.text


def test_a_link_that_is_no_address_is_passed_over() -> None:
    links = ["https://[broken", "https://teach.classdojo.com/#/k1"]
    told = comment_in("classdojo.com", "", "Pat commented on a story:\nhi\nView comment", links)
    assert told is not None
    assert told.url == "https://teach.classdojo.com/#/k1"


# --- servers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "said", "expected"),
    [
        ("LOGIN", [], Unavailable),
        ("LOGIN", ["{tag} NO [UNAVAILABLE] come back later"], Unavailable),
        ("LOGIN", ["{tag} NO [LIMIT] too many connections"], QuotaSpent),
        ("EXAMINE", ["{tag} NO [OVERQUOTA] too much"], QuotaSpent),
        ("UID SEARCH", ["{tag} NO not now"], Unavailable),
        ("UID FETCH", ["{tag} NO [LIMIT] too much"], QuotaSpent),
    ],
)
def test_what_a_server_does_not_do_now_is_asked_again(
    server: ImapServer, command: str, said: list[str], expected: type[Exception]
) -> None:
    server.receives(sample("classdojo_plain", "k1"))
    server.state.odd = {command: said}
    with pytest.raises(expected):
        read(server)
    server.state.odd = {}
    assert len(read(server)[0].comments) == 1


def test_what_nobody_asked_for_and_a_mail_deleted_meanwhile_are_passed_over(server: ImapServer) -> None:
    server.receives(sample("classdojo_plain", "k1"))
    stranger = ["* 9 FETCH (UID 99 RFC822.SIZE 10)", "* 8 FETCH (FLAGS (\\Seen))"]
    size = len(server.state.mails[0].raw)
    told = [*stranger, f"* 1 FETCH (UID 1 RFC822.SIZE {size})", "{tag} OK done"]
    server.state.odd = {"UID FETCH 1 (UID RFC822.SIZE": told, "UID FETCH 1 (UID BODY": ["{tag} OK gone"]}
    [page] = read(server)
    assert (page.comments, page.broken, page.cursor) == ((), (), "7:1")


def test_a_mail_whose_time_the_server_does_not_tell_counts_as_old(server: ImapServer) -> None:
    raw = server.receives(sample("classdojo_plain", "k1")).raw
    server.state.odd = {"UID FETCH 1 (UID RFC822.SIZE": [f"* 1 FETCH (UID 1 RFC822.SIZE {len(raw)})", "{tag} OK done"]}
    [comment] = read(server)[0].comments
    assert comment.posted_at.year == 1970


def test_a_server_on_this_machine_may_be_read_without_tls() -> None:
    with ImapServer() as server:
        server.receives(sample("classdojo_plain", "k1"))
        address = MailboxAddress("127.0.0.1", USER, PASSWORD, server.port, security="none", timeout_s=5.0)
        place = ByHand(Account("dojo", "classdojo", "Valewood Primary"), mailbox=address, trust=TRUST)
        [page] = place.fetch("mailbox", START, NOON)
    assert len(page.comments) == 1


def test_a_place_with_a_folder_alone_has_no_mailbox_to_ask(tmp_path: Path) -> None:
    place = ByHand(Account("dojo", "classdojo", "Valewood Primary"), folder=tmp_path / "drop")
    [warning] = place.check(NOON).warnings
    assert warning.endswith("is not there. Make it, and let the daemon write to it.")
    (tmp_path / "drop").mkdir()
    assert place.check(NOON).warnings == ()
    assert list(place.fetch("mailbox", START, NOON)) == []
    assert place.is_blocked(Author("7"), NOON) is None
