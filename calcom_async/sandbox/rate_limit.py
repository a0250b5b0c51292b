"""Rate limits as the live service applies them: a fixed window from the first hit, then a block.

Going over the limit blocks the key for `block` seconds; hits during the block are refused and do not extend it.
"""

from __future__ import annotations

import math

from attrs import define, field, frozen

from calcom_async.guesses import naming_arguments


@naming_arguments
@frozen(kw_only=True)
class RateLimit:
    """What one key (or one address without a key) may do.

    Fractions of seconds are allowed, for tests on a small scale. The real service tells the time to the reset in whole
    seconds, rounded up; `fractional=True` sends decimals instead, so that a scaled-down client can pace exactly.
    """

    limit: int = 120
    window: float = 60.0
    block: float = 60.0
    name: str = "Default"
    fractional: bool = False


@frozen
class Verdict:
    """The outcome of one hit: let through or refused, and what the headers say."""

    allowed: bool
    remaining: int
    reset: float


@define
class _Window:
    opened: float
    hits: int = 0
    blocked_until: float = 0.0


def hit(window: _Window | None, now: float, rule: RateLimit) -> tuple[_Window, Verdict]:
    """Count one request at `now` (seconds) and judge it. The window passed in is updated and given back."""
    if window is not None and window.blocked_until:
        if now < window.blocked_until:
            return window, Verdict(False, 0, window.blocked_until - now)
        window = None
    if window is None or now >= window.opened + rule.window:
        window = _Window(now)
    window.hits += 1
    if window.hits > rule.limit:
        window.blocked_until = now + rule.block
        return window, Verdict(False, 0, rule.block)
    return window, Verdict(True, rule.limit - window.hits, window.opened + rule.window - now)


@define
class RateLimiter:
    """The windows of every caller."""

    rule: RateLimit | None
    _windows: dict[str, _Window] = field(factory=dict)

    def hit(self, caller: str, now: float, own: RateLimit | None = None) -> Verdict | None:
        """Count a request of `caller`; None where there are no limits at all.

        `own` is the limit of an endpoint or a kind of credentials, counted apart from the others of the caller.
        """
        if self.rule is None:
            return None
        counted = caller if own is None else f"{caller} {own.name}"
        window, verdict = hit(self._windows.get(counted), now, own or self.rule)
        self._windows[counted] = window
        return verdict

    def headers(self, verdict: Verdict, own: RateLimit | None = None) -> dict[str, str]:
        """`X-RateLimit-{Limit,Remaining,Reset}-<Name>`; Reset is the number of seconds left."""
        rule = own or self.rule
        if rule is None:
            return {}
        reset = f"{verdict.reset:.3f}" if rule.fractional else str(math.ceil(verdict.reset))
        return {
            f"X-RateLimit-Limit-{rule.name}": str(rule.limit),
            f"X-RateLimit-Remaining-{rule.name}": str(verdict.remaining),
            f"X-RateLimit-Reset-{rule.name}": reset,
        }
