"""Faults as values, which requests they strike, and that the same seed strikes the same."""

import asyncio
import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.sandbox import Sandbox
from calcom_async.sandbox.fault_plan import Asked, FaultPlan
from calcom_async.sandbox.faults import EFFECTS, Fault, Jump, Latency, Malformed, Status, When, fault


def asked(path="/me", method="GET", query=None, body=b""):
    return Asked(method=method, path=path, query=query or {}, version=None, body=body)


# --- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ("status=503", Fault(Status(503))),
        ("status=503; shape=html; path=bookings/*; rate=0.5", Fault(Status(503, "html"), When(path="bookings/*", rate=0.5))),
        ({"kind": "latency", "seconds": 1, "up_to": 2, "method": "POST"}, Fault(Latency(1, 2), When(method="POST"))),
        ("malformed", Fault(Malformed())),
        ("clock=-60; first=1", Fault(Jump(-60), When(first=1))),
        (Status(500, done=True), Fault(Status(500, done=True))),
        ('status=418; body={"a": 1}; done', Fault(Status(418, body={"a": 1}, done=True))),
    ],
)  # fmt: skip
def test_forms(plain, expected):
    assert fault(plain) == expected
    assert fault(expected.to_wire()) == expected


@pytest.mark.parametrize("kind", EFFECTS)
def test_every_kind_has_a_form(kind):
    required = {"latency": {"seconds": 1}, "clock": {"seconds": 1}}.get(kind, {})
    made = fault({"kind": kind, **required})
    assert made.kind == kind
    assert made.to_wire() == {"kind": kind, **required}


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ("", "a fault's kind is one of"),
        ("explode=1", "a fault's kind is one of"),
        ({"status": 500}, "a fault's kind is one of"),
        (7, "not int"),
        ({"kind": "status", "colour": "red"}, "not 'colour'"),
        ("status=99", "'status' must be >= 200"),
        ("status=text", "must be <class 'int'>"),
        ("status=500; shape=round", "'shape' must be in"),
        ("status=500; rate=2", "'rate' must be <= 1"),
        ("status=500; every=0", "'every' must be >= 1"),
        ("latency", "missing 1 required positional argument: 'seconds'"),
        ("latency=soon", "must be a number, not 'soon'"),
        ("latency=true", "must be a number, not True"),
        ("reset=later", "'part' must be in"),
    ],
)
def test_what_is_no_fault(plain, message):
    with pytest.raises(ValueError, match=message):
        fault(plain)
    with pytest.raises(ValueError, match=message):
        Sandbox(faults=[plain])


# --- which requests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "hits", "misses"),
    [
        ("bookings", ["/bookings"], ["/bookings/a", "/teams/1/bookings", "/bookingsx"]),
        ("/v2/bookings", ["/bookings"], ["/bookings/a"]),
        ("bookings/*", ["/bookings/a"], ["/bookings", "/bookings/a/cancel"]),
        ("bookings/{uid}/cancel", ["/bookings/a/cancel"], ["/bookings//cancel", "/bookings/a/b/cancel"]),
        ("bookings**", ["/bookings", "/bookings/a", "/bookings/a/cancel"], ["/me"]),
        ("**/bookings", ["/bookings", "/teams/1/bookings"], ["/bookings/a"]),
        ("a.c+", ["/a.c+"], ["/abc+"]),
        (None, ["/me", "/bookings/a"], []),
    ],
)
def test_paths(path, hits, misses):
    when = When(path=path)
    assert [each for each in hits + misses if when.matches("GET", each, {})] == hits


def test_methods_and_queries():
    when = When(method="post, PATCH", query={"skip": "100"})
    assert when.matches("PATCH", "/me", {"skip": "100", "take": "5"})
    assert not when.matches("PATCH", "/me", {"skip": "10"})
    assert not when.matches("GET", "/me", {"skip": "100"})


@pytest.mark.parametrize(
    ("when", "struck"),
    [
        (When(), [1, 2, 3, 4, 5, 6, 7, 8]),
        (When(first=2), [1, 2]),
        (When(skip=3), [4, 5, 6, 7, 8]),
        (When(every=3), [3, 6]),
        (When(skip=1, every=2, first=4), [3, 5]),
        (When(first=0), []),
        (When(rate=0), []),
    ],
)
def test_counts(when, struck):
    plan = FaultPlan(1, [Fault(Status(500), when)])
    assert [number for number in range(1, 9) if plan.strikes(asked())] == struck


