"""A server that is never what is waited for: pages of bookings as ready bytes, and the latency that is asked for.

`http://127.0.0.1:{port}/{milliseconds}/{bookings}/v2` is a Cal.com with that latency and so many bookings; it answers
`bookings?take=&skip=` and `me`, and reads no more of a request than that. Run as a program, it prints its port and
serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import functools
import sys

from benchmarks import payload

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@functools.lru_cache(maxsize=128)  # a run of 20,000 stays ready; one of a million is made as it is asked for
def answer(path: bytes, query: bytes, bookings: int) -> bytes:
    """A whole answer, head and body."""
    if path == b"me":
        body = payload.ME
    elif path == b"bookings":
        given = dict(pair.partition(b"=")[::2] for pair in query.split(b"&"))
        take, skip = int(given.get(b"take", payload.DEFAULT_PAGE)), int(given.get(b"skip", 0))
        body = payload.page(take, skip, bookings)
    else:
        return NOT_FOUND
    return HEAD % len(body) + body


class Connection(asyncio.Protocol):
    """One kept connection; requests without a body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._pending = b""

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while b"\r\n\r\n" in self._pending:
            head, _, self._pending = self._pending.partition(b"\r\n\r\n")
            path, _, query = head.split(b" ", 2)[1].partition(b"?")
            try:
                _, latency, bookings, _, name = path.split(b"/", 4)
                whole = answer(name, query, int(bookings))
                seconds = int(latency) / 1000
            except ValueError:
                whole, seconds = NOT_FOUND, 0.0
            if seconds:
                asyncio.get_running_loop().call_later(seconds, self._transport.write, whole)
            else:
                self._transport.write(whole)


async def serve() -> None:
    """Serve until standard input ends."""
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
