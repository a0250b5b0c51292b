"""The toolkit: calls tools for one or several accounts, and never raises for what a call can get wrong."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import attrs

from calcom_async.agent.arguments import checked_arguments
from calcom_async.agent.call import Call, OnProgress
from calcom_async.agent.catalogue import CATALOGUE, find_tool
from calcom_async.agent.failures import ToolFailure, explain
from calcom_async.agent.rehearsal import WouldSend, rehearsing
from calcom_async.agent.result import Meta, Result
from calcom_async.agent.schemas import Style, schemas
from calcom_async.agent.tool import Kind, Tool
from calcom_async.client import AsyncCalCom

__all__ = ["Question", "Toolkit"]


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


class Toolkit:
    """Tools for Cal.com, for one or several accounts.

    Args:
        accounts: A client, several by name, or None: what the accounts file and the environment name. Clients that are
            given are not closed with the toolkit.
        default: The account of calls that name none; by default `default`, else the first one.
    """

    def __init__(
        self,
        accounts: AsyncCalCom | Mapping[str, AsyncCalCom] | None = None,
        *,
        default: str | None = None,
        permissions: Any = None,
        confirm: Callable[[Question], Awaitable[bool]] | None = None,
        force: bool = False,
    ) -> None:
        self._permissions, self._confirm, self._force = permissions, confirm, force
        if accounts is None:
            accounts = AsyncCalCom()
        self._clients: dict[str, AsyncCalCom] = (
            {"default": accounts} if isinstance(accounts, AsyncCalCom) else dict(accounts)
        )
        self._default = default or ("default" if "default" in self._clients else next(iter(self._clients)))

    @property
    def tools(self) -> Mapping[str, Tool]:
        """Every tool by name."""
        return CATALOGUE

    @property
    def account_names(self) -> tuple[str, ...]:
        """The accounts that calls can be made for."""
        return tuple(self._clients)

    @property
    def default_account(self) -> str:
        """The account of calls that name none."""
        return self._default

    def schemas(self, style: Style = "json") -> list[dict[str, Any]]:
        """The tools as models want them told; see `calcom_async.agent.schemas`."""
        return schemas(self.tools.values(), style)

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
            name: Such as `list_bookings`.
            arguments: By name, in camelCase or snake_case.
            account: Which account; the default one if left out.
            dry_run: Only say what would be sent; nothing that writes is.
            on_progress: Wants to know how far long work is.
        """
        begun = time.perf_counter()
        account = account or self._default
        function, meta = name, Meta(operation="", account=account, dry_run=dry_run)
        data = error = None
        try:
            tool = find_tool(name)
            function, meta = tool.name, attrs.evolve(meta, operation=tool.operation)
            checked = checked_arguments(tool, arguments)
            data = await self._run(tool, checked, account, dry_run=dry_run, on_progress=on_progress)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the caller is told; see `explain`
            error = explain(failure)
        return Result(
            function=function, success=error is None, data=data, error=error, meta=meta,
            duration_ms=round((time.perf_counter() - begun) * 1000, 3),
        )  # fmt: skip

    async def _run(
        self, tool: Tool, arguments: Mapping[str, Any], account: str, *, dry_run: bool, on_progress: OnProgress | None
    ) -> Mapping[str, Any]:
        client = self._client(account)
        call = Call(
            arguments=arguments, client=rehearsing(client) if dry_run else client, account=account, dry_run=dry_run,
            on_progress=on_progress,
        )  # fmt: skip
        try:
            data = dict(await tool.handler(call))
        except WouldSend as stop:
            data = {"would_send": [stop.told()]}
        if call.warnings:
            data["warnings"] = list(call.warnings)
        return data

    def _client(self, account: str) -> AsyncCalCom:
        if account not in self._clients:
            known = ", ".join(self._clients)
            raise ToolFailure(
                "unknown_account", f"there is no account {account[:60]!r}", f"use one of {known}",
                details={"accounts": list(self._clients)},
            )  # fmt: skip
        return self._clients[account]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the clients that the toolkit made; may be called again."""
