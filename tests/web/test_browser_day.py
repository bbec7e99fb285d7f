"""A school day decided in a real browser: by thumb, by keys, without scripts, by two people at once. It prints its figures (-s)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import Browser, Page, expect

from moderator.domain import Comment, Ruling
from moderator.policy.authority import Role
from moderator.store import decisions, queue, users
from tests.store.made import MINUTE, SECOND
from tests.web import browser, day_made
from tests.web.browser import DESKTOP, PHONE
from tests.web.office import NAMES, Office, open_office
from tests.web.test_triage import events, leaving

pytestmark = pytest.mark.timeout(300)

HEAD, DEPUTY = NAMES[Role.HEAD], NAMES[Role.DEPUTY]
TAPS, MS, MS_ON_ANY_MACHINE = 2, 300, 1_000
WATCH = """
window.__taps = 0;
window.__took = [];
document.addEventListener("click", event => {
  if (!event.isTrusted) return;
  window.__taps += 1;
  window.__at = performance.now();
}, true);
document.addEventListener("htmx:afterSwap", event => {
  if (event.detail.target.id !== "tray" && event.detail.elt.id !== "tray") return;
  const at = window.__at;
  requestAnimationFrame(() => setTimeout(() => window.__took.push(performance.now() - at)));
});
"""
"""Counts taps, and the milliseconds from each to the next card drawn."""

MADE: tuple[Callable[[Office], Comment], ...] = (
    lambda office: day_made.a_threat(office, f"u{office.now:%d%H%M}"),
    lambda office: day_made.an_insult(office, f"i{office.now:%d%H%M}"),
    lambda office: day_made.a_kind_word(office, f"k{office.now:%d%H%M}"),
    lambda office: day_made.an_advert(office, int(f"{office.now:%d%H%M}")),
    lambda office: day_made.a_complaint(office, f"c{office.now:%d%H%M}"),
    lambda office: day_made.put(office, f"q{office.now:%d%H%M}", day_made.FAIR),
)


@pytest.fixture(scope="module")
def one_school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(Path(tmp_path_factory.mktemp("day")), day_made.MORE) as office:
        for role in (Role.HEAD, Role.DEPUTY):
            office.sign_in(role)
        yield office


@pytest.fixture
def office(one_school: Office) -> Iterator[Office]:
    """The school on another day, with nothing left over from the day before."""
    one_school.later(timedelta(days=1))
    yield one_school
    head = one_school.sign_in()
    with one_school.database.reading() as tx:
        viewer = queue.viewer_of(users.all_users(tx)[0], one_school.now)
        left = queue.waiting(tx, viewer, 100)
    for each in left:
        head.post(f"/triage/{each.comment.id}/decide", answer="allow", after=each.decision.number)


def cases(office: Office, count: int) -> list[Comment]:
    """So many, of every kind in turn, a minute after each other."""
    made = []
    for number in range(count):
        office.later(MINUTE)
        made.append(MADE[number % len(MADE)](office))
    return made


def cases_of(office: Office, text: str, count: int) -> list[Comment]:
    """So many with the same words, a minute after each other."""
    made = []
    for _ in range(count):
        office.later(MINUTE)
        made.append(day_made.put(office, f"same{office.now:%d%H%M}", text))
    return made


def case_on(page: Page) -> str:
    """The id of the comment whose card is open, or "" where nothing waits."""
    form = page.locator("form.choices")
    return (form.get_attribute("action") or "").split("/")[2] if form.count() else ""


def rulings(office: Office, made: list[Comment]) -> list[tuple[Ruling, str, int]]:
    latest = [office.latest(each) for each in made]
    return [(each.ruling, each.decided_by, each.number) for each in latest]


def test_ten_cases_by_thumb_take_two_taps_each_at_most_and_no_waiting(chromium: Browser, office: Office) -> None:
    made = cases(office, 10)
    with browser.window(chromium, office, PHONE) as phone:
        phone.page.add_init_script(WATCH)
        page = phone.open("/triage", as_=office.sign_in())
        expect(page.get_by_role("heading", level=1)).to_contain_text("10 to decide")
        taps, order, looked = [], [], 0
        covered = page.get_by_role("button", name="Show what is covered")
        for left in range(9, -1, -1):
            before, here = page.evaluate("window.__taps"), case_on(page)
            order.append(here)
            if covered.count() and looked < 3:
                looked += 1
                covered.tap()
                page.get_by_text("Covered again in a moment").wait_for()
            page.locator(".choices .button").nth(left % 2).tap()
            title = f"{left} to decide" if left else "Nothing to decide"
            expect(page.get_by_role("heading", level=1)).to_contain_text(title)
            expect(page.get_by_role("status").filter(has_text="You chose")).to_be_visible()
            assert case_on(page) != here
            taps.append(page.evaluate("window.__taps") - before)
        expect(page.get_by_text("All done. Thank you.")).to_be_visible()
        page.wait_for_timeout(200)
        took: list[float] = page.evaluate("window.__took")
    print(
        f"\nTen cases by thumb: {median(taps):g} taps (at most {max(taps)}); "
        f"{median(took):.0f} ms from the tap to the next card (at most {max(took):.0f}); bar {MS} ms"
    )

    assert order[:2] == [made[0].id, made[6].id], "urgent cases first"
    assert {each.id for each in made} == set(order)
    assert looked == 3
    assert {(by, number) for _, by, number in rulings(office, made)} == {(HEAD, 2)}
    assert len(took) == 10
    assert median(taps) <= TAPS
    assert median(took) <= MS_ON_ANY_MACHINE
    assert phone.complaints == []


def test_ten_cases_by_keys_on_a_desktop(chromium: Browser, office: Office) -> None:
    made = cases(office, 10)
    with browser.window(chromium, office, DESKTOP) as desktop:
        page = desktop.open("/triage", as_=office.sign_in())
        title = page.get_by_role("heading", level=1)
        expect(title).to_contain_text("10 to decide")
        first = case_on(page)
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        here = page.locator(f"form.choices[action*='{first}']")
        page.keyboard.press("j")
        expect(here).to_have_count(0)
        page.keyboard.press("k")
        expect(here).to_have_count(1)
        for left in range(9, -1, -1):
            page.keyboard.press("fd"[left % 2])
            expect(title).to_contain_text(f"{left} to decide" if left else "Nothing to decide")
            expect(title).to_be_focused()
        page.keyboard.press("u")
        expect(title).to_contain_text("1 to decide")
        back = case_on(page)
        page.keyboard.press("b")
        expect(page.get_by_role("heading", name="Block the author?")).to_be_visible()

    told = dict(zip((each.id for each in made), rulings(office, made), strict=True))
    assert told.pop(back)[2] == 3
    assert {(by, number) for _, by, number in told.values()} == {(HEAD, 2)}
    assert {ruling for ruling, _, _ in told.values()} == {Ruling.ALLOW, Ruling.HIDE}
    assert desktop.complaints == []


def test_without_scripts_everything_is_a_form(chromium: Browser, office: Office) -> None:
    made = cases(office, 3)
    with browser.window(chromium, office, PHONE, java_script_enabled=False) as phone:
        page = phone.open("/triage", as_=office.sign_in())
        title = page.get_by_role("heading", level=1)
        page.get_by_role("button", name="Keep hidden").or_(page.get_by_role("button", name="Hide")).tap()
        expect(title).to_contain_text("2 to decide")
        page.get_by_role("button", name="Show what is covered").tap()
        expect(page.locator(".words").last).to_contain_text("Alfie Baker")
        page.locator(".choices .button").first.tap()
        expect(title).to_contain_text("1 to decide")
        page.get_by_role("button", name="Undo", exact=True).tap()
        expect(page.get_by_text("Taken back. It waits for you again.")).to_be_visible()
        expect(title).to_contain_text("2 to decide")

    assert rulings(office, made[:1]) == [(Ruling.HIDE, HEAD, 2)]
    assert office.latest(made[1]).takes_back
    assert office.latest(made[2]).number == 1


def test_the_second_of_two_people_sees_who_decided_what(chromium: Browser, office: Office) -> None:
    first, second = cases_of(office, day_made.FAIR, 2)
    with (
        browser.window(chromium, office, PHONE) as mine,
        browser.window(chromium, office, DESKTOP) as theirs,
    ):
        page, other = (
            window.open("/triage", as_=office.sign_in(role))
            for window, role in ((mine, Role.HEAD), (theirs, Role.DEPUTY))
        )
        assert case_on(page) == case_on(other) == first.id
        other.keyboard.press("f")
        expect(other.get_by_role("heading", level=1)).to_contain_text("1 to decide")
        page.get_by_role("button", name="Hide").tap()
        expect(page.get_by_text(f"{DEPUTY} was quicker")).to_contain_text("Keep visible. Your tap changed nothing.")
        assert case_on(page) == second.id
        assert mine.complaints == theirs.complaints == []

    assert rulings(office, [first, second]) == [(Ruling.ALLOW, DEPUTY, 2), (Ruling.QUEUE, "policy", 1)]


def test_a_tap_that_is_undone_in_time_never_leaves(chromium: Browser, office: Office) -> None:
    comment = day_made.put(office, "undone", day_made.FAIR)
    with browser.window(chromium, office, PHONE) as phone:
        page = phone.open("/triage", as_=office.sign_in())
        page.get_by_role("button", name="Hide").tap()
        expect(page.get_by_role("status").filter(has_text="You chose: Hide.")).to_be_visible()
        office.later(8 * SECOND)
        page.get_by_role("button", name="Undo", exact=True).tap()
        expect(page.get_by_text("Taken back. It waits for you again.")).to_be_visible()
        assert case_on(page) == comment.id

    office.later(MINUTE)
    with office.database.reading() as tx:
        told = [(each.ruling, each.takes_back) for each in decisions.history(tx, comment.id)]
    assert told == [(Ruling.QUEUE, False), (Ruling.HIDE, False), (Ruling.QUEUE, True)]
    assert comment.id not in leaving(office)


def test_covered_words_are_uncovered_by_a_tap_that_is_written_down_and_covered_again(
    chromium: Browser, office: Office
) -> None:
    comment = day_made.an_insult(office, "covered")
    with browser.window(chromium, office, PHONE) as phone:
        page = phone.open("/triage", as_=office.sign_in())
        assert "Alfie" not in page.content()
        assert ("words_shown", HEAD) not in events(office, comment)
        page.get_by_role("button", name="Show what is covered").tap()
        expect(page.locator(".said .words")).to_contain_text("Alfie Baker")
        assert events(office, comment).count(("words_shown", HEAD)) == 1
        expect(page.locator(".said .words")).not_to_contain_text("Alfie Baker", timeout=20_000)
        assert phone.complaints == []


def test_two_taps_at_once_are_one_decision(chromium: Browser, office: Office) -> None:
    first, second = cases_of(office, day_made.COMPLAINT, 2)
    with browser.window(chromium, office, PHONE) as phone:
        page = phone.open("/triage", as_=office.sign_in())
        page.evaluate(
            "() => { const hide = document.querySelectorAll('.choices .button')[1]; hide.click(); hide.click(); }"
        )
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 to decide")
        page.wait_for_timeout(300)
        assert case_on(page) == second.id

    assert rulings(office, [first, second]) == [(Ruling.HIDE, HEAD, 2), (Ruling.QUEUE, "policy", 1)]
