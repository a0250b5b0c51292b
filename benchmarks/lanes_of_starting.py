"""What is measured of beginning: imports, the first booking, and what a hundred nested classes take to be known."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from benchmarks.measuring import Measured, taken
from benchmarks.payload import booking
from benchmarks.processes import environment

FIRST_BOOKING = """
from calcom_async import AsyncCalCom
from calcom_async.models.bookings import Booking
AsyncCalCom("cal_benchmark", base_url="http://127.0.0.1/v2").bookings
assert Booking.from_dict(wire).uid
"""
FIRST_BY_HTTPX = """
import httpx, pydantic, datetime, typing
httpx.AsyncClient()
Booking = pydantic.create_model("Booking", uid=(str, ...), start=(datetime.datetime, ...), title=(str, ...))
assert Booking.model_validate(wire).uid
"""
FIRST_BY_GENERATED = """
from generated_calcom import Client
from generated_calcom.api.bookings import bookings_controller_2024_08_13_get_bookings
from generated_calcom.models import BookingOutput20240813 as Booking
Client(base_url="http://127.0.0.1").get_async_httpx_client()
assert Booking.from_dict(wire).uid
"""
PROGRAMS = {
    "aiohttp": "import aiohttp",
    "ours": "import calcom_async",
    "first booking": FIRST_BOOKING,
    "httpx + pydantic": "import httpx, pydantic",
    "httpx + pydantic, first booking": FIRST_BY_HTTPX,
    "requests": "import requests",
    "generated": "import generated_calcom, generated_calcom.models",
    "generated, first booking": FIRST_BY_GENERATED,
}


def program(name: str, folder: str = "") -> Measured:
    """The CPU time of statements in an interpreter that has just started, without its own start."""
    code = (
        f"import sys, time; sys.path.append({folder!r}); wire = {booking(1)!r}; began = time.process_time()\n"
        f"{PROGRAMS[name]}\nprint(time.process_time() - began)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], env=environment(), capture_output=True, text=True, check=True
    )
    return {"cpu": float(done.stdout)}


WIDTHS = (1, 2, 4, 8, 15, 15, 15, 15, 15, 10)
"""A hundred classes in ten layers; each has two of the next layer within, so that most are shared."""


def hooks(kind: str) -> Measured:
    """What it takes until a record of a hundred nested classes is read: `ours`, `cattrs`, `cattrs fast`."""
    text = str | None
    fields = dict.fromkeys(("name", "email", "title", "location", "language"), text) | {"id": int, "count": int | None}
    if kind == "ours":
        from calcom_async.core.codec import converter
        from calcom_async.core.records import Record, record

        def make(name: str, members: dict[str, Any]) -> type:
            annotations = {key: of if key == "id" else of | None for key, of in members.items()}
            defaults = {key: None for key in members if key != "id"}
            return record(type(name, (Record,), {"__annotations__": annotations, **defaults, "__module__": __name__}))
    else:
        import attrs
        import cattrs

        converter = cattrs.Converter(detailed_validation=kind == "cattrs")

        def make(name: str, members: dict[str, Any]) -> type:
            each = {key: attrs.field(type=of) for key, of in members.items()}
            return attrs.make_class(name, each, frozen=True, slots=True)

    wire: dict[str, Any] = {"id": 1, **dict.fromkeys(list(fields)[:5], "Ada"), "count": 1}
    innermost = len(WIDTHS) - 1
    made: dict[tuple[int, int], type] = {}
    values: dict[tuple[int, int], dict[str, Any]] = {}
    for layer in range(innermost, -1, -1):
        for place in range(WIDTHS[layer]):
            below = (
                [(layer + 1, (2 * place + side) % WIDTHS[layer + 1]) for side in range(2)] if layer < innermost else []
            )
            within = {f"part{number}": each for number, each in enumerate(below)}
            made[layer, place] = make(
                f"Nested{layer}x{place}", fields | {part: made[of] for part, of in within.items()}
            )
            values[layer, place] = wire | {part: values[of] for part, of in within.items()}
    with taken() as took:
        converter.get_structure_hook(made[0, 0])(values[0, 0], made[0, 0])
    return took
