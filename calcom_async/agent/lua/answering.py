"""What a script asks for, answered: calls by the toolkit, with its keys, and pages of the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from calcom_async.accounts import DEFAULT
from calcom_async.agent.lua.result import IntegrationCall
from calcom_async.agent.toolkit import Toolkit
from calcom_async.errors import CalComError

__all__ = ["Answering", "vocabulary"]


@attrs.define
class Answering:
    """Answers one run of a script.

    Attributes:
        toolkit: Makes the calls.
        account: The account of calls that name none; None for the toolkit's own default.
        dry_run: Whether nothing that writes is sent.
        calls: What was called, in the order of the ends.
    """

    toolkit: Toolkit
    account: str | None
    dry_run: bool
    calls: list[IntegrationCall] = attrs.field(factory=list)

    async def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The `data` or the `error` of a request. The request comes from a script, and may be anything."""
        match request:
            case {"op": "call", "name": str() as name, "arguments": dict() as arguments}:
                return await self._call(name, arguments, request.get("account"))
            case {"op": "unknown", "name": str() as name}:
                return {"error": self._unknown(name, request.get("account"))}
            case {"op": str() as operation}:
                return self._documentation(operation, request)
            case _:
                return {"error": _error("bad_request", "a request that is none", "call one of the functions")}

    async def _call(self, name: str, arguments: dict[str, Any], account: Any) -> dict[str, Any]:
        wanted = account if isinstance(account, str) else self.account
        result = await self.toolkit.call(name, arguments, account=wanted, dry_run=self.dry_run)
        self.calls.append(
            IntegrationCall(
                function=result.function,
                account=result.meta.account,
                success=result.success,
                error=None if result.error is None else result.error.code,
                duration_ms=result.duration_ms,
            )
        )
        if result.error is None:
            return {"data": result.data}
        told = {key: value for key, value in result.error.to_dict().items() if value not in (None, {})}
        message = result.error.message
        where = "" if message.startswith(result.function) else f"{result.function}: "
        return {"error": told | {"message": where + message, "function": result.function}}

    def _unknown(self, name: str, account: Any) -> dict[str, Any]:
        """A name that is neither a function nor an account, with the one that may be meant."""
        import difflib

        known = [*self.toolkit.tools, *walkers(self.toolkit)]
        if not isinstance(account, str):
            known += self.toolkit.account_names
        near = difflib.get_close_matches(name.removeprefix("cal_com_").lower(), known, n=1, cutoff=0.5)
        meant = f"; did you mean {near[0]}?" if near else ""
        what = "function" if isinstance(account, str) else "function or account"
        return _error(
            "unknown_function",
            f"there is no {what} {name[:60]!r}{meant}",
            'docs.list() names the functions, docs.search("…") finds them',
        )

    def _documentation(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        from calcom_async.agent import docs

        try:
            match operation, request:
                case "docs_list", {"group": str() as group}:
                    return {"data": [entry.to_dict() for entry in docs.list_docs(group)]}
                case "docs_list", _:
                    return {"data": [entry.to_dict() for entry in docs.list_docs()]}
                case "docs_search", {"query": str() as query}:
                    limit = request.get("limit")
                    most = limit if isinstance(limit, int) else 10
                    return {"data": [hit.to_dict() for hit in docs.search_docs(query, most)]}
                case "docs_read", {"page": str() as page}:
                    return {"data": docs.read_doc(page)}
                case _:
                    return {"error": _error("bad_request", "a request that is none", "call one of the functions")}
        except CalComError as error:
            what, _, advice = str(error).partition("; ")
            return {"error": _error("unknown_page", what, advice or "docs.list() names the pages")}


def vocabulary(toolkit: Toolkit) -> dict[str, Any]:
    """The names that scripts can use."""
    return {
        "functions": list(toolkit.tools),
        "accounts": list(dict.fromkeys([*toolkit.account_names, DEFAULT])),
        "walkers": walkers(toolkit),
    }


def walkers(toolkit: Toolkit) -> dict[str, dict[str, Any]]:
    """The iterators, by name: `bookings` walks what `list_bookings` lists."""
    found: dict[str, dict[str, Any]] = {}
    for name, tool in toolkit.tools.items():
        kind = name.removeprefix("list_")
        if kind != name and kind not in toolkit.tools and kind in tool.answer.get("properties", {}):
            taken = {parameter.name for parameter in tool.parameters}
            found[kind] = {"call": name, "paged": {"page", "limit"} <= taken}
    return found


def _error(code: str, message: str, advice: str) -> dict[str, Any]:
    return {"code": code, "message": message, "advice": advice}
