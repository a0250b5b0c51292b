"""aioresponses for newer aiohttp: since 3.14 a response wants a `stream_writer`, which aioresponses 0.7.9 does not give."""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import Mock

import aioresponses.core
from aiohttp import ClientResponse
from aioresponses import aioresponses as mocked

__all__ = ["mocked"]


class _Response(ClientResponse):
    """A response that makes up the writer that no mocked request has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "stream_writer" in inspect.signature(ClientResponse.__init__).parameters:
            kwargs.setdefault("stream_writer", Mock())
        super().__init__(*args, **kwargs)


aioresponses.core.ClientResponse = _Response
