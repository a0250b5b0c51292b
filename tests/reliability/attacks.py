"""What a hostile or broken server can write on a connection: each attack is a function of the connection."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable

Attack = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MIB = 2**20
JSON = b"Content-Type: application/json\r\n"
_ZEROS = bytes(MIB)


async def asked(reader: asyncio.StreamReader) -> bytes:
    """The head of the next request."""
    return await reader.readuntil(b"\r\n\r\n")


def saying(*parts: bytes, then: float = 0.0) -> Attack:
    """Writes these bytes, waits, and closes."""

    async def attack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        for part in parts:
            writer.write(part)
            await writer.drain()
        await asyncio.sleep(then)

    return attack


def answering(body: bytes, *, status: str = "200 OK", headers: bytes = JSON) -> Attack:
    """Answers with this body, well-formed."""
    head = b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n" % (status.encode(), headers, len(body))
    return saying(head, body)


def zeros(size: int, *, chunked: bool = False, declared: bool = False, status: str = "200 OK") -> Attack:
    """Streams so many zero bytes, with or without saying so before."""

    async def attack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        how = b"Transfer-Encoding: chunked\r\n" if chunked else b""
        how += b"Content-Length: %d\r\n" % size if declared else b""
        writer.write(b"HTTP/1.1 %s\r\n%s%s\r\n" % (status.encode(), JSON, how))
        for _ in range(size // MIB):
            writer.write(b"100000\r\n" + _ZEROS + b"\r\n" if chunked else _ZEROS)
            await writer.drain()

    return attack


def bomb(size: int, encoding: str = "gzip") -> Attack:
    """A small body that unpacks to this size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    packed = b"".join(packer.compress(_ZEROS) for _ in range(size // MIB)) + packer.flush()
    return answering(packed, headers=JSON + b"Content-Encoding: %s\r\n" % encoding.encode())


def many_members(count: int) -> Attack:
    """gzip members one after the other."""
    return answering(gzip.compress(b" ") * count, headers=JSON + b"Content-Encoding: gzip\r\n")


async def endless_headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Header after header, for ever."""
    await asked(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while True:
        number += 1
        writer.write(b"X-Header-%d: %s\r\n" % (number, b"x" * 200))
        await writer.drain()


async def one_endless_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One header whose value never ends."""
    await asked(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nX-Header: ")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def endless_interim_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """`100 Continue` for ever: never an answer."""
    await asked(reader)
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
        await writer.drain()
        await asyncio.sleep(0.001)


def loris(pause: float, head: bytes = b"") -> Attack:
    """A byte now and then."""

    async def attack(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asked(reader)
        writer.write(head)
        for byte in b"HTTP/1.1 200 OK\r\n" if not head else b'{"data": {' + b" " * 10_000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause)

    return attack
