"""Conferencing apps of a user, a team of an organization, or a member of one."""

from __future__ import annotations

from typing import Any, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.models.conferencing import (
    ConferencingApp,
    ConferencingAuthorization,
    DefaultConferencingApp,
    UserConferencingApp,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Conferencing", "UserConferencing"]

M = TypeVar("M", covariant=True)


class Conferencing(Resource[M]):
    """Conferencing apps: `google-meet`, `zoom`, `msteams`, `daily-video`.

    OAuth scopes `APPS_READ` and `APPS_WRITE`; for a team `TEAM_APPS_READ` and `TEAM_APPS_WRITE`, role team admin.
    """

    @paginated
    def list(self) -> Listing[ConferencingApp]:
        """Every connected app.

        `GET {scope}/conferencing`
        """
        return self._list("/conferencing", ConferencingApp, style="none")

    @operation
    async def connect(self, app: str) -> ConferencingApp:
        """Connect Google Meet (`google-meet`), the only app that needs no consent page; see `auth_url` for others.

        `POST {scope}/conferencing/{app}/connect`

        Args:
            app: `google-meet`.

        Raises:
            BadRequestError: another app, or there is no Google Calendar connection.
        """
        return await self._post("/conferencing/{app}/connect", app, into=ConferencingApp)

    @operation
    async def auth_url(self, app: str, *, return_to: str, on_error_return_to: str) -> ConferencingAuthorization:
        """Where to send the user to connect Zoom (`zoom`) or Microsoft Teams (`msteams`).

        `GET {scope}/conferencing/{app}/oauth/auth-url`

        Args:
            app: Which app.
            return_to: Where the browser goes afterwards: a relative path or an http(s) URL.
            on_error_return_to: Where it goes when that failed.
        """
        query = fields(return_to=return_to, on_error_return_to=on_error_return_to)
        return await self._get("/conferencing/{app}/oauth/auth-url", app, query=query, into=ConferencingAuthorization)

    @operation
    async def finish_authorization(self, app: str, *, state: str, code: str) -> None:
        """Hand over what the provider's consent page sent back; usually the browser does it.

        `GET {scope}/conferencing/{app}/oauth/callback`

        Args:
            app: Which app.
            state: What `auth_url` put into the address.
            code: What the page answered.
        """
        query = fields(state=state, code=code)
        await self._get("/conferencing/{app}/oauth/callback", app, query=query, into=None)

    @operation
    async def get_default(self) -> DefaultConferencingApp:
        """The app that new event types use.

        `GET {scope}/conferencing/default`
        """
        return await self._get("/conferencing/default", into=DefaultConferencingApp, find=_chosen)

    @operation
    async def set_default(self, app: str) -> None:
        """Choose the app that new event types use.

        `POST {scope}/conferencing/{app}/default`
        """
        await self._post("/conferencing/{app}/default", app, into=None)

    @operation
    async def disconnect(self, app: str) -> None:
        """Disconnect an app.

        `DELETE {scope}/conferencing/{app}/disconnect`
        """
        await self._delete("/conferencing/{app}/disconnect", app, into=None)


class UserConferencing(Resource[M]):
    """Conferencing apps of a member of an organization; OAuth scopes `APPS_READ` and `APPS_WRITE`."""

    @paginated
    def list(self) -> Listing[UserConferencingApp]:
        """Every connected app, and which one is the default.

        `GET {user}/conferencing`
        """
        return self._list("/conferencing", UserConferencingApp, style="none")

    @operation
    async def set_default(self, app: str) -> None:
        """Choose the app that the member's new event types use.

        `POST {user}/conferencing/default`

        Args:
            app: One of the connected apps, such as `zoom`.
        """
        await self._post("/conferencing/default", body=fields(app_slug=app), into=None)


def _chosen(found: Any) -> Any:
    """The default app; where none was chosen Cal.com answers without `data`, and the whole answer is found."""
    return {} if isinstance(found, dict) and "status" in found else found
