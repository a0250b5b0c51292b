"""Calendars: connections, what is looked at for conflicts, and where bookings are written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from calcom_async.core.inputs import fields, parts
from calcom_async.core.operation import warn_of_deprecation
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError
from calcom_async.models.calendars import (
    BusyTime,
    CalendarAuthorization,
    CalendarConnection,
    CalendarCredential,
    CalendarToLoad,
    ConnectedCalendars,
    SelectedCalendar,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["Calendars"]

M = TypeVar("M", covariant=True)


class Calendars(Resource[M]):
    """Your calendars. The providers are `google`, `office365`, `apple` and `ics-feed`.

    OAuth scopes `APPS_READ` and `APPS_WRITE`.
    """

    @operation
    async def get_connected(self) -> ConnectedCalendars:
        """Every connection with its calendars, and where bookings are written to.

        `GET /v2/calendars`
        """
        return await self._get("/calendars", into=ConnectedCalendars)

    @paginated
    def list_busy_times(
        self,
        calendars: Sequence[CalendarToLoad | Mapping[str, Any]],
        *,
        date_from: str | Unset = UNSET,
        date_to: str | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        logged_in_users_tz: str | Unset = UNSET,
    ) -> Listing[BusyTime]:
        """When you are busy by your calendars.

        `GET /v2/calendars/busy-times`

        Args:
            calendars: Which ones: mappings with `credential_id` and `external_id`, as `get_connected` names them.
            date_from: First day, `2026-12-01`.
            date_to: Last day.
            time_zone: IANA name of the zone the days are meant in.
            logged_in_users_tz: The same by its older name, which Cal.com has deprecated (it warns once); self-hosted
                servers know no other.

        Raises:
            InvalidRequestError: no calendar, or one without its two ids.
            AuthenticationError: a connection is not yours.
        """
        if logged_in_users_tz is not UNSET:
            warn_of_deprecation("logged_in_users_tz of Calendars.list_busy_times", "use time_zone", stacklevel=3)
        query = fields(date_from=date_from, date_to=date_to, time_zone=time_zone, logged_in_users_tz=logged_in_users_tz)
        return self._list("/calendars/busy-times", BusyTime, query=query | _brackets(calendars), style="none")

    @operation
    async def auth_url(
        self, calendar: str, *, is_dry_run: bool = False, redir: str | Unset = UNSET
    ) -> CalendarAuthorization:
        """Where to send the user to connect `google` or `office365`.

        `GET /v2/calendars/{calendar}/connect`

        Args:
            calendar: The provider.
            is_dry_run: Whether to go through the motions without keeping the connection.
            redir: Where the browser goes afterwards.
        """
        query = fields(is_dry_run=is_dry_run, redir=redir)
        path = "/calendars/{calendar}/connect"
        return await self._get(path, calendar, query=query, into=CalendarAuthorization, find=_whole)

    @operation
    async def finish_authorization(self, calendar: str, *, state: str, code: str) -> None:
        """Hand over what the provider's consent page sent back; usually the browser does it.

        `GET /v2/calendars/{calendar}/save`

        Args:
            calendar: The provider.
            state: What `auth_url` put into the address.
            code: What the page answered.
        """
        await self._get("/calendars/{calendar}/save", calendar, query=fields(state=state, code=code), into=None)

    @operation
    async def save_credentials(self, calendar: str, *, username: str, password: str) -> None:
        """Connect an `apple` calendar by an app-specific password.

        `POST /v2/calendars/{calendar}/credentials`

        Args:
            calendar: `apple`.
            username: The Apple account's address.
            password: An app-specific password, made on Apple's account page.
        """
        body = fields(username=username, password=password)
        await self._post("/calendars/{calendar}/credentials", calendar, body=body, into=None)

    @operation
    async def save_ics_feed(self, urls: Sequence[str], *, read_only: bool | Unset = UNSET) -> CalendarCredential:
        """Connect calendars by the addresses of their ICS feeds.

        `POST /v2/calendars/ics-feed/save`

        Args:
            urls: The feeds.
            read_only: Whether bookings are kept out of them; True by default.
        """
        body = fields(urls=urls, read_only=read_only)
        return await self._post("/calendars/ics-feed/save", body=body, into=CalendarCredential)

    @operation
    async def check(self, calendar: str) -> Any:
        """Make sure that a connection works.

        `GET /v2/calendars/{calendar}/check`

        Returns:
            What Cal.com says of it, as wire JSON; its form is not documented.

        Raises:
            BadRequestError: there is none, or it has stopped working.
        """
        into: Any = Any
        return await self._get("/calendars/{calendar}/check", calendar, into=into, find=_whole)

    @operation
    async def check_ics_feed(self) -> Any:
        """Make sure that the ICS feeds can be read.

        `GET /v2/calendars/ics-feed/check`

        Raises:
            BadRequestError: there are none, or one can't be read.
        """
        into: Any = Any
        return await self._get("/calendars/ics-feed/check", into=into, find=_whole)

    @operation
    async def disconnect(self, calendar: str, *, credential_id: int) -> CalendarCredential:
        """Remove a connection and return it as it was.

        `POST /v2/calendars/{calendar}/disconnect`

        Raises:
            NotFoundError: you have none with this id.
        """
        body = fields(id=credential_id)
        return await self._post("/calendars/{calendar}/disconnect", calendar, body=body, into=CalendarCredential)

    @operation
    async def select(
        self,
        *,
        integration: str,
        external_id: str,
        credential_id: int,
        delegation_credential_id: str | Unset = UNSET,
    ) -> SelectedCalendar:
        """Look at a calendar for conflicts; all four as `get_connected` names them.

        `POST /v2/selected-calendars`
        """
        body = fields(
            integration=integration,
            external_id=external_id,
            credential_id=credential_id,
            delegation_credential_id=delegation_credential_id,
        )
        return await self._post("/selected-calendars", body=body, into=SelectedCalendar, find=_selected)

    @operation
    async def unselect(
        self,
        *,
        integration: str,
        external_id: str,
        credential_id: int,
        delegation_credential_id: str | Unset = UNSET,
    ) -> SelectedCalendar:
        """Look at a calendar no more; all four as `get_connected` names them.

        `DELETE /v2/selected-calendars`

        Raises:
            ServerError: it was not looked at (Cal.com answers 500 then).
        """
        query = fields(
            integration=integration,
            external_id=external_id,
            credential_id=credential_id,
            delegation_credential_id=delegation_credential_id,
        )
        return await self._delete("/selected-calendars", query=query, into=SelectedCalendar)

    @operation
    async def set_destination(
        self, *, integration: str, external_id: str, delegation_credential_id: str | Unset = UNSET
    ) -> SelectedCalendar:
        """Choose the calendar that bookings are written to.

        `PUT /v2/destination-calendars`

        Args:
            integration: `google_calendar`, `office365_calendar` or `apple_calendar`.
            external_id: The calendar's id at the provider.
            delegation_credential_id: The organization's credential behind the connection.
        """
        body = fields(
            integration=integration, external_id=external_id, delegation_credential_id=delegation_credential_id
        )
        return await self._put("/destination-calendars", body=body, into=SelectedCalendar)

    @paginated
    def list_connections(self) -> Listing[CalendarConnection]:
        """Every connection by the id that `calendar_connection(…)` wants; the open fork only.

        `GET /v2/calendars/connections`
        """
        find = _connections
        return self._list("/calendars/connections", CalendarConnection, style="none", find=find)


def _brackets(calendars: Sequence[Any]) -> dict[str, Any]:
    """The calendars as this operation alone wants them: `calendarsToLoad[0][credentialId]=1`."""
    wanted = parts(CalendarToLoad, calendars, "calendars")
    if not wanted:
        raise InvalidRequestError("calendars: name at least one, by credential_id and external_id")
    return {
        f"calendarsToLoad[{index}][{name}]": value for index, one in enumerate(wanted) for name, value in one.items()
    }


def _selected(found: Any) -> Any:
    """The calendar; one that was selected already is answered without `data`."""
    return {} if isinstance(found, dict) and "status" in found else found


def _connections(data: Any) -> Any:
    return data.get("connections") if isinstance(data, dict) else data


def _whole(answer: Any) -> Any:
    return answer
