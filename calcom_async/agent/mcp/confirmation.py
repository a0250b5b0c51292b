"""Asking the person before a write, where an account's permission is `ask`.

Clients that can show a question (MCP's elicitation) do: on the protocol of 2026-07-28 the call is answered with the
question and comes again with the reply, before that the question is a request of its own. Other clients show their
own confirmation of every tool call; there `--write` is the leave to write, and a read that is to be asked about is
refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import attrs

from calcom_async.agent.toolkit import Question

if TYPE_CHECKING:
    from mcp import types
    from mcp.server import ServerRequestContext

__all__ = ["Asking", "asking", "confirm"]

_NOTHING_TO_FILL_IN: dict[str, Any] = {"type": "object", "properties": {}}


@attrs.define(kw_only=True)
class Asking:
    """How the person behind one call can be asked.

    Attributes:
        context: Of the call.
        parameters: Of the call.
        pending: The question that the client has to show before the call can go on.
    """

    context: ServerRequestContext[Any, Any]
    parameters: types.CallToolRequestParams
    pending: types.ElicitRequest | None = None

    @property
    def key(self) -> str:
        """What the reply is called: it belongs to this call with these arguments alone."""
        return question_key(self.parameters.name, self.parameters.arguments or {})

    async def ask(self, question: Question) -> bool:
        """Whether the person agrees; False as well where the client has to show the question first."""
        from mcp import MCPError, types

        if not _can_show(self.context):
            return question.kind == "write"
        message = f"{question.text}\n\n{_shown(question.arguments)}"
        if self.context.session.can_send_request:
            try:
                reply = await self.context.session.elicit_form(message, _NOTHING_TO_FILL_IN, self.context.request_id)
            except MCPError:
                return False  # nobody saw the question, so nobody agreed
            return reply.action == "accept"
        given = (self.parameters.input_responses or {}).get(self.key)
        if isinstance(given, types.ElicitResult):
            return given.action == "accept"
        self.pending = types.ElicitRequest(
            params=types.ElicitRequestFormParams(message=message, requested_schema=_NOTHING_TO_FILL_IN)
        )
        return False


asking: ContextVar[Asking | None] = ContextVar("asking", default=None)
"""Set while a call is served."""


async def confirm(question: Question) -> bool:
    """Ask the person behind the call that is being served; `Toolkit(confirm=…)` of a server takes it."""
    current = asking.get()
    return current is not None and await current.ask(question)


def question_key(name: str, arguments: Mapping[str, Any]) -> str:
    """A name for the question about one call: the same call has the same name, any other another one."""
    told = json.dumps([name, arguments], sort_keys=True, ensure_ascii=False, default=str)
    return f"confirm-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _shown(arguments: Mapping[str, Any]) -> str:
    """What a call is about to be made with, a line each."""
    return "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())


def _can_show(context: ServerRequestContext[Any, Any]) -> bool:
    """Whether the client shows forms; an empty capability means so as well."""
    capabilities = context.session.client_capabilities
    elicitation = capabilities.elicitation if capabilities is not None else None
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)
