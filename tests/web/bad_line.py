"""A line between browser and site that is slow and far: everything that goes through it shares its width and comes late."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Way:
    """One direction of the line, for all connections together."""

    delay_s: float
    bytes_per_s: float
    free_at: float = 0.0
    carried: int = 0

    def arrives_at(self, size: int, now: float) -> float:
        """When so many bytes that are sent now have come through, on the clock of `now`."""
        self.carried += size
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        return self.free_at + self.delay_s


@dataclass
class Line:
    """To a port of this machine, from a port of its own. `tls` lets one journey more there and back pass before the first byte."""

    to_port: int
    rtt_s: float
    kbits: int
    tls: bool = False
    port: int = 0
    up: Way = field(init=False)
    down: Way = field(init=False)

    def __post_init__(self) -> None:
        self.up, self.down = (Way(self.rtt_s / 2, self.kbits * 1000 / 8) for _ in range(2))

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: its handshake first, and then both directions until both have ended."""
        await asyncio.sleep(self.rtt_s * (2 if self.tls else 1))
        there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        await asyncio.gather(carry(reader, back, self.up), carry(there, writer, self.down), return_exceptions=True)


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
    clock = asyncio.get_running_loop().time
    coming: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def read() -> None:
        while some := await reader.read(1_400):
            coming.put_nowait((way.arrives_at(len(some), clock()), some))
        coming.put_nowait((clock() + way.delay_s, b""))

    reading = asyncio.ensure_future(read())
    try:
        while True:
            at, some = await coming.get()
            await asyncio.sleep(max(0.0, at - clock()))
            if not some:
                return
            writer.write(some)
            await writer.drain()
    finally:
        reading.cancel()
        writer.close()


@contextmanager
def bad_line(line: Line) -> Iterator[Callable[[], int]]:
    """The line while it stands, `line.port` filled in; calling what is given tells how many bytes came down since the last call."""
    loop, ready, told = asyncio.new_event_loop(), threading.Event(), [0]

    async def serve() -> None:
        server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def ended() -> None:
        # A connection that ends because the line does is no news; asyncio in Python 3.11 would print each.
        loop.set_exception_handler(lambda _loop, _context: None)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    def run() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(serve())
        loop.run_until_complete(ended())
        loop.close()

    def came() -> int:
        since, told[0] = line.down.carried - told[0], line.down.carried
        return since

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield came
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        thread.join(timeout=10)
