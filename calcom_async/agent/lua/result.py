"""What came of a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

__all__ = ["IntegrationCall", "LuaResult"]


@attrs.frozen(kw_only=True)
class IntegrationCall:
    """A call that a script made.

    Attributes:
        function: The tool's name.
        account: The account it was made for.
        success: Whether it worked.
        error: The code of its error; None where it worked.
        duration_ms: How long it took, in milliseconds.
    """

    function: str
    account: str
    success: bool
    error: str | None
    duration_ms: float

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class LuaResult:
    """What came of a script.

    Attributes:
        success: Whether it ran to its end.
        output: What it printed.
        error: What ended it, with the line and what to do, such as `script:3: …`; None where nothing did.
        result: What it returned, as JSON values: a list where it was several, None for nothing.
        execution_time_ms: From its start to its end, in milliseconds.
        memory_usage: The most memory its Lua state was seen to use, in bytes.
        integration_calls: The calls it made, in the order of their ends.
        meta: `lua`, `account`, `dry_run`, `output_characters` and `output_truncated`; after an error also `error` (its
            `code`, `message`, `advice`, and where they are known `line`, `status`, `parameter`, `function`),
            `incomplete` (the script ends too early) and `state_lost` (the process had to be killed).
    """

    success: bool
    output: str
    error: str | None
    result: Any
    execution_time_ms: float
    memory_usage: int
    integration_calls: tuple[IntegrationCall, ...]
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values, ready for `json.dumps`."""
        return {
            "success": self.success,
            "output": self.output,
            "error": self.error,
            "result": self.result,
            "execution_time_ms": self.execution_time_ms,
            "memory_usage": self.memory_usage,
            "integration_calls": [call.to_dict() for call in self.integration_calls],
            "meta": dict(self.meta),
        }
