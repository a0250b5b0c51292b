"""From the bytes of a page to records, against parsers that make plain dicts of the same bytes."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import orjson
import pytest

from benchmarks.conftest import PAGE
from calcom_async.core.codec import decode_items, parse_json
from calcom_async.models.bookings import Booking

pytestmark = pytest.mark.benchmark(group=f"a page of {PAGE} bookings from bytes", warmup=True)


def to_records(page: bytes) -> list[Booking]:
    """What a list does with an answer: parse, structure each item, keep what is malformed."""
    items, malformed = decode_items(parse_json(page)["data"], Booking)
    assert not malformed
    return items


def test_orjson_dicts(benchmark: Any, page: bytes) -> None:
    benchmark.extra_info["anchor"] = True
    assert len(benchmark(orjson.loads, page)["data"]) == PAGE


def test_msgspec_dicts(benchmark: Any, page: bytes) -> None:
    assert len(benchmark(msgspec.json.decode, page)["data"]) == PAGE


def test_json_dicts(benchmark: Any, page: bytes) -> None:
    assert len(benchmark(json.loads, page)["data"]) == PAGE


def test_records(benchmark: Any, page: bytes) -> None:
    bookings = benchmark(to_records, page)
    assert [booking.to_dict() for booking in bookings] == orjson.loads(page)["data"]
