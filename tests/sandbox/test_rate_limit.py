"""Windows, headers and blocks: the decision as a table, and over the wire."""

import pytest

from calcom_async.sandbox import RateLimit, Sandbox
from calcom_async.sandbox.rate_limit import hit

RULE = RateLimit(limit=3, window=10, block=20)


@pytest.mark.parametrize(
    ("moments", "expected"),
    [
        # (allowed, remaining, reset) of each hit
        ([0, 1, 2], [(True, 2, 10), (True, 1, 9), (True, 0, 8)]),
        ([0, 1, 2, 3], [(True, 2, 10), (True, 1, 9), (True, 0, 8), (False, 0, 20)]),
        # a block lasts from the hit that broke the limit; hits during it change nothing
        (
            [0, 0, 0, 3, 13, 22],
            [(True, 2, 10), (True, 1, 10), (True, 0, 10), (False, 0, 20), (False, 0, 10), (False, 0, 1)],
        ),
        (
            [0, 0, 0, 3, 22, 23],
            [(True, 2, 10), (True, 1, 10), (True, 0, 10), (False, 0, 20), (False, 0, 1), (True, 2, 10)],
        ),
        # the window is fixed from the first hit
        ([0, 9, 10, 12], [(True, 2, 10), (True, 1, 1), (True, 2, 10), (True, 1, 8)]),
    ],
)
def test_windows(moments, expected):
    window, seen = None, []
    for moment in moments:
        window, verdict = hit(window, moment, RULE)
        seen.append((verdict.allowed, verdict.remaining, verdict.reset))
    assert seen == expected


async def test_headers_count_down_and_429_names_the_guard(session, talk_to):
    async with Sandbox(now="2026-04-06T08:00:00Z", rate_limit=RateLimit(limit=2, window=60, block=30)) as sandbox:
        talk = talk_to(sandbox, session)
        replies = [await talk("GET", "me") for _ in range(3)]
        assert [each.status for each in replies] == [200, 200, 429]
        assert [each.headers["X-RateLimit-Remaining-Default"] for each in replies] == ["1", "0", "0"]
        assert [each.headers["X-RateLimit-Limit-Default"] for each in replies] == ["2"] * 3
        assert [each.headers["X-RateLimit-Reset-Default"] for each in replies] == ["60", "60", "30"]
        text = "CustomThrottlerGuard - Too many requests. Please try again later."
        assert replies[2].body["error"] == {"code": "ThrottlerException", "message": text, "details": text}
        assert "Retry-After" not in replies[2].headers
        assert (await talk("GET", "me", user="member")).status == 200
        sandbox.clock.advance(seconds=29)
        assert (await talk("GET", "me")).status == 429
        sandbox.clock.advance(seconds=1.5)
        assert (await talk("GET", "me")).status == 200


async def test_no_rate_headers_where_nothing_is_counted(session, talk_to):
    async with Sandbox() as sandbox:
        talk = talk_to(sandbox, session)
        for path, headers in (("nope", {}), ("me", {"Authorization": "Bearer cal_x"})):
            reply = await talk("GET", path, headers=headers)
            assert not [name for name in reply.headers if name.startswith("X-RateLimit")]
        assert (await talk("GET", "me")).headers["X-RateLimit-Remaining-Default"] == "119"
        # addresses without a key have a window of their own
        assert (await talk("GET", "bookings", user=None)).headers["X-RateLimit-Remaining-Default"] == "119"
    async with Sandbox(rate_limit=None) as sandbox:
        reply = await talk_to(sandbox, session)("GET", "me")
        assert not [name for name in reply.headers if name.startswith("X-RateLimit")]


async def test_fractions_of_seconds(session, talk_to):
    limit = RateLimit(limit=1, window=0.5, block=0.25, fractional=True)
    async with Sandbox(rate_limit=limit) as sandbox:
        talk = talk_to(sandbox, session)
        first, second = await talk("GET", "me"), await talk("GET", "me")
        assert first.headers["X-RateLimit-Reset-Default"] == "0.500"
        assert (second.status, second.headers["X-RateLimit-Reset-Default"]) == (429, "0.250")
        sandbox.clock.advance(seconds=0.25)
        assert (await talk("GET", "me")).status == 200
