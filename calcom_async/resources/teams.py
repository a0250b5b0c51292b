"""Teams, and invitations to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from calcom_async.core.codec import decode
from calcom_async.core.inputs import fields
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.teams import CreatedTeam, PendingTeam, Team, TeamInvite
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["TeamInvites", "Teams"]

M = TypeVar("M", covariant=True)


class Teams(Resource[M]):
    """The teams you belong to; `cal.team(id)` reaches into one."""

    @paginated
    def list(self) -> Listing[Team]:
        """Every team you belong to; Cal.com does not page them.

        `GET /v2/teams`, OAuth scope `TEAM_PROFILE_READ`.
        """
        return self._list("/teams", Team, style="none")

    @operation
    async def get(self, team_id: int) -> Team:
        """One team.

        `GET /v2/teams/{teamId}`, OAuth scope `TEAM_PROFILE_READ`.

        Raises:
            PermissionDeniedError: you don't belong to it, or there is none.
        """
        return await self._get("/teams/{teamId}", team_id, into=Team)

    @operation
    async def create(
        self,
        *,
        name: str,
        slug: str | Unset = UNSET,
        logo_url: str | Unset = UNSET,
        cal_video_logo: str | Unset = UNSET,
        app_logo: str | Unset = UNSET,
        app_icon_logo: str | Unset = UNSET,
        bio: str | Unset = UNSET,
        hide_branding: bool | Unset = UNSET,
        is_private: bool | Unset = UNSET,
        hide_book_a_team_member: bool | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        theme: str | Unset = UNSET,
        brand_color: str | Unset = UNSET,
        dark_brand_color: str | Unset = UNSET,
        banner_url: str | Unset = UNSET,
        time_format: int | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        week_start: str | Unset = UNSET,
        auto_accept_creator: bool | Unset = UNSET,
    ) -> CreatedTeam:
        """Make a team. Where teams cost, the answer is a `PendingTeam` with a link to pay at: there is no team before.

        `POST /v2/teams`, OAuth scope `TEAM_PROFILE_WRITE`.

        Args:
            name: Its name, at most 155 characters, without links.
            slug: Its part of booking links, such as `support-eu`; made from the name by default.
            logo_url: Its logo.
            cal_video_logo: Its logo in Cal Video rooms.
            app_logo: Its logo in the web app.
            app_icon_logo: Its icon in the web app.
            bio: What its page says about it.
            hide_branding: Whether Cal.com's name is left out of its pages.
            is_private: Whether its members are hidden.
            hide_book_a_team_member: Whether its page offers no booking of single members.
            metadata: Your own data: up to 50 keys of 40 characters; texts (up to 500 characters), numbers, booleans.
            theme: `light` or `dark`.
            brand_color: Colour on a light background, such as `#292929`.
            dark_brand_color: Colour on a dark background.
            banner_url: Its banner.
            time_format: 12 or 24 hours.
            time_zone: Its time zone; `Europe/London` by default. Its default schedule is Monday to Friday, 9 to 5.
            week_start: First day of the week; `Sunday` by default.
            auto_accept_creator: Whether you belong to it at once; True by default.

        Raises:
            ConflictError: the slug is taken.
            BadRequestError: Cal.com refuses a value.
        """
        body = fields(
            name=name,
            slug=slug,
            logo_url=logo_url,
            cal_video_logo=cal_video_logo,
            app_logo=app_logo,
            app_icon_logo=app_icon_logo,
            bio=bio,
            hide_branding=hide_branding,
            is_private=is_private,
            hide_book_a_team_member=hide_book_a_team_member,
            metadata=metadata,
            theme=theme,
            brand_color=brand_color,
            dark_brand_color=dark_brand_color,
            banner_url=banner_url,
            time_format=time_format,
            time_zone=time_zone,
            week_start=week_start,
            auto_accept_creator=auto_accept_creator,
        )
        data = await self._post("/teams", body=body, into=dict)
        return decode(data, PendingTeam, path="data") if "pendingTeam" in data else decode(data, Team, path="data")

    @operation
    async def update(
        self,
        team_id: int,
        *,
        name: str | Unset = UNSET,
        slug: str | Unset = UNSET,
        logo_url: str | Unset = UNSET,
        cal_video_logo: str | Unset = UNSET,
        app_logo: str | Unset = UNSET,
        app_icon_logo: str | Unset = UNSET,
        bio: str | Unset = UNSET,
        hide_branding: bool | Unset = UNSET,
        is_private: bool | Unset = UNSET,
        hide_book_a_team_member: bool | Unset = UNSET,
        metadata: Mapping[str, Any] | Unset = UNSET,
        theme: str | Unset = UNSET,
        brand_color: str | Unset = UNSET,
        dark_brand_color: str | Unset = UNSET,
        banner_url: str | Unset = UNSET,
        time_format: int | Unset = UNSET,
        time_zone: str | Unset = UNSET,
        week_start: str | Unset = UNSET,
        booking_limits: str | Unset = UNSET,
        include_managed_events_in_limits: bool | Unset = UNSET,
    ) -> Team:
        """Change what is given, and leave the rest.

        `PATCH /v2/teams/{teamId}`, team admin, OAuth scope `TEAM_PROFILE_WRITE`.

        Args:
            team_id: Which one.
            name: Its name. Self-hosted servers refuse an update without it.
            slug: Its part of booking links.
            logo_url: Its logo.
            cal_video_logo: Its logo in Cal Video rooms.
            app_logo: Its logo in the web app.
            app_icon_logo: Its icon in the web app.
            bio: What its page says about it.
            hide_branding: Whether Cal.com's name is left out of its pages.
            is_private: Whether its members are hidden.
            hide_book_a_team_member: Whether its page offers no booking of single members.
            metadata: Your own data; it replaces what there was.
            theme: `light` or `dark`.
            brand_color: Colour on a light background.
            dark_brand_color: Colour on a dark background.
            banner_url: Its banner.
            time_format: 12 or 24 hours.
            time_zone: Its time zone.
            week_start: First day of the week.
            booking_limits: Limits of bookings, as the text that Cal.com keeps them in.
            include_managed_events_in_limits: Whether bookings of managed event types count towards the limits.

        Raises:
            BadRequestError: Cal.com refuses a value, or (self-hosted) wants the name as well.
            PermissionDeniedError: you are no admin of it, or there is none.
        """
        body = fields(
            name=name,
            slug=slug,
            logo_url=logo_url,
            cal_video_logo=cal_video_logo,
            app_logo=app_logo,
            app_icon_logo=app_icon_logo,
            bio=bio,
            hide_branding=hide_branding,
            is_private=is_private,
            hide_book_a_team_member=hide_book_a_team_member,
            metadata=metadata,
            theme=theme,
            brand_color=brand_color,
            dark_brand_color=dark_brand_color,
            banner_url=banner_url,
            time_format=time_format,
            time_zone=time_zone,
            week_start=week_start,
            booking_limits=booking_limits,
            include_managed_events_in_limits=include_managed_events_in_limits,
        )
        return await self._patch("/teams/{teamId}", team_id, body=body, into=Team)

    @operation
    async def delete(self, team_id: int) -> Team:
        """Delete a team and return it as it was.

        `DELETE /v2/teams/{teamId}`, team owner, OAuth scope `TEAM_PROFILE_WRITE`.

        Raises:
            NotFoundError: there is none with this id.
            PermissionDeniedError: you are no owner of it.
        """
        return await self._delete("/teams/{teamId}", team_id, into=Team)


class TeamInvites(Resource[M]):
    """Invitations to a team."""

    @operation
    async def create(self) -> TeamInvite:
        """Make an invitation that anyone can use who has it; each call makes another one.

        `POST {team}/invite`, team admin, OAuth scope `TEAM_MEMBERSHIP_WRITE`.

        Raises:
            NotFoundError: this server has invitations to teams of an organization only (self-hosted).
            PermissionDeniedError: you are no admin of the team.
        """
        return await self._post("/invite", into=TeamInvite)
