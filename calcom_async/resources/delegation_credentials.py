"""Delegation credentials of an organization: `org.delegation_credentials`."""

from __future__ import annotations

from typing import TypeVar

from calcom_async.core.inputs import fields, part
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.delegation_credentials import (
    DelegationCredential,
    GoogleServiceAccountKey,
    MicrosoftServiceAccountKey,
    ServiceAccountKey,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["DelegationCredentials"]

M = TypeVar("M", covariant=True)
_KEY = GoogleServiceAccountKey | MicrosoftServiceAccountKey


class DelegationCredentials(Resource[M]):
    """How Cal.com acts for all users of a domain at Google or Microsoft; organization admin.

    Self-hosted servers can make and change them, but have no reads.
    """

    @paginated
    def list(self, *, domain: str | Unset = UNSET, page_size: int = 250) -> Listing[DelegationCredential]:
        """Every delegation credential, or that of one domain.

        `GET {organization}/delegation-credentials`
        """
        query = fields(domain=domain)
        return self._list("/delegation-credentials", DelegationCredential, query=query, page_size=page_size)

    @operation
    async def get(self, credential_id: str) -> DelegationCredential:
        """One delegation credential.

        `GET {organization}/delegation-credentials/{credentialId}`
        """
        return await self._get("/delegation-credentials/{credentialId}", credential_id, into=DelegationCredential)

    @operation
    async def create(
        self,
        *,
        domain: str,
        workspace_platform_slug: str,
        service_account_key: ServiceAccountKey,
        opt_out_auto_secret_rotation: bool | Unset = UNSET,
    ) -> DelegationCredential:
        """Save a delegation credential; it starts switched off.

        `POST {organization}/delegation-credentials`

        Args:
            domain: The domain of the users' e-mail addresses.
            workspace_platform_slug: `google` or `office365`.
            service_account_key: The key: `private_key`, `client_id`, and `client_email` (Google) or `tenant_id`.
            opt_out_auto_secret_rotation: Microsoft: whether you renew the client secret yourself.

        Raises:
            InvalidRequestError: a part of the key is missing.
        """
        body = fields(
            domain=domain,
            workspace_platform_slug=workspace_platform_slug,
            service_account_key=part(_KEY, service_account_key, "service_account_key"),
            opt_out_auto_secret_rotation=opt_out_auto_secret_rotation,
        )
        return await self._post("/delegation-credentials", body=body, into=DelegationCredential)

    @operation
    async def update(
        self,
        credential_id: str,
        *,
        enabled: bool | Unset = UNSET,
        service_account_key: ServiceAccountKey | Unset = UNSET,
        opt_out_auto_secret_rotation: bool | Unset = UNSET,
    ) -> DelegationCredential:
        """Change what is given, and leave the rest. Cal.com keeps it off as long as the key does not work.

        `PATCH {organization}/delegation-credentials/{credentialId}`. The document: a list of keys.

        Args:
            credential_id: Which one.
            enabled: Whether Cal.com acts with it.
            service_account_key: The key, as `create` takes it.
            opt_out_auto_secret_rotation: Microsoft: whether you renew the client secret yourself.
        """
        body = fields(
            enabled=enabled,
            service_account_key=part(_KEY, service_account_key, "service_account_key"),
            opt_out_auto_secret_rotation=opt_out_auto_secret_rotation,
        )
        path = "/delegation-credentials/{credentialId}"
        return await self._patch(path, credential_id, body=body, into=DelegationCredential)

    @operation
    async def delete(self, credential_id: str) -> DelegationCredential:
        """Delete a delegation credential and return it as it was.

        `DELETE {organization}/delegation-credentials/{credentialId}`
        """
        return await self._delete("/delegation-credentials/{credentialId}", credential_id, into=DelegationCredential)

    @operation
    async def reset_rotation(self, credential_id: str) -> DelegationCredential:
        """Microsoft: let the renewal of the client secret begin again after it had failed too often.

        `POST {organization}/delegation-credentials/{credentialId}/reset-rotation`
        """
        path = "/delegation-credentials/{credentialId}/reset-rotation"
        return await self._post(path, credential_id, into=DelegationCredential)
