"""Tests of your own code, against a local Cal.com: pytest fixtures, faults on demand, recorded answers.

pytest finds the fixtures by itself once the package is installed; `calcom_async.testing.plugin` describes them.

```python
def test_books(calcom, calcom_requests):
    book_a_call(calcom)
    calcom_requests.assert_one("POST", "bookings", body={"eventTypeId": 20002})
```

Names are loaded when they are first used, so that pytest starts no slower.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calcom_async.testing.cassette import Cassette
    from calcom_async.testing.faults import Faults
    from calcom_async.testing.local import LocalCalCom
    from calcom_async.testing.request_log import RequestLog

_MODULES = {"Cassette": "cassette", "Faults": "faults", "LocalCalCom": "local", "RequestLog": "request_log"}

__all__ = ["Cassette", "Faults", "LocalCalCom", "RequestLog"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
