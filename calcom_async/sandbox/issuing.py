"""What a sandbox gives out besides API keys: OAuth clients, tokens, and the consent of its users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from calcom_async.sandbox import (
    calendars,
    credit_account,
    oauth_grants,
    oauth_page,
    organization_access,
    platform_clients,
    routing_forms,
    wire_json,
    world,
)
from calcom_async.sandbox.backend import Backend, api_key
from calcom_async.sandbox.oauth_grants import CLIENTS, IssuedTokens, OAuthClient
from calcom_async.sandbox.platform_clients import PlatformClient
from calcom_async.sandbox.store import Record

_PLATFORM: Final = "platform"


class Issuing:
    """The part of `Sandbox` that gives out clients and tokens."""

    keys: dict[str, str]

    @property
    def backend(self) -> Backend:
        """The state behind the server, for tests that look under the hood."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """The base URL, ending in `/v2`."""
        raise NotImplementedError

    @property
    def authorize_url(self) -> str:
        """The page that asks users for their consent; the hosted service has it at `app.cal.com`."""
        return self.url.removesuffix("/v2") + oauth_page.PATH

    def oauth_client(
        self,
        *,
        redirect_uris: Sequence[str],
        scopes: Sequence[str] = (),
        name: str = "Example app",
        public: bool = False,
        approved: bool = True,
        owner: str | None = None,
    ) -> OAuthClient:
        """Register an OAuth 2.0 client.

        Args:
            redirect_uris: where users may be sent back to, compared letter by letter.
            scopes: what it may ask for, such as `BOOKING_READ`; none for a client of the old kind, whose tokens may
                do everything.
            name: what users see.
            public: a client without a secret, which must use PKCE.
            approved: False for one that only its owner can use.
            owner: the user name of its owner; the first user by default.
        """
        return oauth_grants.make_client(
            self.backend,
            name=name,
            redirect_uris=redirect_uris,
            scopes=scopes,
            public=public,
            approved=approved,
            owner=self._user(owner)["id"],
        )

    def oauth_tokens(
        self, client: OAuthClient, *, user: str | None = None, scopes: Sequence[str] | None = None
    ) -> IssuedTokens:
        """Tokens of a user for a client, as if the user had given consent.

        Args:
            client: the client.
            user: the user name; the first user by default.
            scopes: what the tokens may do; all that the client may ask for by default.
        """
        record = self.backend.store.shelf(CLIENTS).get(client.client_id)
        if record is None:
            raise ValueError("no such client in this sandbox")
        granted = client.scopes if scopes is None else tuple(scopes)
        tokens = oauth_grants.issue(self.backend, record, self._user(user)["id"], granted)
        return IssuedTokens(access_token=tokens["access_token"], refresh_token=tokens["refresh_token"], scopes=granted)

    def consent(self, url: str, *, user: str | None = None, allow: bool = True) -> str:
        """Do what a user does in the browser on the page at `url`; the address the browser is sent to.

        Args:
            url: the address of the page, with its parameters.
            user: the user name; the first user by default.
            allow: False to refuse.

        Raises:
            ValueError: the page sends nobody anywhere (an unknown client or redirect address, or no scope).
        """
        query = dict(parse_qsl(urlsplit(url).query))
        form = {"user": self._user(user)["username"], "decision": "allow" if allow else "deny"}
        answer = oauth_page.answer(self.backend, "POST", query, form)
        if "Location" not in answer.headers:
            raise ValueError(oauth_page.complaint(answer))
        return answer.headers["Location"]

    def platform_client(
        self,
        *,
        name: str = "Example platform",
        permissions: Sequence[str] = ("*",),
        redirect_uris: Sequence[str] = (),
        default_event_types: bool = False,
    ) -> PlatformClient:
        """Register a client of a platform; the first one makes the platform, and its owner `platform` in `keys`.

        Args:
            name: its name.
            permissions: what it may do, such as `BOOKING_READ`; `*` for everything.
            redirect_uris: where its users are sent back to.
            default_event_types: whether each of its users gets four event types.
        """
        backend = self.backend
        owner = backend.people.by_username(_PLATFORM)
        if owner is None:
            user_id = backend.store.users.next_id(1004)
            email = f"{_PLATFORM}@example.com"
            owner = world.user_record(user_id, _PLATFORM, "Platform Example", email, "UTC", schedule_id=0)
            owner["defaultScheduleId"] = None
            platform_clients.make_platform(backend, owner)
            self.keys[_PLATFORM] = world.give_key(backend.store, user_id, api_key(_PLATFORM, user_id))
            backend.store.write_note("keys", wire_json.dumps(self.keys).decode())
        membership = next(each for each in backend.store.memberships.all() if each["userId"] == owner["id"])
        client = platform_clients.register(
            backend,
            membership["teamId"],
            name=name,
            permissions=permissions,
            redirect_uris=redirect_uris,
            areDefaultEventTypesEnabled=default_event_types,
        )
        return PlatformClient(
            client_id=client["id"], client_secret=client["secret"], organization_id=client["organizationId"]
        )

    def organization(
        self,
        *,
        name: str = "Example Organization",
        owner: str | None = None,
        admins: Sequence[str] = (),
        members: Sequence[str] = (),
    ) -> int:
        """Make an organization, which the API has no way to; its id.

        Args:
            name: its name; the slug derives from it.
            owner: the user name of its owner; the first user by default.
            admins: the user names of its admins.
            members: the user names of its other people.
        """
        roles = {self._user(owner)["id"]: "OWNER"}
        roles |= {self._user(each)["id"]: "ADMIN" for each in admins}
        roles |= {self._user(each)["id"]: "MEMBER" for each in members}
        return organization_access.make(self.backend, name, roles)

    def routing_form(
        self,
        *,
        name: str,
        fields: Sequence[Mapping[str, Any]],
        routes: Sequence[Mapping[str, Any]],
        team_id: int | None = None,
        user: str | None = None,
    ) -> str:
        """Make a routing form, which the API has no way to; its id.

        Args:
            name: its name.
            fields: what it asks, each with `id`, `label`, `type`, `identifier`, `required` and perhaps `options`.
            routes: where it leads, each with an `action` and a `queryValue`, or `isFallback`.
            team_id: the team it belongs to.
            user: the user name of its maker; the first user by default.
        """
        form = routing_forms.make(
            self.backend,
            team=team_id,
            user=self._user(user)["id"],
            name=name,
            fields=[dict(each) for each in fields],
            routes_of_form=[dict(each) for each in routes],
        )
        return str(form["id"])

    def connect_google_calendar(self, address: str, *, user: str | None = None) -> int:
        """Connect a Google calendar, as a user does in the browser; the id of the credential."""
        return calendars.connect_google(self.backend, self._user(user), address)

    def give_credits(self, amount: int, *, user: str | None = None) -> None:
        """Give a user credits; the first user by default."""
        credit_account.give(self.backend, self._user(user)["id"], amount)

    def verification_code(self, address: str) -> str:
        """The last code that was asked for, for an e-mail address or a phone number."""
        record = self.backend.store.codes.get(address)
        if record is None:
            raise ValueError("no code was asked for with this address")
        return str(record["code"])

    def _user(self, username: str | None) -> Record:
        name = next(iter(self.keys)) if username is None else username
        user = self.backend.people.by_username(name)
        if user is None:
            raise ValueError(f"no such user: {name!r}")
        return user
