"""Signing in by passkey: who is let in, and who is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moderator.web.access import COOKIE
from tests.conftest import MINUTE
from tests.web.authenticator import Device
from tests.web.office import Office
from tests.web.visit import Visit, code_on, invited, kept, settled, visit


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
