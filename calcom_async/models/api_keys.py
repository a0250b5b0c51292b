"""API keys."""

from __future__ import annotations

from calcom_async.core.records import Record, record, secret

__all__ = ["RefreshedApiKey"]


@record
class RefreshedApiKey(Record):
    """The key that stands in for the one that was refreshed."""

    api_key: str = secret(default="")
    """The new key: the only time it is told."""
