"""What a call of a tool answers: data, or an error that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

__all__ = ["Meta", "Result", "ToolError"]


@attrs.frozen(kw_only=True)
class ToolError:
    """What went wrong, for whoever made the call: never a traceback, a key or somebody's personal data.

    Attributes:
        code: Such as `unknown_parameter`; see the guide for all of them.
        message: What happened.
        advice: What to do.
        status: The HTTP status, where Cal.com answered with an error.
        parameter: Which parameter, where it was one.
        details: More for programs: names that exist, Cal.com's own code, its request id.
    """

    code: str
    message: str
    advice: str
    status: int | None = None
    parameter: str | None = None
    details: Mapping[str, Any] = attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "code": self.code,
            "message": self.message,
            "advice": self.advice,
            "status": self.status,
            "parameter": self.parameter,
            "details": dict(self.details),
        }


@attrs.frozen(kw_only=True)
class Meta:
    """About a call.

    Attributes:
        operation: What it calls, such as `GET /v2/bookings`; empty for an unknown tool.
        account: The account it was made for.
        dry_run: Whether nothing that writes was sent.
    """

    operation: str
    account: str
    dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"operation": self.operation, "account": self.account, "dry_run": self.dry_run}


@attrs.frozen(kw_only=True)
class Result:
    """What came of a call.

    Attributes:
        function: The tool's name, as it is known; of an unknown one the name that was given.
        success: Whether it worked.
        data: What it answers, as plain JSON values; None after an error.
        error: What went wrong; None where it worked.
        meta: About the call.
        duration_ms: How long it took, in milliseconds.
    """

    function: str
    success: bool
    data: Mapping[str, Any] | None
    error: ToolError | None
    meta: Meta
    duration_ms: float

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values, ready for `json.dumps`."""
        return {
            "function": self.function,
            "success": self.success,
            "data": None if self.data is None else dict(self.data),
            "error": None if self.error is None else self.error.to_dict(),
            "meta": self.meta.to_dict(),
            "duration_ms": self.duration_ms,
        }
