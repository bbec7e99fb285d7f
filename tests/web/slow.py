"""How the queue's page comes over a bad line. Run by hand: python -m tests.web.slow

Between browser and site stands a line as slow as what browsers call "slow 3G": 400 ms there and back, 400 kbit/s, and one
journey more for each new connection. Chromium's own emulation knows neither that nor what a service worker asks for, so it
would flatter a second visit. Printed are, for first visits and for later ones with the shell kept by the service worker, when
something was painted first, when the first card was there with its two answers, the bytes that came down without icons, and
how long the server took for such a page meanwhile: on a machine that does other work that is what the figures wait for.
With --tls each new connection takes one journey more, as with HTTPS (TLS 1.3). Exits 1 where the middle one
of either kind misses a bar.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from playwright.sync_api import Page

from moderator.web.pages import read_all
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


def visits(office: Office, line: Line) -> tuple[list[Visit], list[Visit]]:
    """First visits, each of a new phone, and later ones of the last."""
    port = int(office.url.rpartition(":")[2])
    first, later = [], []
    with bad_line(line) as came:
        rule = f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{line.port}"
        for number in range(VISITS):
            with browser.chromium(rule) as chromium, browser.window(chromium, office, PHONE) as window:
                window.sign_in(office.sign_in())
                window.page.add_init_script(MARK)
                first.append(visit(window, came))
                told("first visit", first[-1])
                if number < VISITS - 1:
                    continue
                window.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
                window.page.wait_for_timeout(8_000)  # The worker keeps the shell, over the same line.
                for _ in range(VISITS):
                    later.append(visit(window, came))
                    told("later visit", later[-1])
                    window.page.wait_for_timeout(3_000)
    return first, later


def served_in_ms(office: Office) -> float:
    """What the server takes for the queue's page, the middle of five, without the line."""
    desk, took = office.sign_in(), []
    for _ in range(6):
        began = perf_counter()
        assert desk.get("/triage").status_code == 200
        took.append(1000 * (perf_counter() - began))
    return median(took[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tls", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder), day_made.MORE) as office:
        day_made.a_day(office, adverts=12)
        read_all()
        print(f"the server alone: {served_in_ms(office):.0f} ms", flush=True)
        line = Line(int(office.url.rpartition(":")[2]), DELAY_MS / 1000, KBITS, tls=given.tls)
        first, later = visits(office, line)
    middle = [median(each.card_ms for each in kind) for kind in (first, later)]
    print(f"first card, middle of {VISITS}: first visits {middle[0]:.0f} ms, later visits {middle[1]:.0f} ms")
    largest = max(each.page_bytes for each in (*first, *later))
    return 0 if max(middle) <= CARD_MS and largest <= PAGE_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
