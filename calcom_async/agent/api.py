"""The tools for everything else: any operation of API v2, by method and path."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from calcom_async.agent.answers import object_of
from calcom_async.agent.call import Call
from calcom_async.agent.failures import ToolFailure
from calcom_async.agent.tool import Example, Parameter, Tool

__all__ = ["API_TOOLS", "version_for", "without_secrets"]

_VERSIONS = (
    (re.compile(r"/(private-links|verified-resources)\b"), None),
    (re.compile(r"/bookings\b"), "2024-08-13"),
    (re.compile(r"/event-types/\d+/webhooks\b"), None),
    (re.compile(r"/event-types\b"), "2024-06-14"),
    (re.compile(r"/schedules\b"), "2024-06-11"),
    (re.compile(r"/slots\b"), "2024-09-04"),
)
"""The `cal-api-version` of each family; without one Cal.com answers in its oldest form."""
_SECRETS = frozenset(
    {
        "apikey", "api_key", "secret", "clientsecret", "client_secret", "accesstoken", "access_token", "refreshtoken",
        "refresh_token", "authurl", "invitelink", "token", "password",
    }
)  # fmt: skip
_FORBIDDEN = re.compile(r"^/?(v2/)?(api-keys/refresh|.*\boauth2?/.*token|.*force-refresh)", re.IGNORECASE)


def version_for(path: str) -> str | None:
    """The `cal-api-version` to ask for, where the caller names none."""
    clean = "/" + path.strip("/")
    return next((version for pattern, version in _VERSIONS if pattern.search(clean)), None)


def without_secrets(value: Any) -> Any:
    """An answer without the keys and tokens in it: what tools answer ends up in transcripts."""
    if isinstance(value, Mapping):
        return {
            key: "[secret]" if str(key).lower() in _SECRETS and isinstance(inner, str) else without_secrets(inner)
            for key, inner in value.items()
        }
    return [without_secrets(each) for each in value] if isinstance(value, list) else value


def _handler(method: str) -> Callable[[Call], Coroutine[Any, Any, dict[str, Any]]]:
    async def send(call: Call) -> dict[str, Any]:
        path = _path(call["path"])
        answer = await call.client.request(
            method, path, params=call.get("params"), json=call.get("body"),
            api_version=call.get("apiVersion", version_for(path)),
        )  # fmt: skip
        told = without_secrets(answer)
        return told if isinstance(told, dict) else {"data": told}

    return send


def _path(given: str) -> str:
    """The path below the base URL.

    Raises:
        ToolFailure: it would replace the account's own key, or answer another one.
    """
    path = given.strip().lstrip("/").removeprefix("v2/")
    if _FORBIDDEN.match(path):
        raise ToolFailure(
            "permission_denied", "this operation makes or replaces keys and tokens; agents may not call it",
            "ask the user to do it", parameter="path",
        )  # fmt: skip
    return path


_PATH = Parameter(
    name="path", type="string", required=True, example="me", description="Path below /v2, such as bookings/abc"
)
_PARAMS = Parameter(
    name="params", type="object", example={"take": 5}, description="Query parameters; a list is repeated"
)
_BODY = Parameter(
    name="body", type="object", other_types=("array",), example={"reason": "Away that week"},
    description="The body, as wire JSON",
)  # fmt: skip
_VERSION = Parameter(
    name="apiVersion", type="string", example="2024-08-13",
    description="The cal-api-version to ask for; by default the one that suits the path",
)  # fmt: skip
_ANSWER = object_of({}, {"status": {"type": "string"}, "data": {}, "pagination": {"type": "object"}})
_TOLD = "The answer is Cal.com's own, without keys and tokens."


def _tool(verb: str, description: str, *parameters: Parameter, **more: Any) -> Tool:
    method = verb.upper()
    return Tool(
        name=f"api_{verb}", title=f"{method} any path", description=f"{description} {_TOLD}", namespace="api",
        operation=f"{method} /v2/{{path}}", parameters=(_PATH, *parameters, _VERSION), answer=_ANSWER,
        handler=_handler(method), **more,
    )  # fmt: skip


API_TOOLS = (
    _tool(
        "get", "Read anything from Cal.com's API v2 that has no tool of its own.", _PARAMS, kind="read",
        examples=(
            Example(title="Webhooks", arguments={"path": "webhooks"}),
            Example(title="Three bookings", arguments={"path": "bookings", "params": {"take": 3}}),
        ),
    ),
    _tool(
        "post", "Create or do anything with Cal.com's API v2 that has no tool of its own. It is never sent twice: "
        "after a lost answer look before you call it again.", _PARAMS, _BODY, kind="write", idempotent=False,
        examples=(
            Example(
                title="Hold a slot",
                arguments={
                    "path": "slots/reservations", "body": {"eventTypeId": 42, "slotStart": "2026-04-10T10:00:00Z"},
                },
            ),
        ),
    ),
    _tool(
        "patch", "Change anything with Cal.com's API v2 that has no tool of its own.", _PARAMS, _BODY, kind="write",
        examples=(Example(title="Change the profile", arguments={"path": "me", "body": {"timeFormat": 24}}),),
    ),
    _tool(
        "delete", "Delete anything with Cal.com's API v2. There is no way back.", _PARAMS, _BODY, kind="write",
        destructive=True,
        examples=(Example(title="Delete a schedule", arguments={"path": "schedules/12"}),),
    ),
)  # fmt: skip