def test_counted_per_request():
    plan = FaultPlan(1, ["status=500; first=1; per=request"])
    requests = [
        asked(),
        asked(),
        asked(query={"a": "1"}),
        asked(query={"a": "1"}),
        asked(method="PATCH", body=b"1"),
        asked(method="PATCH", body=b"2"),
        asked(method="PATCH", body=b"2"),
    ]
    assert [bool(plan.strikes(each)) for each in requests] == [True, False, True, False, True, True, False]


def test_only_the_first_that_breaks_the_answer_does():
    plan = FaultPlan(1, ["latency=1", "status=500; first=1", "status=501; first=1", "latency=2"])
    kinds = [[each.number for each in plan.strikes(asked())] for _ in range(3)]
    assert kinds == [[1, 2], [1, 3], [1, 4]]


def test_add_remove_during_and_clear():
    plan = FaultPlan(1)
    one, two = plan.add("status=500"), plan.add("status=501")
    plan.remove(one)
    assert [number for number, _ in plan] == [two] == [2]
    with plan.during("reset", "lost"):
        assert [each.kind for _, each in plan] == ["status", "reset", "lost"]
    assert len(plan) == 1
    with pytest.raises(KeyError):
        plan.remove(one)
    plan.clear()
    assert (len(plan), plan.add("status=500")) == (0, 1)


def test_counts_begin_again_after_clear():
    plan = FaultPlan(1, ["status=500; rate=0.5"])
    first = [bool(plan.strikes(asked())) for _ in range(50)]
    plan.clear()
    plan.add("status=500; rate=0.5")
    assert [bool(plan.strikes(asked())) for _ in range(50)] == first


# --- chance ----------------------------------------------------------------------------------------------------------


def struck_of(seed, requests, rate=0.3):
    plan = FaultPlan(seed, [f"status=500; rate={rate}"])
    found = {}
    for each in requests:
        found.setdefault((each.method, each.path), []).append(bool(plan.strikes(each)))
    return found


PATHS = st.lists(st.sampled_from(["/me", "/bookings", "/bookings/a", "/slots"]), max_size=40)


@given(PATHS, st.randoms(use_true_random=False), st.integers(0, 5))
def test_the_order_of_different_requests_does_not_matter(paths, order: random.Random, seed):
    requests = [asked(path) for path in paths]
    shuffled = requests[:]
    order.shuffle(shuffled)
    assert struck_of(seed, requests) == struck_of(seed, shuffled)


def test_another_seed_strikes_others_and_the_rate_is_kept():
    requests = [asked() for _ in range(4_000)]
    one, two = (struck_of(seed, requests)["GET", "/me"] for seed in (1, 2))
    assert one != two
    assert 0.27 < sum(one) / len(one) < 0.33


def test_two_faults_of_the_same_rate_are_independent():
    plan = FaultPlan(1, ["latency=1; rate=0.5", "latency=2; rate=0.5"])
    seen = {tuple(each.number for each in plan.strikes(asked())) for _ in range(50)}
    assert seen == {(), (1,), (2,), (1, 2)}


async def test_the_same_faults_whatever_the_concurrency(session, talk_to):
    async def injected(at_once):
        faults = ["status=503; rate=0.2", "malformed; rate=0.1; path=teams"]
        async with Sandbox(seed=4, rate_limit=None, faults=faults) as sandbox:
            talk, places = talk_to(sandbox, session), asyncio.Semaphore(at_once)

            async def ask(path):
                async with places:
                    with contextlib.suppress(ValueError):  # malformed, as wanted
                        await talk("GET", path)

            await asyncio.gather(*(ask(path) for path in ["me", "teams", "event-types"] * 30))
            return sorted((each.fault, each.path) for each in sandbox.faults.injected)

    one = await injected(1)
    assert one == await injected(20)
    assert {fault for fault, _ in one} == {1, 2}
