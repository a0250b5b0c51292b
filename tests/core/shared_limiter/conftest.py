"""A Redis for the tests of a limiter there, and a key for each; `sharing` beside this file is imported by its name."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer

sys.path.append(str(Path(__file__).parent))
_numbers = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def credential() -> str:
    """A key of its own for each test, and with it a budget of its own."""
    return f"cal_shared_{next(_numbers)}"
