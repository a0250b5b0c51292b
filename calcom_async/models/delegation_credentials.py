"""Delegation credentials: how an organization lets Cal.com act for all its users at Google or Microsoft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import attrs

from calcom_async.core.records import Input, Record, record, secret, tagged_union

__all__ = [
    "DelegationCredential",
    "DelegationSecret",
    "GoogleServiceAccountKey",
    "MicrosoftServiceAccountKey",
    "ServiceAccountKey",
    "WorkspacePlatform",
]


@record
class WorkspacePlatform(Record):
    """Google Workspace or Microsoft 365."""

    name: str | None = None
    """Its name."""
    slug: str | None = None
    """`google` or `office365`."""


@record
class DelegationSecret(Record):
    """A client secret that Cal.com renews by itself."""

    created_at: datetime | None = None
    """When it was made; only of one that is not in use yet."""
    expires_at: datetime | None = None
    """When it expires; None where that is not known."""


@record
class DelegationCredential(Record):
    """The leave to act for the users of one domain. Keys are never in it."""

    id: str
    """Its id."""
    enabled: bool | None = None
    """Whether it is in use."""
    domain: str | None = None
    """The domain of the users' e-mail addresses."""
    organization_id: int | None = None
    """The organization."""
    workspace_platform: WorkspacePlatform | None = None
    """Where Cal.com acts."""
    service_account_client_id: str | None = None
    """The client id of the service account; only in reads."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed last."""
    opt_out_auto_secret_rotation: bool | None = None
    """Microsoft: whether you renew the client secret yourself. So are the next four."""
    secret_rotation_blocked: bool | None = None
    """Whether renewal has failed too often and waits for `reset_rotation`."""
    secret_rotation_error_code: str | None = None
    """Why it failed last, such as `missing_permission`; an open set."""
    secret: DelegationSecret | None = None
    """The client secret in use."""
    pending_secret: DelegationSecret | None = None
    """Its successor, until it is in use."""


@record
class GoogleServiceAccountKey(Input):
    """The key of a Google service account, as in its JSON file."""

    client_email: str = attrs.field(metadata={"wire": "client_email"})
    """Its e-mail address."""
    client_id: str = attrs.field(metadata={"wire": "client_id"})
    """Its client id."""
    private_key: str = secret("private_key", default=attrs.NOTHING)
    """Its private key, PEM."""


@record
class MicrosoftServiceAccountKey(Input):
    """The key of a Microsoft application."""

    tenant_id: str = attrs.field(metadata={"wire": "tenant_id"})
    """The tenant."""
    client_id: str = attrs.field(metadata={"wire": "client_id"})
    """The application."""
    private_key: str = secret("private_key", default=attrs.NOTHING)
    """Its client secret."""


ServiceAccountKey: TypeAlias = GoogleServiceAccountKey | MicrosoftServiceAccountKey | Mapping[str, Any]
"""What is accepted for a key: a record, or a mapping, with `tenant_id` for Microsoft."""

_KEYS: dict[Any, type[Any]] = {True: MicrosoftServiceAccountKey, False: GoogleServiceAccountKey}
tagged_union(
    GoogleServiceAccountKey | MicrosoftServiceAccountKey, "tenant_id", _KEYS, key=lambda wire: "tenant_id" in wire
)
