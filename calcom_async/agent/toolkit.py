"""The toolkit: calls tools for one or several accounts, and never raises for what a call can get wrong."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypeAlias, cast

import attrs

from calcom_async.accounts import DEFAULT, Accounts, read_accounts
from calcom_async.agent.arguments import checked_arguments
from calcom_async.agent.call import Call, Memory, OnProgress
from calcom_async.agent.catalogue import CATALOGUE, find_tool
from calcom_async.agent.failures import ToolFailure, explain
from calcom_async.agent.permissions import Allow, Ask, Deny, Permissions, decide
from calcom_async.agent.rehearsal import WouldSend, rehearsing
from calcom_async.agent.result import Meta, Result
from calcom_async.agent.schemas import Style, schemas
from calcom_async.agent.tool import LOCAL, Kind, Tool
from calcom_async.client import AsyncCalCom
from calcom_async.errors import ConfigurationError
from calcom_async.guesses import naming_arguments
from calcom_async.settings import base_url_from_environment

__all__ = ["Confirm", "Question", "Toolkit"]


@attrs.frozen(kw_only=True)
class Question:
    """What is asked before a tool runs whose permission is `ask`.

    Attributes:
        function: The tool's name.
        kind: `read` or `write`.
        destructive: Whether it takes something away.
        account: The account it would run for.
        arguments: The checked arguments.
        text: The question in words.
    """

    function: str
    kind: Kind
    destructive: bool
    account: str
    arguments: Mapping[str, Any]
    text: str


Confirm: TypeAlias = Callable[[Question], Awaitable[bool]]
"""Asks a person; True for yes."""


@attrs.define(kw_only=True)
class _Account:
    """One account of a toolkit."""

    permissions: Permissions
    client: AsyncCalCom | None = None
    """None until it is needed, where the toolkit makes it."""
    own: bool = False
    """Whether the toolkit made the client, and closes it."""
    base_url: str | None = None
    memory: Memory = attrs.field(factory=Memory)


class Toolkit:
    """Tools for Cal.com, for one or several accounts.

    Args:
        accounts: `Accounts`; a client, which goes by the name `default`; several clients by name; or None for the
            accounts of the file, the keyring and the environment. Clients that are given are not closed with the
            toolkit; those of accounts are made when they are needed, one for each, and closed.
        default: The account of calls that name none; by default the accounts' own default, `default`, or the first.
        permissions: What the accounts allow: for all of them, or by name. By default what the accounts file says, and
            for clients that are given: reading is allowed, writing is asked about.
        confirm: Asks a person where the permission is `ask`. Without it such a call is denied.
        force: Nobody is asked where the account's permissions permit that.

    Raises:
        ConfigurationError: no account, a `default` that is none of them, an accounts file that can't be read.
    """

    @naming_arguments
    def __init__(
        self,
        accounts: Accounts | AsyncCalCom | Mapping[str, AsyncCalCom] | None = None,
        *,
        default: str | None = None,
        permissions: Permissions | Mapping[str, Permissions] | None = None,
        confirm: Confirm | None = None,
        force: bool = False,
    ) -> None:
        self._confirm = confirm
        self._force = force
        self._source: Accounts | None = None
        self._accounts: dict[str, _Account] = {}
        if accounts is None or isinstance(accounts, Accounts):
            self._source = read_accounts() if accounts is None else accounts
            for entry in self._source.entries:
                allowed = Permissions(**cast("Mapping[str, Any]", entry.permissions))
                self._accounts[entry.name] = _Account(permissions=allowed, own=True, base_url=entry.base_url)
        else:
            clients = {DEFAULT: accounts} if isinstance(accounts, AsyncCalCom) else accounts
            for name, client in clients.items():
                self._accounts[name] = _Account(permissions=Permissions(), client=client, base_url=client.base_url)
        if not self._accounts:
            raise ConfigurationError("there are no accounts; `calcom-async accounts add NAME`, or set CALCOM_API_KEY")
        for name, account in self._accounts.items():
            given = permissions.get(name) if isinstance(permissions, Mapping) else permissions
            account.permissions = given or account.permissions
        self._default = self._chosen(default)

    @property
    def tools(self) -> Mapping[str, Tool]:
        """Every tool by name."""
        return CATALOGUE

    @property
    def account_names(self) -> tuple[str, ...]:
        """The accounts that calls can be made for."""
        return tuple(self._accounts)

    @property
    def default_account(self) -> str | None:
        """The account of calls that name none; None where every call has to name one."""
        return self._default

    def schemas(self, style: Style = "json") -> list[dict[str, Any]]:
        """The tools as models want them told; see `calcom_async.agent.schemas`."""
        return schemas(self.tools.values(), style)

    # --- calling ------------------------------------------------------------------------------------------------------

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        account: str | None = None,
        dry_run: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Result:
        """Call a tool. Whatever goes wrong is in the result's `error`; only cancellation is raised.

        Args:
            name: Such as `list_bookings`, with or without `cal_com_` before it.
            arguments: By name, in camelCase or snake_case.
            account: Which account; the default one if left out.
            dry_run: Only say what would be sent: method, path, query, body and version. What has to be known for that
                is read; nothing that writes is sent, and nobody is asked.
            on_progress: Wants to know how far long work is: how much of how much, and in words.
        """
        begun = time.perf_counter()
        function = str(name)
        meta = Meta(operation="", account=str(account or self._default or ""), dry_run=dry_run)
        data = error = None
        try:
            tool = find_tool(function)
            function, meta = tool.name, attrs.evolve(meta, operation=tool.operation)
            chosen, _ = self._account(account)
            meta = attrs.evolve(meta, account=chosen)
            checked = checked_arguments(tool, arguments)
            data = await self._run(tool, checked, chosen, dry_run=dry_run, on_progress=on_progress)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the caller is told; see `explain`
            error = explain(failure)
        return Result(
            function=function, success=error is None, data=data, error=error, meta=meta,
            duration_ms=round((time.perf_counter() - begun) * 1000, 3),
        )  # fmt: skip

    async def _run(
        self, tool: Tool, arguments: Mapping[str, Any], name: str, *, dry_run: bool, on_progress: OnProgress | None
    ) -> Mapping[str, Any]:
        account = self._accounts[name]
        if tool.operation != LOCAL:
            await self._permit(tool, arguments, name, account, kind="read" if dry_run else tool.kind)
        client = self._client(name, account)
        call = Call(
            arguments=arguments, client=rehearsing(client) if dry_run else client, account=name,
            memory=account.memory, accounts=self._told(), dry_run=dry_run, on_progress=on_progress,
        )  # fmt: skip
        try:
            data: dict[str, Any] = dict(await tool.handler(call))
            if dry_run and tool.kind == "write":
                data = {"would_send": [], **data}
        except WouldSend as stop:
            data = {"would_send": [stop.told()]}
        if call.warnings:
            data["warnings"] = list(dict.fromkeys(call.warnings))
        return data

    async def _permit(
        self, tool: Tool, arguments: Mapping[str, Any], name: str, account: _Account, *, kind: Kind
    ) -> None:
        """Let a call pass, ask about it, or refuse it.

        Raises:
            ToolFailure: it is denied, or whoever was asked said no.
        """
        can_ask = self._confirm is not None
        decision = decide(account.permissions, kind, can_ask=can_ask, force=self._force, account=name)
        if isinstance(decision, Deny) and not _in_file(name):
            decision = decide(
                account.permissions, kind, can_ask=can_ask, force=self._force, account=name, in_file=False
            )
        match decision:
            case Allow():
                return
            case Deny(reason=reason, advice=advice):
                raise ToolFailure("permission_denied", f"{tool.name} was not called: {reason}", advice)
            case Ask():
                text = f"Let {tool.name} {'change something' if kind == 'write' else 'read'} for the account {name}?"
                if tool.destructive:
                    text += " It takes something away."
                question = Question(
                    function=tool.name, kind=kind, destructive=tool.destructive, account=name,
                    arguments=MappingProxyType(dict(arguments)), text=text,
                )  # fmt: skip
                assert self._confirm is not None, "Ask is decided only where somebody can be asked"
                if not await self._confirm(question):
                    raise ToolFailure(
                        "permission_denied", f"{tool.name} was not called: the user said no",
                        "don't call it again without asking the user what they want instead",
                    )  # fmt: skip

    # --- accounts -----------------------------------------------------------------------------------------------------

    def _chosen(self, default: str | None) -> str | None:
        """The default account: the one that was named, else as the accounts have it, else the first client's.

        Raises:
            ConfigurationError: there is none of the name that was given.
        """
        if default is not None and default != DEFAULT and default not in self._accounts:
            raise ConfigurationError(f"default: no account of this name; there are {', '.join(self._accounts)}")
        if default in self._accounts:
            return default
        if self._source is not None:
            return self._source.default if self._source.default in self._accounts else None
        return DEFAULT if DEFAULT in self._accounts else next(iter(self._accounts))

    def _account(self, name: str | None) -> tuple[str, _Account]:
        """The account of a name; None, and `default` whatever the default one is called, mean the default one.

        Raises:
            ToolFailure: there is none of this name, or none is the default one.
        """
        if name is None or (name == DEFAULT and DEFAULT not in self._accounts):
            name = self._default
        if name is not None and name in self._accounts:
            return name, self._accounts[name]
        wrong = "none of the accounts is the default one" if name is None else f"there is no account {name[:60]!r}"
        raise ToolFailure(
            "unknown_account", wrong, f"use one of {', '.join(self._accounts)}",
            details={"accounts": list(self._accounts)},
        )  # fmt: skip

    def _client(self, name: str, account: _Account) -> AsyncCalCom:
        if account.client is None:
            assert self._source is not None, "an account without a client came from accounts"
            found = self._source.get(name)
            account.client = AsyncCalCom(account=found)
        return account.client

    def _told(self) -> list[dict[str, Any]]:
        """What may be known of the accounts: no keys."""
        return [
            {
                "name": name,
                "default": name == self._default,
                "baseUrl": account.base_url or base_url_from_environment(),
                "read": account.permissions.read,
                "write": account.permissions.write,
            }
            for name, account in self._accounts.items()
        ]

    # --- life ---------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the clients that the toolkit made; may be called again."""
        for account in self._accounts.values():
            if account.own and account.client is not None:
                await account.client.close()


def _in_file(name: str) -> bool:
    """Whether the accounts file has an account of this name, and so says what it permits."""
    try:
        return any(entry.name == name and entry.kept_in != "environment" for entry in read_accounts().entries)
    except ConfigurationError:
        return False
