"""How the queue's page comes over a bad line. Run by hand: python -m tests.web.slow

Between browser and site stands a line as slow as what browsers call "slow 3G": 400 ms there and back, 400 kbit/s, and one
journey more for each new connection. Chromium's own emulation knows neither that nor what a service worker asks for, so it
would flatter a second visit. Printed are, for first visits and for later ones with the shell kept by the service worker, when
something was painted first, when the first card was there with its two answers, and the bytes that came down without icons.
With --tls each new connection takes two journeys more, as with HTTPS. Exits 1 where a bar is missed on a later visit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.web import browser, day_made
from tests.web.bad_line import Line, bad_line
from tests.web.browser import PHONE, Window
from tests.web.office import Office, open_office

DELAY_MS, KBITS = 400, 400
CARD_MS, PAGE_BYTES = 1_500, 60 * 1024
ICONS = (".png", ".webmanifest")
VISITS = 3
MARK = """
new MutationObserver((_changes, watcher) => {
  if (document.querySelectorAll(".choices .button").length < 2) return;
  watcher.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.__card = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint').map(each => each.startTime)[0] ?? 0"


@dataclass(frozen=True)
class Visit:
    """Milliseconds from the tap on the address, and bytes as they came down the line, with their headers."""

    painted_ms: float
    card_ms: float
    page_bytes: int
    icon_bytes: int


@contextmanager
def icons_of(page: Page) -> Iterator[list[int]]:
    """The bytes of the icons that come meanwhile, over the line or not."""
    devtools = page.context.new_cdp_session(page)
    asked: set[str] = set()
    came: list[int] = []

    def note(event: dict[str, Any]) -> None:
        if event["response"]["url"].split("?")[0].endswith(ICONS) and not event["response"].get("fromServiceWorker"):
            asked.add(event["requestId"])

    def add(event: dict[str, Any]) -> None:
        if event["requestId"] in asked:
            came.append(int(event["encodedDataLength"]))

    devtools.on("Network.responseReceived", note)
    devtools.on("Network.loadingFinished", add)
    devtools.send("Network.enable")
    yield came
    devtools.detach()


def visit(window: Window, came: Callable[[], int]) -> Visit:
    """The queue's page is opened. The bytes are those until the card was there, and what was under way just then."""
    came()
    with icons_of(window.page) as icons:
        page = window.open("/triage")
        page.wait_for_timeout(500)
        painted, card = page.evaluate(PAINTED), page.evaluate("window.__card")
        size = came()
    return Visit(painted, card, size - sum(icons), sum(icons))


def told(name: str, seen: Visit) -> None:
    print(
        f"{name}: first paint {seen.painted_ms:5.0f} ms, first card {seen.card_ms:5.0f} ms (bar {CARD_MS:,}), "
        f"{seen.page_bytes:6,} bytes (bar {PAGE_BYTES:,}) and {seen.icon_bytes:,} of icons",
        flush=True,
    )


def visits(office: Office, line: Line) -> tuple[Visit, list[Visit]]:
    """The first visit of a new phone, and later ones."""
    port = int(office.url.rpartition(":")[2])
    with bad_line(line) as came:
        rule = f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{line.port}"
        with browser.chromium(rule) as chromium, browser.window(chromium, office, PHONE) as window:
            window.sign_in(office.sign_in())
            window.page.add_init_script(MARK)
            first = visit(window, came)
            told("first visit", first)
            window.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            window.page.wait_for_timeout(8_000)  # The worker keeps the shell, over the same line.
            later = []
            for _ in range(VISITS):
                later.append(visit(window, came))
                told("later visit", later[-1])
                window.page.wait_for_timeout(3_000)
    return first, later


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tls", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder), day_made.MORE) as office:
        day_made.a_day(office, adverts=12)
        line = Line(int(office.url.rpartition(":")[2]), DELAY_MS / 1000, KBITS, tls=given.tls)
        first, later = visits(office, line)
    print(f"first visit within the bar: {'yes' if first.card_ms <= CARD_MS else 'no'}")
    slowest, largest = max(each.card_ms for each in later), max(each.page_bytes for each in (first, *later))
    return 0 if slowest <= CARD_MS and largest <= PAGE_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
