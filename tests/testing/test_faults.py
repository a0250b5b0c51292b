"""`Faults`: each name makes the fault it says, with the selection it was given; and what our client makes of them."""

import pytest

from calcom_async.errors import AmbiguousWriteError, APIConnectionError, ServerError
from calcom_async.sandbox.faults import EFFECTS
from calcom_async.testing import Faults

WRITES = "POST,PATCH,PUT,DELETE"


@pytest.mark.parametrize(
    ("made", "wire"),
    [
        (Faults.latency(0.1, 0.2, path="me"), {"kind": "latency", "seconds": 0.1, "up_to": 0.2, "path": "me"}),
        (
            Faults.rate_limit(5, window=10, block=20, name="Verify", instead=True, epoch=True, retry_after=True),
            {
                "kind": "rate_limit", "limit": 5, "window": 10.0, "block": 20.0, "name": "Verify", "instead": True,
                "epoch": True, "retry_after": True,
            },
        ),
        (
            Faults.status(409, shape="terse", message="No", code="X", headers={"A": "b"}, done=True, rate=0.5),
            {
                "kind": "status", "status": 409, "shape": "terse", "message": "No", "code": "X",
                "headers": {"A": "b"}, "done": True, "rate": 0.5,
            },
        ),
        (Faults.status(418, body=[1], query={"take": "1"}), {"kind": "status", "status": 418, "body": [1], "query": {"take": "1"}}),
        (Faults.flaky(), {"kind": "status", "status": 503, "shape": "html", "first": 1, "per": "request"}),
        (Faults.flaky(500, first=2), {"kind": "status", "shape": "html", "first": 2, "per": "request"}),
        (Faults.reset("after", every=3), {"kind": "reset", "part": "after", "every": 3}),
        (Faults.truncated(0.25, skip=1), {"kind": "truncated", "share": 0.25, "skip": 1}),
        (Faults.malformed("record"), {"kind": "malformed", "garbage": "record"}),
        (Faults.stall(2, "during"), {"kind": "stall", "seconds": 2.0, "part": "during"}),
        (Faults.stall(2, done=False), {"kind": "stall", "seconds": 2.0, "done": False}),
        (Faults.lost(), {"kind": "lost", "method": WRITES}),
        (Faults.lost(524, method="POST"), {"kind": "lost", "status": 524, "method": "POST"}),
        (Faults.cursor("offset"), {"kind": "cursor", "how": "offset"}),
        (Faults.clock(days=1, hours=-1), {"kind": "clock", "seconds": 82_800.0, "first": 1}),
    ],
)  # fmt: skip
def test_what_is_made(made, wire):
    assert made.to_wire() == wire


def test_every_kind_has_a_name():
    assert {Faults.clock().kind, Faults.latency(1).kind, Faults.rate_limit(1).kind} <= set(EFFECTS)
    names = {name for name in vars(Faults) if not name.startswith("_")}
    assert names == set(EFFECTS) | {"flaky"}


def test_a_slip_of_the_pen_is_an_error():
    with pytest.raises(TypeError, match="pth"):
        Faults.reset(pth="me")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="rate"):
        Faults.reset(rate=2)


async def test_reads_are_repeated_and_succeed(acal, sandbox):
    sandbox.faults.add(Faults.flaky(shape="normal"))
    assert (await acal.me.get()).username == "owner"
    assert [seen.status for seen in sandbox.requests] == [503, 200]


async def test_lost_writes_are_told_apart_from_failed_ones(acal, sandbox):
    sandbox.faults.add(Faults.lost(path="schedules", first=1))
    with pytest.raises(AmbiguousWriteError):
        await acal.schedules.create(name="Lost", time_zone="Europe/London", is_default=False)
    assert [each.name for each in await acal.schedules.list().collect()].count("Lost") == 1


async def test_what_never_gets_better_is_raised(acal, sandbox):
    cal = acal.with_options(max_retries=0)
    with sandbox.faults.during(Faults.reset("during")), pytest.raises(APIConnectionError):
        await cal.me.get()
    with sandbox.faults.during(Faults.status(500)), pytest.raises(ServerError):
        await cal.me.get()
    assert (await cal.me.get()).username == "owner"
