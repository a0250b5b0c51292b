"""The two clients: `AsyncCalCom` for coroutines, `CalCom` for everybody else. The same resources hang on both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote

import attrs

from calcom_async.core.auth import ApiKey, Auth, NoAuth, Renewable
from calcom_async.core.blocking import Runner
from calcom_async.core.limiter import Limiter
from calcom_async.core.operation import Async, Blocking, Channel, Resource, operation
from calcom_async.core.request import Request, Response, path_segment
from calcom_async.core.telemetry import Hook, Telemetry
from calcom_async.core.transport import Options, Transport
from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import ConfigurationError, InvalidRequestError
from calcom_async.guesses import naming_arguments
from calcom_async.resources.resource import Scope, child
from calcom_async.settings import api_key_from_environment, base_url_from_environment, checked_base_url

if TYPE_CHECKING:
    import ssl

    import aiohttp

    from calcom_async.accounts import Account
    from calcom_async.core.auth_source import SourceFunction
    from calcom_async.resources.allowlists import ServiceAllowlists
    from calcom_async.resources.api_keys import ApiKeys
    from calcom_async.resources.booking_limits import OwnBookingLimits
    from calcom_async.resources.bookings import Bookings
    from calcom_async.resources.calendar_events import ConnectionCalendar, ProviderCalendar
    from calcom_async.resources.calendars import Calendars
    from calcom_async.resources.conferencing import Conferencing
    from calcom_async.resources.credits import CreditAccount
    from calcom_async.resources.event_types import EventTypes
    from calcom_async.resources.events import Events
    from calcom_async.resources.insights import Insights
    from calcom_async.resources.me import Me
    from calcom_async.resources.notifications import Notifications
    from calcom_async.resources.oauth import OAuth
    from calcom_async.resources.oauth_clients import OAuthClients, OAuthClientScope
    from calcom_async.resources.organization import Organization
    from calcom_async.resources.out_of_office import OutOfOffice
    from calcom_async.resources.routing_forms import RoutingForms
    from calcom_async.resources.schedules import Schedules
    from calcom_async.resources.scopes import EventType, Team
    from calcom_async.resources.slots import Slots
    from calcom_async.resources.stripe import Stripe
    from calcom_async.resources.teams import Teams
    from calcom_async.resources.verified_resources import VerifiedResources
    from calcom_async.resources.webhooks import Webhooks
    from calcom_async.resources.workflows import Workflows

__all__ = ["AsyncCalCom", "CalCom"]

M = TypeVar("M", covariant=True)


class _Client(Resource[M]):
    """What hangs on both clients."""

    me: Me[M] = child("me")
    """Your own profile."""
    bookings: Bookings[M] = child("bookings")
    """Bookings: list, create, reschedule, cancel, confirm, decline."""
    event_types: EventTypes[M] = child("event_types")
    """Your event types."""
    schedules: Schedules[M] = child("schedules")
    """Your schedules: when you can be booked."""
    slots: Slots[M] = child("slots")
    """Free slots, and reservations of them."""
    teams: Teams[M] = child("teams")
    """Teams you belong to; `team(id)` reaches into one."""
    webhooks: Webhooks[M] = child("webhooks")
    """Your webhooks."""
    booking_limits: OwnBookingLimits[M] = child("booking_limits")
    """How many bookings you take."""
    conferencing: Conferencing[M] = child("conferencing")
    """Your conferencing apps."""
    stripe: Stripe[M] = child("stripe")
    """Your connection to Stripe."""
    verified_resources: VerifiedResources[M] = child("verified_resources")
    """E-mail addresses and phone numbers that you have proved to be yours."""

    @cached_property
    def ooo(self) -> OutOfOffice[M]:
        """When you are out of office."""
        from calcom_async.resources.out_of_office import OutOfOffice

        return OutOfOffice(self._channel, Scope("/me"))

    routing_forms: RoutingForms[M] = child("routing_forms")
    """Where answers to a routing form lead."""
    workflows: Workflows[M] = child("workflows")
    """Messages that follow from bookings of yours."""

    def organization(self, organization_id: int) -> Organization[M]:
        """One organization: its teams, users, memberships, roles, attributes, bookings and more.

        Raises:
            InvalidRequestError: the id is empty or no id.
        """
        from calcom_async.resources.organization import Organization

        return Organization(self._channel, organization_id)

    allowlists: ServiceAllowlists[M] = child("allowlists")
    """The addresses of Cal.com's services, for firewalls."""
    api_keys: ApiKeys[M] = child("api_keys")
    """The key that this client calls with."""
    calendars: Calendars[M] = child("calendars")
    """Your calendars: connections, conflicts, and where bookings go."""
    credits: CreditAccount[M] = child("credits")
    """Your credits."""
    events: Events[M] = child("events")
    """Your events: pages with a fixed date that people say yes or no to."""
    insights: Insights[M] = child("insights")
    """Bookings and routing forms in numbers."""
    notifications: Notifications[M] = child("notifications")
    """Where Cal.com pushes messages to."""
    oauth: OAuth[M] = child("oauth")
    """OAuth 2.0: what a client is, and its tokens."""
    oauth_clients: OAuthClients[M] = child("oauth_clients")
    """Your organization's platform clients; deprecated by Cal.com."""

    def calendar(self, calendar: str) -> ProviderCalendar[M]:
        """Your calendar at one provider (`google`): its events.

        Raises:
            InvalidRequestError: the name is empty or can't be part of a path.
        """
        from calcom_async.resources.calendar_events import ProviderCalendar

        return ProviderCalendar(self._channel, calendar)

    def calendar_connection(self, connection_id: str) -> ConnectionCalendar[M]:
        """One calendar connection: its events; the open fork only.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        from calcom_async.resources.calendar_events import ConnectionCalendar

        return ConnectionCalendar(self._channel, connection_id)

    def oauth_client(self, client_id: str) -> OAuthClientScope[M]:
        """One platform client: its users and webhooks; deprecated by Cal.com.

        Raises:
            InvalidRequestError: the id is empty or can't be part of a path.
        """
        from calcom_async.resources.oauth_clients import OAuthClientScope

        return OAuthClientScope(self._channel, client_id)

    def team(self, team_id: int) -> Team[M]:
        """One team: its memberships, event types, bookings, schedules.

        Raises:
            InvalidRequestError: the id is empty or no id.
        """
        from calcom_async.resources.scopes import Team

        return Team(self._channel, team_id)

    def event_type(self, event_type_id: int) -> EventType[M]:
        """One event type: its webhooks.

        Raises:
            InvalidRequestError: the id is empty or no id.
        """
        from calcom_async.resources.scopes import EventType

        return EventType(self._channel, event_type_id)

    @operation
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        api_version: str | None = None,
        safe: bool | None = None,
    ) -> Any:
        """Call any operation, wrapped or not, with the credential, pacing and retries of this client.

        Args:
            method: HTTP method.
            path: Below the base URL, such as `bookings/abc`; ids in it are percent-encoded for you.
            params: Query parameters by their wire names; a list is repeated.
            json: Body, as wire JSON.
            api_version: Value of `cal-api-version`; none is sent by default.
            safe: Whether the call may be sent twice; by default GET, PUT, PATCH and DELETE may, POST may not.

        Returns:
            The parsed answer, envelope included; None for an empty one.

        Raises:
            InvalidRequestError: the path is empty, leaves the API, or holds a query string.
            APIStatusError: (one of its kinds) Cal.com answered with an error.
            APIConnectionError: no answer came.
        """
        clean = _checked_path(path)
        versions = () if api_version is None else (api_version,)
        request = Request.make(method, clean, query=params, body=json, versions=versions, safe=safe)
        return (await self._channel.send(request)).json()

    @operation
    async def request_raw(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        api_version: str | None = None,
        safe: bool | None = None,
    ) -> Response:
        """Call any operation like `request`, and return status, headers and the bytes of the answer as they came."""
        versions = () if api_version is None else (api_version,)
        request = Request.make(method, _checked_path(path), query=params, body=json, versions=versions, safe=safe)
        return await self._channel.send(request)

    @property
    def base_url(self) -> str:
        """Where this client sends to."""
        return self._channel.transport.base_url

    @property
    def limiter(self) -> Limiter:
        """What paces this client; all clients of the process with the same key share it."""
        return self._channel.transport.limiter

    @naming_arguments
    def with_options(
        self,
        *,
        timeout: float | Unset = UNSET,
        connect_timeout: float | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        retry_budget: float | Unset = UNSET,
        api_version: str | Unset | None = UNSET,
        strict: bool | Unset = UNSET,
        max_answer_size: int | Unset = UNSET,
        hooks: Iterable[Hook] | Unset = UNSET,
    ) -> Self:
        """A cheap copy with other options, on the same connections, limiter and loop.

        Args:
            timeout: Seconds for one try.
            connect_timeout: Seconds to connect.
            max_retries: Tries after the first one.
            retry_budget: Seconds that all waits of one call may add up to.
            api_version: Overrides the `cal-api-version` of every call; None goes back to each operation's own.
            strict: Whether a malformed record of a list raises.
            max_answer_size: Bytes of an answer, unpacked, beyond which it is not read on.
            hooks: Further functions that are told of every request, answer, retry and wait.

        Raises:
            ConfigurationError: a number that makes no sense.
        """
        options = _changed(
            self._channel.options,
            timeout=timeout, connect_timeout=connect_timeout, max_retries=max_retries,
            retry_budget=retry_budget, api_version=api_version, strict=strict, max_answer_size=max_answer_size,
        )  # fmt: skip
        if hooks is not UNSET:
            options = attrs.evolve(options, telemetry=Telemetry((*options.telemetry.hooks, *hooks)))
        copy = object.__new__(type(self))
        copy.__dict__.update(channel_owner=self)  # keeps the first client, which closes the connections, alive
        Resource.__init__(copy, attrs.evolve(self._channel, options=options))
        return copy

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r}, {self._channel.transport.auth!r})"

    def __reduce__(self) -> Any:
        raise TypeError("a client can't be pickled: it holds connections and a key; make one in the other process")


class AsyncCalCom(_Client[Async]):
    """Cal.com for coroutines; one client per event loop.

    Args:
        api_key: `cal_…`; by default from the environment variable `CALCOM_API_KEY`.
        auth: Another [credential](../authentication.md) than an API key: `OAuth2`, `ManagedUser`, `PlatformClient`, a
            function that gives keys, or an object of your own; a key as text will do as well.
        account: Name of an account of the [accounts file](../how-to/accounts.md), which brings its credential and base
            URL; `default` is the default one, whatever it is called. An `Account` will do as well.
        base_url: By default `CALCOM_BASE_URL`, else https://api.cal.com/v2. Self-hosted: `https://host/api/v2`.
        anonymous: Call without a credential: only public operations (slots, booking) answer.
        timeout: Seconds for one try.
        connect_timeout: Seconds to connect.
        max_retries: Tries after the first one, for what may be repeated.
        retry_budget: Seconds that all waits of one call may add up to.
        max_connections: Calls under way at once.
        limiter: Paces the calls. By default one per key and process; the URL of a Redis (`redis://host:6379/0`, extra
            `redis`) shares the key's budget with other processes and machines; `Limiter(None)` paces nothing.
        session: A session of your own; it is used as it is (proxy, TLS, tracing) and never closed.
        proxy: URL of an HTTP proxy.
        ssl_context: TLS settings, such as your company's certificates.
        hooks: Functions that are told of every request, answer, retry and wait; see `calcom_async.core.telemetry`.
        strict: Whether a malformed record of a list raises `DecodeError` instead of going to `page.malformed`.
        max_answer_size: Bytes of an answer, unpacked, beyond which it is not read on but raises; 64 MiB by default.
        allow_insecure: Allow plain http to other machines than this one.

    Raises:
        ConfigurationError: no key, no such account, or a base URL that can't work.
    """

    @naming_arguments
    def __init__(
        self,
        api_key: str | None = None,
        *,
        auth: str | Auth | Renewable | SourceFunction | None = None,
        account: str | Account | None = None,
        base_url: str | None = None,
        anonymous: bool = False,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        max_retries: int = 3,
        retry_budget: float = 130.0,
        max_connections: int = 100,
        limiter: Limiter | str | None = None,
        session: aiohttp.ClientSession | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        hooks: Iterable[Hook] = (),
        strict: bool = False,
        max_answer_size: int = 64 * 2**20,
        allow_insecure: bool = False,
    ) -> None:
        _check_one(api_key=api_key, auth=auth, account=account, anonymous=anonymous, base_url=base_url)
        if account is not None:
            auth, base_url = _of_account(account)
        transport = Transport(
            base_url=checked_base_url(base_url or base_url_from_environment(), allow_insecure=allow_insecure),
            auth=_auth(api_key, auth, anonymous=anonymous),
            limiter=limiter,
            session=session,
            max_connections=max_connections,
            proxy=proxy,
            ssl_context=ssl_context,
        )
        options = _changed(
            Options(telemetry=Telemetry(hooks)),
            timeout=timeout, connect_timeout=connect_timeout, max_retries=max_retries,
            retry_budget=retry_budget, strict=strict, max_answer_size=max_answer_size,
        )  # fmt: skip
        super().__init__(Channel(transport=transport, options=options))

    @classmethod
    def on(cls, channel: Channel) -> AsyncCalCom:
        """An async client on a channel that exists: the same connections, options and limiter, nothing of its own."""
        client = object.__new__(cls)
        Resource.__init__(client, attrs.evolve(channel, runner=None))
        return client

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    if not TYPE_CHECKING:  # checkers say so themselves

        def __enter__(self) -> Any:
            raise TypeError("this client is asynchronous: use `async with`, or the blocking client CalCom for a `with`")

        def __exit__(self, *failure: object) -> None: ...

    async def close(self) -> None:
        """Close the connections; may be called again."""
        await self._channel.transport.close()


class CalCom(_Client[Blocking]):
    """Cal.com for scripts, threads and notebooks: the same names, arguments and records as `AsyncCalCom`, blocking.

    It runs the same coroutines in an event loop of its own, on a thread that starts with the first call. Arguments and
    errors as `AsyncCalCom`, except that there is no `session=`.
    """

    @naming_arguments
    def __init__(
        self,
        api_key: str | None = None,
        *,
        auth: str | Auth | Renewable | SourceFunction | None = None,
        account: str | Account | None = None,
        base_url: str | None = None,
        anonymous: bool = False,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        max_retries: int = 3,
        retry_budget: float = 130.0,
        max_connections: int = 100,
        limiter: Limiter | str | None = None,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
        hooks: Iterable[Hook] = (),
        strict: bool = False,
        max_answer_size: int = 64 * 2**20,
        allow_insecure: bool = False,
    ) -> None:
        twin = AsyncCalCom(
            api_key,
            auth=auth,
            account=account,
            base_url=base_url,
            anonymous=anonymous,
            timeout=timeout,
            connect_timeout=connect_timeout,
            max_retries=max_retries,
            retry_budget=retry_budget,
            max_connections=max_connections,
            limiter=limiter,
            proxy=proxy,
            ssl_context=ssl_context,
            hooks=hooks,
            strict=strict,
            max_answer_size=max_answer_size,
            allow_insecure=allow_insecure,
        )
        transport = twin._channel.transport
        self._runner = Runner(on_close=transport.close, on_fork=transport.forget_loop)
        super().__init__(attrs.evolve(twin._channel, runner=self._runner))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    if not TYPE_CHECKING:  # checkers say so themselves

        def __aenter__(self) -> Any:
            raise TypeError("this client blocks: use a plain `with`, or the client AsyncCalCom for an `async with`")

        def __aexit__(self, *failure: object) -> Any: ...

    def close(self) -> None:
        """Close the connections and end the loop; may be called again."""
        if self._channel.runner is not None:
            self._channel.runner.close()


def _check_one(*, anonymous: bool, **given: Any) -> None:
    """Refuse two credentials at once, and a base URL beside an account's."""
    named = [f"{name}=" for name in ("account", "auth", "api_key") if given[name] is not None]
    credentials = [*named, *(["anonymous=True"] if anonymous else [])]
    if len(credentials) > 1:
        raise ConfigurationError(f"{' and '.join(credentials)} exclude each other: pass one credential")
    if given["account"] is not None and given["base_url"] is not None:
        raise ConfigurationError("account= and base_url= exclude each other: the account brings both; drop one")


