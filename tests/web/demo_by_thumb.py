"""Ten cases of the demo's own day, decided by thumb as the headteacher would. Run by hand: python -m tests.web.demo_by_thumb

Starts `moderator demo --stay`, follows the link that it prints, makes a passkey with Chromium's virtual authenticator, and
prints the taps that each case took and the milliseconds from the last of them to the next card. Exits 1 where a bar is missed.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from statistics import median

from playwright.sync_api import Page, expect

from tests.web.browser import PHONE, chromium, virtual_authenticator
from tests.web.test_browser_day import MS, TAPS, WATCH

CASES = 10
LINK = re.compile(r"http://localhost:\d+/welcome/\S+")


def link_of(demo: subprocess.Popen[str]) -> str:
    """The link that lets the headteacher in, once the demo's day is over."""
    assert demo.stdout is not None
    for line in demo.stdout:
        if found := LINK.search(line):
            return found[0]
    raise SystemExit("The demo ended without a link.")


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Set up Face ID or fingerprint").click()
    page.get_by_role("link", name="I have written it down").click()
    page.get_by_role("link", name="Go to the page").click()


def decide(page: Page, number: int) -> tuple[int, float]:
    """One case; returns the taps and milliseconds that it took."""
    before = page.locator("form.choices").get_attribute("action")
    page.evaluate("window.__taps = 0; window.__took = []")
    page.locator(".choices .button").nth(number % 2).tap()
    expect(page.locator("form.choices")).not_to_have_attribute("action", before or "")
    page.wait_for_function("window.__took.length > 0")
    return page.evaluate("window.__taps"), page.evaluate("window.__took[0]")


def main() -> int:
    command = [sys.executable, "-m", "moderator", "demo", "--stay"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        link = link_of(demo)
        with chromium() as browser:
            context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
            context.add_init_script(WATCH)
            page = context.new_page()
            virtual_authenticator(page)
            sign_in(page, link)
            taken = [decide(page, number) for number in range(CASES)]
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
    taps, took = [each[0] for each in taken], [each[1] for each in taken]
    print(f"{CASES} cases of the demo: taps median {median(taps):.0f}, most {max(taps)}; ", end="")
    print(f"to the next card median {median(took):.0f} ms, most {max(took):.0f} ms")
    return 0 if median(taps) <= TAPS and median(took) <= MS else 1


if __name__ == "__main__":
    sys.exit(main())
