"""The async-first Python client for Cal.com (API v2), with a thin blocking face.

```python
from calcom_async import AsyncCalCom, CalCom

async with AsyncCalCom() as cal:  # key from CALCOM_API_KEY
    async for booking in cal.bookings.list(status="upcoming"):
        print(booking.start, booking.title)

with CalCom() as cal:  # the same, blocking
    for booking in cal.bookings.list(status="upcoming"):
        print(booking.start, booking.title)
```

What this module names is the public face; everything else may change. Names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from calcom_async._version import __version__

if TYPE_CHECKING:
    from calcom_async import errors, models
    from calcom_async.client import AsyncCalCom, CalCom
    from calcom_async.core.limiter import Limiter
    from calcom_async.core.paging import Page, Pager, Pagination, Position
    from calcom_async.core.unset import DISABLED, UNSET
    from calcom_async.errors import (
        AmbiguousWriteError,
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        ApiVersionError,
        AuthenticationError,
        BadRequestError,
        CalComError,
        ConfigurationError,
        ConflictError,
        DecodeError,
        ExportError,
        InvalidRequestError,
        MissingExtraError,
        NotFoundError,
        PaginationError,
        PermissionDeniedError,
        RateLimitError,
        ServerError,
        UnprocessableEntityError,
        WebhookVerificationError,
    )

_HOMES = {
    "AsyncCalCom": "client",
    "CalCom": "client",
    "DISABLED": "core.unset",
    "Limiter": "core.limiter",
    "Page": "core.paging",
    "Pager": "core.paging",
    "Pagination": "core.paging",
    "Position": "core.paging",
    "UNSET": "core.unset",
}
_MODULES = ("errors", "models")

__all__ = [
    "DISABLED",
    "UNSET",
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AmbiguousWriteError",
    "ApiVersionError",
    "AsyncCalCom",
    "AuthenticationError",
    "BadRequestError",
    "CalCom",
    "CalComError",
    "ConfigurationError",
    "ConflictError",
    "DecodeError",
    "ExportError",
    "InvalidRequestError",
    "Limiter",
    "MissingExtraError",
    "NotFoundError",
    "Page",
    "Pager",
    "Pagination",
    "PaginationError",
    "PermissionDeniedError",
    "Position",
    "RateLimitError",
    "ServerError",
    "UnprocessableEntityError",
    "WebhookVerificationError",
    "__version__",
    "errors",
    "models",
]


if not TYPE_CHECKING:  # or every misspelt name would be fine with a type checker

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"calcom_async.{name}")
        home = _HOMES.get(name, "errors" if name in __all__ else None)
        if home is None:
            raise AttributeError(f"module 'calcom_async' has no attribute {name!r}")
        value = getattr(importlib.import_module(f"calcom_async.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
