"""Allowlists: the addresses that Cal.com's services use."""

from __future__ import annotations

from collections.abc import Mapping

from calcom_async.core.records import Record, record

__all__ = ["Allowlist", "AllowlistMetadata", "AllowlistService", "Allowlists"]


@record
class AllowlistMetadata(Record):
    """About the lists."""

    schema_version: str | None = None
    """The version of their form."""


@record
class AllowlistService(Record):
    """The addresses of one service."""

    name: str | None = None
    """Its name; None within `Allowlists`, whose keys are the names."""
    direction: str | None = None
    """`ingress-to-cal`: where your systems connect to; `egress-from-cal`: where Cal.com connects from."""
    ipv4: tuple[str, ...] = ()
    """IPv4 ranges."""


@record
class Allowlists(Record):
    """The addresses of every service."""

    metadata: AllowlistMetadata | None = None
    """About the lists."""
    services: Mapping[str, AllowlistService] | None = None
    """By service."""


@record
class Allowlist(Record):
    """The addresses of one service."""

    metadata: AllowlistMetadata | None = None
    """About the list."""
    service: AllowlistService | None = None
    """The service."""
