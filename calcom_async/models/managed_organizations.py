"""Organizations within a platform organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calcom_async.core.records import Record, record, secret

__all__ = ["ManagedOrganization"]


@record
class ManagedOrganization(Record):
    """An organization within a platform organization."""

    id: int
    """Its id: `cal.organization(id)`, with its own key."""
    name: str | None = None
    """Its name."""
    slug: str | None = None
    """Its part of addresses."""
    metadata: Mapping[str, Any] | None = None
    """Your own data."""
    api_key: str | None = secret()
    """Its key; only when it is made, and never again."""
