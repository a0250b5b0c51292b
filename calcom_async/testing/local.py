"""The sandbox of a test: it runs in a thread, has no limits unless asked for, and a log with assertions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from calcom_async.sandbox import Sandbox
from calcom_async.sandbox.app import SeenRequest
from calcom_async.testing.request_log import RequestLog

__all__ = ["LocalCalCom"]


class LocalCalCom(Sandbox):
    """A `Sandbox` for tests. Without `rate_limit=` there is none, so that clients never wait."""

    def __init__(self, **options: Any) -> None:
        """Describe it by the arguments of `Sandbox`; `with` starts it in a thread."""
        options.setdefault("rate_limit", None)
        super().__init__(**options)
        self._log = RequestLog(self._seen)

    @property
    def requests(self) -> RequestLog:
        """The requests seen so far, without their keys, and assertions about them."""
        return self._log

    def _seen(self) -> Sequence[SeenRequest]:
        return super().requests
