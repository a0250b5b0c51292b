"""What an account lets agents do, as one table."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from calcom_async.agent.permissions import Allow, Ask, Deny, Permissions, decide
from calcom_async.errors import ConfigurationError

YES, ASK, NO = "allow", "ask", "deny"
#   permission, permits force, can ask, force: what comes of it
TABLE = [
    (YES, False, False, False, Allow),
    (YES, False, False, True, Allow),
    (YES, False, True, False, Allow),
    (YES, False, True, True, Allow),
    (YES, True, False, False, Allow),
    (YES, True, False, True, Allow),
    (YES, True, True, False, Allow),
    (YES, True, True, True, Allow),
    (ASK, False, False, False, Deny),
    (ASK, False, False, True, Deny),
    (ASK, False, True, False, Ask),
    (ASK, False, True, True, Ask),
    (ASK, True, False, False, Deny),
    (ASK, True, False, True, Allow),
    (ASK, True, True, False, Ask),
    (ASK, True, True, True, Allow),
    (NO, False, False, False, Deny),
    (NO, False, False, True, Deny),
    (NO, False, True, False, Deny),
    (NO, False, True, True, Deny),
    (NO, True, False, False, Deny),
    (NO, True, False, True, Deny),
    (NO, True, True, False, Deny),
    (NO, True, True, True, Deny),
]


def test_the_table_is_whole() -> None:
    truth = (False, True)
    assert [row[:4] for row in TABLE] == list(itertools.product((YES, ASK, NO), truth, truth, truth))


@pytest.mark.parametrize("kind", ["read", "write"])
@pytest.mark.parametrize(("permission", "permits", "can_ask", "force", "expected"), TABLE)
def test_every_case(kind: Any, permission: Any, permits: bool, can_ask: bool, force: bool, expected: type) -> None:
    other = "write" if kind == "read" else "read"
    for elsewhere in (YES, ASK, NO):  # the other kind's permission has no say
        permissions = Permissions(**{kind: permission, other: elsewhere}, force=permits)
        assert type(decide(permissions, kind, can_ask=can_ask, force=force)) is expected


def test_reading_is_allowed_and_writing_is_asked_about_by_default() -> None:
    assert Permissions() == Permissions(read="allow", write="ask", force=False)
    assert decide(Permissions(), "read", can_ask=False) == Allow()
    assert decide(Permissions(), "write", can_ask=True) == Ask()


@pytest.mark.parametrize(
    ("permissions", "force", "reason", "advice"),
    [
        (
            Permissions(),
            False,
            "the account work wants to be asked before tools write, and there is nobody to ask",
            ["`calcom-async accounts change work --write allow`", '{ write = "allow" } below [accounts.work]'],
        ),
        (
            Permissions(),
            True,
            "the account work does not permit force, and there is nobody to ask",
            ["`calcom-async accounts change work --force`", "force = true below [accounts.work]"],
        ),
        (
            Permissions(write="deny"),
            True,
            "the account work denies tools that write",
            ["`calcom-async accounts change work --write ask`"],
        ),
    ],
)
def test_what_is_denied_says_how_to_allow_it(permissions: Permissions, force: bool, reason: str, advice: Any) -> None:
    decision = decide(permissions, "write", can_ask=False, force=force, account="work")
    assert isinstance(decision, Deny)
    assert decision.reason == reason
    for words in advice:
        assert words in decision.advice


@pytest.mark.parametrize(
    ("permissions", "force", "command"),
    [
        (Permissions(), False, "accounts add NAME --write allow`"),
        (Permissions(), True, "accounts add NAME --force`"),
        (Permissions(write="deny"), True, "accounts add NAME --write allow`"),
    ],
)
def test_what_is_in_no_file_can_not_be_changed_there(permissions: Permissions, force: bool, command: str) -> None:
    decision = decide(permissions, "write", can_ask=False, force=force, in_file=False)
    assert isinstance(decision, Deny)
    assert decision.advice.endswith(command)
    assert "change" not in decision.advice


def test_permissions_of_an_accounts_file() -> None:
    assert Permissions(read="deny", force="true") == Permissions(read="deny", write="ask", force=True)
    assert Permissions(force="false").force is False


@pytest.mark.parametrize(
    "wrong", [{"read": "yes"}, {"write": True}, {"force": "yes"}, {"force": 1}, {"force": None}, {"read": []}]
)
def test_values_that_are_none_of_these(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Permissions(**wrong)