def _of_account(account: str | Account) -> tuple[Auth | Renewable, str | None]:
    """Credential and base URL of an account."""
    from calcom_async.accounts import read_accounts
    from calcom_async.core.auth_given import credential_of_account

    found = read_accounts().get(account) if isinstance(account, str) else account
    return credential_of_account(found), found.base_url


def _auth(
    api_key: str | None, auth: str | Auth | Renewable | SourceFunction | None, *, anonymous: bool
) -> Auth | Renewable:
    if anonymous:
        return NoAuth()
    if auth is not None:
        from calcom_async.core.auth_given import credential

        return credential(auth)
    key = api_key if api_key is not None else api_key_from_environment()
    if key is None:
        raise ConfigurationError(
            "no API key: set the environment variable CALCOM_API_KEY, or pass api_key= "
            "(make one in Cal.com under Settings → Developer → API keys)"
        )
    return ApiKey(key)


def _changed(
    options: Options,
    *,
    timeout: float | Unset = UNSET,
    connect_timeout: float | Unset = UNSET,
    max_retries: int | Unset = UNSET,
    retry_budget: float | Unset = UNSET,
    api_version: str | Unset | None = UNSET,
    strict: bool | Unset = UNSET,
    max_answer_size: int | Unset = UNSET,
) -> Options:
    for name, number in (("timeout", timeout), ("connect_timeout", connect_timeout)):
        if number is not UNSET and not number > 0:
            raise ConfigurationError(f"{name}: must be more than 0 seconds")
    for name, number in (("max_retries", max_retries), ("retry_budget", retry_budget)):
        if number is not UNSET and number < 0:
            raise ConfigurationError(f"{name}: can't be negative")
    if max_answer_size is not UNSET and max_answer_size < 1:
        raise ConfigurationError("max_answer_size: must be at least 1 byte")
    retry = options.retry
    if max_retries is not UNSET:
        retry = attrs.evolve(retry, max_retries=max_retries)
    if retry_budget is not UNSET:
        retry = attrs.evolve(retry, budget=retry_budget)
    given: dict[str, Any] = {
        name: value
        for name, value in (
            ("timeout", timeout),
            ("connect_timeout", connect_timeout),
            ("api_version", api_version),
            ("strict", strict),
            ("max_answer_size", max_answer_size),
        )
        if value is not UNSET
    }
    return attrs.evolve(options, retry=retry, **given)


def _checked_path(path: str) -> str:
    text = path.strip()
    if "?" in text or "#" in text:
        raise InvalidRequestError("path: pass query parameters as params={...}")
    if "://" in text:
        raise InvalidRequestError("path: only the part below the base URL, such as bookings/abc")
    segments = [path_segment(unquote(segment), "path") for segment in text.strip("/").split("/")]
    if segments[0] == "v2":
        segments = segments[1:] or [path_segment("", "path")]
    return "/" + "/".join(segments)
