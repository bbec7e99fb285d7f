"""The link that lets somebody in, and the code on paper: each once, for a time, and told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from moderator.policy.authority import Role
from moderator.settings.alerts import OnCall
from moderator.settings.mail import Person as Recipient
from moderator.store import mails, users
from moderator.web.site import Site
from moderator.web.welcome import let_in_by_code
from tests.conftest import MINUTE
from tests.web.office import NAMES, Office, open_office
from tests.web.visit import code_on, invited, settled, visit

SECOND = timedelta(seconds=1)


def test_a_link_works_once_and_for_a_quarter_of_an_hour(office: Office) -> None:
    link = invited(office)
    path = link.removeprefix(office.url)
    assert visit(office).settle(link).status_code == 200
    again = visit(office)
    assert again.get(path).status_code == 410
    assert again.post(f"{path}/options").status_code == 410
    assert again.post(path, credential="{}").status_code == 410
    late = invited(office)
    office.later(15 * MINUTE - SECOND)
    assert visit(office).get(late.removeprefix(office.url)).status_code == 200
    office.later(SECOND)
    assert visit(office).get(late.removeprefix(office.url)).status_code == 410


def test_two_who_open_the_same_link_do_not_both_get_in(office: Office) -> None:
    link = invited(office)
    path = link.removeprefix(office.url)
    quick, slow = visit(office), visit(office)
    answers = [each.device.make(each.options(path)) for each in (quick, slow)]
    assert quick.post(path, credential=answers[0]).status_code == 200
    assert slow.post(path, credential=answers[1]).status_code == 410
    assert not slow.is_signed_in()


def test_a_newer_link_replaces_an_older_one(office: Office) -> None:
    older, newer = invited(office), invited(office)
    assert visit(office).get(older.removeprefix(office.url)).status_code == 410
    assert visit(office).get(newer.removeprefix(office.url)).status_code == 200


def test_the_code_on_paper_opens_one_thing_once_and_ends_every_other_session(office: Office) -> None:
    head = visit(office)
    code = code_on(head.settle(invited(office)))
    lost = visit(office)
    typed = " ".join(code[at : at + 3].lower() for at in range(0, 24, 3))
    reply = lost.post("/recover", code=typed.replace("0", "o"))
    assert reply.status_code == 303
    assert not head.is_signed_in()
    assert not lost.is_signed_in()  # Not before there is a passkey.
    page = lost.settle(office.url + reply.headers["location"])
    assert lost.is_signed_in()
    assert code_on(page) != code
    assert "lost" in page.text
    again = visit(office).post("/recover", code=code)
    assert again.status_code == 403
    assert "works once only" in again.text
    assert visit(office).post("/recover", code="000-000").status_code == 403


def test_whoever_answers_for_the_school_is_told_by_letter_that_a_code_was_used(office: Office) -> None:
    code = code_on(visit(office).settle(invited(office)))
    head, lead = (Recipient(name, f"{name}@school.example") for name in ("head", "lead"))
    contacts = {OnCall.HEAD: head, OnCall.DEPUTY: head, OnCall.SAFEGUARDING_LEAD: lead}
    alerts = replace(office.settings.alerts, enabled=True, contacts=contacts)
    site = Site(replace(office.settings, alerts=alerts), office.database, office.url, lambda: office.now)
    assert let_in_by_code(site, "000") is None
    assert let_in_by_code(site, code) is not None
    with office.database.reading() as tx:
        letters = mails.due(tx, office.now)
    assert [letter.recipient for letter in letters] == ["head@school.example", "lead@school.example"]
    body = letters[0].body.decode()
    assert "Subject: A recovery code was used" in body
    assert "Mrs Ravenscroft" in body
    assert code not in body.replace("-", "")


def test_whoever_answers_for_the_school_is_told_that_somebody_made_a_link_for_a_user(tmp_path: Path) -> None:
    more = """
[mail]
host = "localhost"
sender = "moderation@school.example"
reply_to = "office@school.example"
[alerts]
enabled = true
head = "head@school.example"
"""
    with open_office(tmp_path, more) as office:
        head, deputy = settled(office), settled(office, Role.DEPUTY)
        with office.database.reading() as tx:
            user = users.find(tx, NAMES[Role.HEAD])
        assert user is not None
        assert deputy.post(f"/users/{user.id}/invite", csrf=deputy.csrf("/me")).status_code == 200
        with office.database.reading() as tx:
            (letter,) = [each for each in mails.due(tx, office.now) if b"A new device may be let in" in each.body]
        assert letter.recipient == "head@school.example"
        assert NAMES[Role.DEPUTY].encode() in letter.body
        assert head.is_signed_in()


def test_a_code_that_was_replaced_opens_nothing(office: Office) -> None:
    head = visit(office)
    old = code_on(head.settle(invited(office)))
    new = code_on(head.post("/me/code", csrf=head.csrf("/me")))
    assert visit(office).post("/recover", code=old).status_code == 403
    assert visit(office).post("/recover", code=new).status_code == 303
