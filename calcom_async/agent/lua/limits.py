"""What a script may use."""

from __future__ import annotations

import attrs

from calcom_async.errors import InvalidRequestError
from calcom_async.guesses import naming_arguments

__all__ = ["LuaLimits"]


@naming_arguments
@attrs.frozen(kw_only=True)
class LuaLimits:
    """What a script may use. Whatever it exceeds ends the run with an error of a code of its own.

    Attributes:
        memory: Bytes of its Lua state (`memory_limit`); at least a megabyte.
        cpu: Seconds of computing (`cpu_limit`). Waiting for Cal.com is no computing.
        wall: Seconds from its start to its end, with all waiting (`wall_limit`).
        calls: Calls of functions (`call_limit`).
        parallel: Calls on their way at once; more wait for their turn.
        output: Bytes that it may print, a line at least 16 (`output_limit`).
        shown: Characters of the output that the result keeps; the middle of a longer one is left out.
        result: Bytes of the return value as JSON (`too_large`).
        source: Characters of the script (`too_large`).
    """

    memory: int = 32 << 20
    cpu: float = 30.0
    wall: float = 300.0
    calls: int = 200
    parallel: int = 32
    output: int = 1_000_000
    shown: int = 50_000
    result: int = 1_000_000
    source: int = 500_000

    def __attrs_post_init__(self) -> None:
        for name, value in attrs.asdict(self).items():
            if not value > 0:
                raise InvalidRequestError(f"LuaLimits: {name} must be more than 0; leave it out for the default")
        if self.memory < 1 << 20:
            raise InvalidRequestError("LuaLimits: memory must be at least 1048576 bytes, which Lua needs for itself")
