"""Signing in by passkey: who is let in, who is not, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from moderator.policy.authority import Role
from moderator.settings.alerts import OnCall
from moderator.settings.mail import Person as Recipient
from moderator.store import mails, passkeys, sessions, users
from moderator.store.passkeys import Passkey
from moderator.web.access import COOKIE
from moderator.web.site import Site
from moderator.web.welcome import let_in_by_code
from tests.conftest import MINUTE
from tests.web.authenticator import Device
from tests.web.office import NAMES, Office, open_office
from tests.web.visit import Visit, code_on, invited, settled, visit

SECOND = timedelta(seconds=1)


def kept(office: Office, one: Visit) -> Passkey:
    """The passkey of this browser as the store has it."""
    with office.database.reading() as tx:
        found = passkeys.find(tx, one.device.id)
    assert found is not None
    return found


def test_a_link_leads_to_a_passkey_a_code_and_the_page(office: Office) -> None:
    head = visit(office)
    link = invited(office)
    path = link.removeprefix(office.url)
    welcome = head.get(path)
    assert welcome.status_code == 200
    assert "Welcome, Mrs Ravenscroft" in welcome.text
    page = head.settle(link)
    assert "Please write this down" in page.text
    assert len(code_on(page)) == 24
    assert head.is_signed_in()
    assert "/push" in head.get("/welcome").text


def test_a_passkey_must_live_on_the_device_and_know_its_owner(office: Office) -> None:
    path = invited(office).removeprefix(office.url)
    options = visit(office).options(path)
    assert options["rp"]["id"] == "localhost"
    assert options["attestation"] == "none"
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    asked = visit(office).options("/sign-in")
    assert (asked["userVerification"], asked["allowCredentials"]) == ("required", [])


def test_without_a_script_the_page_says_what_it_needs(office: Office) -> None:
    for path in ("/sign-in", invited(office).removeprefix(office.url)):
        said = visit(office).get(path).text.partition("<noscript>")[2].partition("</noscript>")[0]
        assert "This needs JavaScript" in said


def test_signing_in_takes_a_passkey_and_nothing_else(office: Office) -> None:
    head = settled(office)
    head.cookies.clear()
    assert not head.is_signed_in()
    reply = head.sign_in(next="/me")
    assert (reply.status_code, reply.headers["location"]) == (303, "/me")
    assert head.is_signed_in()
    assert kept(office, head).sign_count == 1


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(office: Office, next_page: str) -> None:
    head = settled(office)
    assert head.sign_in(next=next_page).headers["location"] == "/"


def test_the_cookie_is_one_that_no_script_and_no_other_site_gets(office: Office) -> None:
    head = settled(office)
    (cookie,) = [each for each in head.set_cookies if each.startswith(COOKIE)]
    told = {each.strip().casefold() for each in cookie.split(";")[1:]}
    assert told == {"httponly", "secure", "samesite=strict", "path=/", "max-age=43200"}
    assert COOKIE.startswith("__Host-")
    assert len(head.token) >= 43  # 256 bits as base64url


LIES = {
    "another origin": {"origin": "https://moderator.evil.example"},
    "another site's passkey": {"host": "evil.example"},
    "nobody recognised by face or finger": {"verifies": False},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_what_does_not_prove_who_it_is_opens_nothing(office: Office, lie: dict[str, object]) -> None:
    head = settled(office)
    head.cookies.clear()
    true = head.device
    head.device = replace(true, **lie)  # type: ignore[arg-type]
    reply = head.sign_in()
    assert reply.status_code == 403
    assert "Please try again" in reply.text
    assert not head.is_signed_in()
    head.device = replace(true, count=5)
    assert head.sign_in().status_code == 303


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_no_passkey_is_made_that_does_not_prove_where_and_by_whom(office: Office, lie: dict[str, object]) -> None:
    link = invited(office)
    liar = visit(office)
    liar.device = replace(liar.device, **lie)  # type: ignore[arg-type]
    assert liar.settle(link).status_code == 403
    assert not liar.is_signed_in()
    honest = visit(office)
    assert honest.settle(link).status_code == 200  # The link was not used up.


def test_a_stolen_key_pair_under_a_known_name_signs_nobody_in(office: Office) -> None:
    head = settled(office)
    thief = visit(office)
    thief.device = replace(Device(office.url), credential_id=head.device.credential_id, handle=head.device.handle)
    assert thief.sign_in().status_code == 403
    assert not thief.is_signed_in()


def test_an_answer_is_taken_once(office: Office) -> None:
    head = settled(office)
    head.cookies.clear()
    answer = head.device.show(head.options("/sign-in"))
    cookies = dict(head.cookies)
    assert head.post("/sign-in", credential=answer).status_code == 303
    thief = Visit(office, head.device, cookies)
    reply = thief.post("/sign-in", credential=answer)
    assert reply.status_code == 403
    assert "sent twice" in reply.text
    assert not thief.is_signed_in()


def test_a_challenge_lives_five_minutes_and_serves_one_purpose_in_one_browser(office: Office) -> None:
    head = settled(office)
    late = head.device.show(head.options("/sign-in"))
    office.later(5 * MINUTE)
    assert head.post("/sign-in", credential=late).status_code == 403
    elsewhere = head.device.show(head.options("/sign-in"))
    assert visit(office).post("/sign-in", credential=elsewhere).status_code == 403
    csrf = head.csrf("/me")
    for_signing_in = head.device.show(head.options("/sign-in"))
    assert head.post("/confirm", credential=for_signing_in, csrf=csrf).status_code == 403


def test_a_counter_that_goes_back_is_a_copy_and_is_refused(office: Office) -> None:
    head = settled(office)
    assert head.sign_in().status_code == 303
    head.cookies.clear()
    head.device.count = 0
    assert head.sign_in().status_code == 403
    assert not head.is_signed_in()


@pytest.mark.parametrize("nonsense", ["", "x", "[]", "{}", '{"id": 7}', '{"id": "é"}', "[" * 20_000, '{"id": "AAAA"}'])
def test_nonsense_is_refused_kindly(office: Office, nonsense: str) -> None:
    one = visit(office)
    one.options("/sign-in")
    reply = one.post("/sign-in", credential=nonsense)
    assert reply.status_code == 403
    assert "<h1>Good to see you</h1>" in reply.text


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


def test_a_session_that_somebody_put_into_the_browser_is_not_the_one_that_is_signed_in(office: Office) -> None:
    deputy = settled(office, Role.DEPUTY)
    head = settled(office)
    head.cookies = {COOKIE: deputy.token}
    head.sign_in()
    assert head.token not in ("", deputy.token)
    assert not deputy.is_signed_in()
    assert NAMES[Role.HEAD] in head.get("/me").text


def test_a_stolen_cookie_is_worth_nothing_once_its_session_is_ended_elsewhere(office: Office) -> None:
    phone = settled(office)
    thief = Visit(office, phone.device, dict(phone.cookies))
    laptop = Visit(office, phone.device)
    laptop.sign_in()
    assert thief.is_signed_in()
    page = laptop.get("/me").text
    assert page.count("Sign out there") == 1
    laptop.post("/me/sessions/end", session=sessions.digest_of(phone.token), csrf=laptop.csrf("/me"))
    reply = thief.get("/me")
    assert (reply.status_code, reply.headers["location"]) == (303, "/sign-in?next=%2Fme")
    assert laptop.is_signed_in()


def test_nobody_ends_somebody_elses_session_by_guessing_its_digest(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    deputy.post("/me/sessions/end", session=sessions.digest_of(head.token), csrf=deputy.csrf("/me"))
    deputy.post("/me/sessions/end", session="others", csrf=deputy.csrf("/me"))
    assert head.is_signed_in()


def test_signing_out_ends_the_session_for_good(office: Office) -> None:
    head = settled(office)
    copy = Visit(office, head.device, dict(head.cookies))
    reply = head.post("/sign-out", csrf=head.csrf("/me"))
    assert reply.headers["clear-site-data"] == '"cache"'
    assert COOKIE not in head.cookies
    assert not copy.is_signed_in()


def test_a_session_ends_after_half_an_hour_without_a_tap_and_after_twelve_hours_in_any_case(office: Office) -> None:
    idle = settled(office)
    office.later(30 * MINUTE - SECOND)
    assert idle.is_signed_in()
    office.later(30 * MINUTE - SECOND)
    assert idle.is_signed_in()
    office.later(30 * MINUTE)
    assert not idle.is_signed_in()
    busy = Visit(office, idle.device)
    busy.sign_in()
    for _ in range(12 * 3 - 1):
        office.later(20 * MINUTE)
        assert busy.is_signed_in()
        busy.confirm()
    office.later(20 * MINUTE - SECOND)
    assert busy.is_signed_in()
    office.later(SECOND)
    assert not busy.is_signed_in()


def test_what_is_grave_asks_for_the_passkey_again_and_the_session_goes_on_under_another_token(office: Office) -> None:
    head = settled(office)
    office.later(5 * MINUTE)
    asked = head.get("/me/passkeys/new")
    assert (asked.status_code, asked.headers["location"]) == (303, "/confirm?next=%2Fme%2Fpasskeys%2Fnew")
    refused = head.post("/me/code", csrf=head.csrf("/me"))
    assert refused.headers["location"].startswith("/confirm")
    before = dict(head.cookies)
    reply = head.confirm("/me/passkeys/new")
    assert reply.headers["location"] == "/me/passkeys/new"
    assert head.token != before[COOKIE]
    assert not Visit(office, head.device, before).is_signed_in()
    assert head.get("/me/passkeys/new").status_code == 200


def test_somebody_elses_passkey_does_not_confirm(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    office.later(6 * MINUTE)
    head.device = deputy.device
    assert head.confirm().status_code == 403
    assert head.get("/me/passkeys/new").status_code == 303


def test_a_second_passkey_signs_in_too_and_the_last_one_stays(office: Office) -> None:
    head = settled(office)
    first, second = head.device, Device(office.url)
    csrf = head.csrf("/me")
    head.device = second
    answer = second.make(head.options("/me/passkeys/new", csrf))
    assert head.post("/me/passkeys/new", credential=answer, csrf=csrf).status_code == 303
    head.post(f"/me/passkeys/{second.id}", name="  my\nlaptop ", csrf=csrf)
    assert "my laptop" in head.get("/me").text
    assert head.post(f"/me/passkeys/{first.id}/remove", csrf=csrf).status_code == 303
    only = head.post(f"/me/passkeys/{second.id}/remove", csrf=csrf)
    assert "your only passkey" in only.text
    head.cookies.clear()
    assert head.sign_in().status_code == 303
    head.cookies.clear()
    head.device = first
    gone = head.sign_in()
    assert gone.status_code == 403
    assert "does not open this page any more" in gone.text


def test_nobody_touches_the_passkeys_of_another(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    csrf = deputy.csrf("/me")
    assert deputy.get(f"/me/passkeys/{head.device.id}").status_code == 404
    assert deputy.post(f"/me/passkeys/{head.device.id}", name="mine", csrf=csrf).status_code == 400
    assert deputy.post(f"/me/passkeys/{head.device.id}/remove", csrf=csrf).status_code == 400
    assert kept(office, head).name != "mine"


def test_getting_in_is_tried_five_times_a_minute_and_a_restart_does_not_help(office: Office) -> None:
    head = settled(office)
    office.later(MINUTE)
    for _ in range(5):
        assert visit(office).post("/sign-in", credential="{}").status_code == 403
    head.cookies.clear()
    refused = head.sign_in()
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= 60
    assert visit(office).post("/recover", code="000").status_code == 429
    office.later(MINUTE)
    assert head.sign_in().status_code == 303


def test_a_form_of_another_site_signs_nobody_in(office: Office) -> None:
    head = settled(office)
    answer = head.device.show(head.options("/sign-in"))
    other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert head.post("/sign-in", credential=answer, headers=other).status_code == 403


def test_a_link_from_another_site_finds_the_session_again(office: Office) -> None:
    """The browser sends a Strict cookie only with the second step, which this page takes by itself."""
    reply = visit(office).get("/sign-in?next=/me", **{"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh"' in reply.text
    assert "url=/sign-in?next=%2Fme" in reply.text or "url=/sign-in?next=/me" in reply.text
    head = settled(office)
    assert head.get("/sign-in?next=/me").headers["location"] == "/me"


def test_who_is_ended_is_out_at_once_and_for_good(office: Office) -> None:
    head, deputy = settled(office), settled(office, Role.DEPUTY)
    link = invited(office, Role.DEPUTY)
    with office.database.reading() as tx:
        user = users.find(tx, NAMES[Role.DEPUTY])
    assert user is not None
    csrf = head.csrf("/me")
    assert head.post(f"/users/{user.id}/end", csrf=csrf).status_code == 303
    assert not deputy.is_signed_in()
    assert deputy.sign_in().status_code == 403
    assert visit(office).get(link.removeprefix(office.url)).status_code == 410
    assert NAMES[Role.DEPUTY] not in head.get("/users").text


def test_a_user_is_let_in_from_the_page_with_a_picture_for_the_camera(office: Office) -> None:
    head = settled(office)
    csrf = head.csrf("/me")
    page = head.post("/users/new", name="Miss Pemberton", role="staff", csrf=csrf)
    assert "<svg" in page.text
    link = page.text.partition("<code>")[2].partition("</code>")[0]
    staff = visit(office)
    assert staff.settle(link).status_code == 200
    assert staff.get("/users").status_code == 403
    twice = head.post("/users/new", name="miss  pemberton", role="it", csrf=csrf)
    assert "already" in twice.text


def test_nobody_lets_others_in_who_see_more_than_they_do_and_nobody_ends_themselves(office: Office) -> None:
    head, it = settled(office), settled(office, Role.IT)
    csrf = it.csrf("/me")
    assert 'value="head"' not in it.get("/users/new").text
    assert it.post("/users/new", name="Mrs Nobody", role="head", csrf=csrf).status_code == 403
    with office.database.reading() as tx:
        users_by_role = {each.role: each for each in users.all_users(tx)}
    assert it.post(f"/users/{users_by_role[Role.HEAD].id}/invite", csrf=csrf).status_code == 403
    assert it.post(f"/users/{users_by_role[Role.HEAD].id}/end", csrf=csrf).status_code == 403
    own = head.post(f"/users/{users_by_role[Role.HEAD].id}/end", csrf=head.csrf("/me"))
    assert own.status_code == 403
    assert head.is_signed_in()


def test_a_flood_of_tries_keeps_nobody_out_who_was_let_in_before(office: Office) -> None:
    """Tries from her own school's address, so that neither that nor the count of all together holds her up."""
    head, link = settled(office), invited(office, Role.DEPUTY)
    office.later(MINUTE)
    for _ in range(7):
        flood = visit(office).post("/sign-in", credential="{}")
    assert flood.status_code == 429

    head.cookies.pop(COOKIE)
    assert head.sign_in().status_code == 303
    assert visit(office).settle(link).status_code == 200
    for _ in range(6):
        again = head.post("/sign-in", credential="{}")
    assert again.status_code == 429, "a browser that is known has tries of its own, and no more of them"


def test_nobody_makes_themselves_a_known_browser(office: Office) -> None:
    office.later(MINUTE)
    number = "0" * 16
    for given in ("x", f"{number}.", f"{number}.{'0' * 64}"):
        for _ in range(6):
            guest = visit(office)
            guest.cookies["__Host-known"] = given
            answer = guest.post("/sign-in", credential="{}")
        assert answer.status_code == 429, given
        office.later(MINUTE)


def test_a_passkey_shown_again_in_one_tab_leaves_the_other_tabs_good(office: Office) -> None:
    head = settled(office)
    other_tab = head.csrf("/me")
    before = head.token

    assert head.confirm().status_code == 303
    assert head.token != before
    assert head.post("/me/sessions/end", session="others", csrf=other_tab).status_code == 303

    head.post("/sign-out", csrf=other_tab)
    office.later(timedelta(seconds=1))
    head.sign_in()
    assert head.post("/me/sessions/end", session="others", csrf=other_tab).status_code == 403, "another session"
