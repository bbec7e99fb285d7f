"""What Chromium's own tracing says of the first visit to a page over slow 3G. Run by hand: python -m tests.web.traced

Line as in tests.web.slow: 400 ms there and back, 400 kbit/s, one journey more for each connection. The processor is slowed
fourfold (or --slower times), as Lighthouse does for a phone of the middle. For each page are printed the first paint, the
largest one (LCP), how far things jumped while it was put together (CLS), how long the page could not have answered a tap (total
blocking time: of each task what is beyond 50 ms), the bytes that came and the requests. Exits 1 where a bar is missed: 1.5 s for
paint and LCP of the queue, 60 KB.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from moderator.web.pages import read_all
from tests.web import browser, day_made
from tests.web.bad_line import Line, bad_line
from tests.web.browser import PHONE
from tests.web.office import Office, open_office
from tests.web.slow import CARD_MS, DELAY_MS, KBITS, PAGE_BYTES

SLOWER = 4
LONG_US = 50_000
CATEGORIES = ["loading", "devtools.timeline", "blink.user_timing", "toplevel", "disabled-by-default-devtools.timeline"]
PATHS = ("/triage", "/history", "/health", "/sign-in")
Event = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """Of one page's first visit: milliseconds from the start of the navigation, bytes down the line with their headers."""

    paint_ms: float
    largest_ms: float
    jumped: float
    blocked_ms: float
    down_bytes: int
    requests: int


def figures(events: Sequence[Event], path: str, down_bytes: int) -> Figures:
    """Raises ValueError where the trace holds no navigation to this path."""
    start = begun(events, path)
    page = start["args"]["frame"]
    of_page = [each for each in events if each["ts"] >= start["ts"] and each.get("args", {}).get("frame") == page]

    def last_ms(name: str) -> float:
        found = [each["ts"] for each in of_page if each["name"] == name]
        return (max(found) - start["ts"]) / 1000 if found else 0.0

    shifts = [each["args"]["data"] for each in events if each["name"] == "LayoutShift" and each["ts"] >= start["ts"]]
    tasks = [
        each["dur"] - LONG_US
        for each in events
        if each["name"] == "RunTask" and each["pid"] == start["pid"] and each["tid"] == start["tid"] and "dur" in each
        if each["ts"] >= start["ts"] and each["dur"] > LONG_US
    ]
    return Figures(
        paint_ms=last_ms("firstContentfulPaint"),
        largest_ms=last_ms("largestContentfulPaint::Candidate"),
        jumped=sum(each["score"] for each in shifts if not each["had_recent_input"]),
        blocked_ms=sum(tasks) / 1000,
        down_bytes=down_bytes,
        requests=sum(each["name"] == "ResourceSendRequest" and each["ts"] >= start["ts"] for each in events),
    )


def begun(events: Sequence[Event], path: str) -> Event:
    for each in events:
        if each["name"] == "navigationStart" and each["args"].get("data", {}).get("documentLoaderURL", "").endswith(
            path
        ):
            return each
    raise ValueError(f"no navigation to {path} in the trace")


def trace(chromium: Browser, office: Office, path: str, came: Callable[[], int], slower: float) -> Figures:
    """A new browser's first visit, until nothing more comes."""
    with browser.window(chromium, office, PHONE) as window:
        if path != "/sign-in":
            window.sign_in(office.sign_in())
        devtools = window.context.new_cdp_session(window.page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        came()
        chromium.start_tracing(page=window.page, categories=CATEGORIES)
        window.open(path)
        window.page.wait_for_load_state("networkidle")
        window.page.wait_for_timeout(2_000)
        down = came()
        return figures(json.loads(chromium.stop_tracing())["traceEvents"], path, down)


def told(path: str, seen: Figures) -> None:
    print(
        f"{path:9} first paint {seen.paint_ms:5.0f} ms, largest {seen.largest_ms:5.0f} ms, jumped {seen.jumped:.3f}, "
        f"blocked {seen.blocked_ms:4.0f} ms, {seen.down_bytes:6,} bytes, {seen.requests} requests",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--slower", type=float, default=SLOWER, help="how many times the processor is slowed")
    given = parser.parse_args()
    with browser.chromium():  # The first start of all reads the browser itself from the disk.
        pass
    seen: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder, open_office(Path(folder), day_made.MORE) as office:
        day_made.a_day(office, adverts=12)
        read_all()
        port = int(office.url.rpartition(":")[2])
        for path in PATHS:  # A browser of its own for each, so that nothing is kept and no connection is open yet.
            line = Line(port, DELAY_MS / 1000, KBITS)
            with bad_line(line) as came:
                rule = f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{line.port}"
                with browser.chromium(rule) as chromium:
                    seen[path] = trace(chromium, office, path, came, given.slower)
                    told(path, seen[path])
    queue = seen["/triage"]
    largest = max(each.down_bytes for each in seen.values())
    return 0 if 0 < queue.largest_ms <= CARD_MS and queue.paint_ms > 0 and largest <= PAGE_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
