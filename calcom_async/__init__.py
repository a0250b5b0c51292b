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
    from calcom_async.core.auth import PlatformClient
    from calcom_async.core.auth_source import KeySource, Lease
    from calcom_async.core.limiter import Limiter
    from calcom_async.core.oauth import OAuth2
    from calcom_async.core.oauth_managed import ManagedUser
    from calcom_async.core.oauth_tokens import Tokens
    from calcom_async.core.paging import Page, Pager, Pagination, Position
    from calcom_async.core.token_stores import MemoryTokens
    from calcom_async.core.token_stores_file import FileTokens
    from calcom_async.core.token_stores_keyring import KeyringTokens
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
        LoginError,
        MissingExtraError,
        NotFoundError,
        PaginationError,
        PermissionDeniedError,
        RateLimitError,
        ServerError,
        TokenRefreshError,
        TokenRefreshLostError,
        UnprocessableEntityError,
        WebhookVerificationError,
    )

_HOMES = {
    "AsyncCalCom": "client",
    "CalCom": "client",
    "DISABLED": "core.unset",
    "FileTokens": "core.token_stores_file",
    "KeySource": "core.auth_source",
    "KeyringTokens": "core.token_stores_keyring",
    "Lease": "core.auth_source",
    "Limiter": "core.limiter",
    "ManagedUser": "core.oauth_managed",
    "MemoryTokens": "core.token_stores",
    "OAuth2": "core.oauth",
    "Page": "core.paging",
    "Pager": "core.paging",
    "Pagination": "core.paging",
    "PlatformClient": "core.auth",
    "Position": "core.paging",
    "Tokens": "core.oauth_tokens",
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
    "FileTokens",
    "InvalidRequestError",
    "KeySource",
    "KeyringTokens",
    "Lease",
    "Limiter",
    "LoginError",
    "ManagedUser",
    "MemoryTokens",
    "MissingExtraError",
    "NotFoundError",
    "OAuth2",
    "Page",
    "Pager",
    "Pagination",
    "PaginationError",
    "PermissionDeniedError",
    "PlatformClient",
    "Position",
    "RateLimitError",
    "ServerError",
    "TokenRefreshError",
    "TokenRefreshLostError",
    "Tokens",
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
