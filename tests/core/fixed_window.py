"""A server's rate limit as the tests understand it, written apart from the client's and the sandbox's."""

from __future__ import annotations

import math


class FixedWindow:
    """So many hits per window that the first hit opens; one more blocks for `block` seconds."""

    def __init__(
        self,
        limit: int,
        length: float,
        *,
        block: float | None = None,
        whole_seconds: bool = True,
        name: str = "Default",
    ) -> None:
        self.limit, self.length, self.name = limit, length, name
        self.block = length if block is None else block
        self.whole_seconds = whole_seconds
        self.opened = -math.inf
        self.used = 0
        self.blocked_until = -math.inf
        self.served = 0
        self.refused = 0
        self.first: float | None = None

    def hit(self, now: float) -> tuple[int, dict[str, str]]:
        """Count a request; gives the status and the rate-limit headers."""
        self.first = now if self.first is None else self.first
        if now < self.blocked_until:
            return self._refuse(self.blocked_until - now)
        if now >= self.opened + self.length or self.opened < self.blocked_until:
            self.opened, self.used, self.blocked_until = now, 0, -math.inf
        if self.used >= self.limit:
            self.blocked_until = now + self.block
            return self._refuse(self.block)
        self.used += 1
        self.served += 1
        return 200, self._headers(self.limit - self.used, self.opened + self.length - now)

    def _refuse(self, reset: float) -> tuple[int, dict[str, str]]:
        self.refused += 1
        return 429, self._headers(0, reset)

    def _headers(self, remaining: int, reset: float) -> dict[str, str]:
        shown = str(math.ceil(reset)) if self.whole_seconds else f"{reset:.3f}"
        values = {"limit": str(self.limit), "remaining": str(remaining), "reset": shown}
        return {f"x-ratelimit-{part}-{self.name.lower()}": value for part, value in values.items()}
