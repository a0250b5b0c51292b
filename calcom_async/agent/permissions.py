"""What an account lets agents do: read and write, each allowed, asked about first, or denied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import attrs

from calcom_async.errors import ConfigurationError
from calcom_async.guesses import naming_arguments

__all__ = ["Allow", "Ask", "Decision", "Deny", "Permission", "Permissions", "decide"]

Permission = Literal["allow", "ask", "deny"]
_PERMISSIONS: Final = ("allow", "ask", "deny")
_SWITCHES: Final[Mapping[Any, bool]] = {True: True, False: False, "true": True, "false": False}


def _switch(value: Any) -> bool:
    if not isinstance(value, bool | str) or value not in _SWITCHES:
        raise ConfigurationError("force is neither true nor false; write force = true or force = false")
    return _SWITCHES[value]


def _checked(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value not in _PERMISSIONS:
        raise ConfigurationError(
            f'the permission {attribute.name} is none of allow, ask, deny; write {attribute.name} = "ask", for example'
        )


@naming_arguments
@attrs.frozen(kw_only=True)
class Permissions:
    """What an account lets agents do.

    `Permissions(**account.permissions)` makes those of an account of the accounts file.

    Attributes:
        read: Calls that change nothing.
        write: Calls that change something.
        force: Whether `force` may turn "ask" into "allow".

    Raises:
        ConfigurationError: a value that is none of these.
    """

    read: Permission = attrs.field(default="allow", validator=_checked)
    write: Permission = attrs.field(default="ask", validator=_checked)
    force: bool = attrs.field(default=False, converter=_switch)


@attrs.frozen
class Allow:
    """The call may be made."""


@attrs.frozen
class Ask:
    """A person has to agree to the call first."""


@attrs.frozen(kw_only=True)
class Deny:
    """The call must not be made.

    Attributes:
        reason: Why not.
        advice: How the account's owner would allow it.
    """

    reason: str
    advice: str


Decision = Allow | Ask | Deny


def decide(
    permissions: Permissions,
    kind: Literal["read", "write"],
    *,
    can_ask: bool,
    force: bool = False,
    account: str = "default",
    in_file: bool = True,
) -> Decision:
    """Decide whether a call may be made.

    Args:
        permissions: Of the account.
        kind: What the tool does.
        can_ask: Whether there is a person who can be asked.
        force: Whether the caller wants no questions. It counts only where the permissions permit it, and never
            allows what is denied.
        account: The account's name, for the advice.
        in_file: Whether the accounts file says what it permits; a key of the environment has nothing to be changed.
    """
    permission = permissions.read if kind == "read" else permissions.write
    change = f"calcom-async accounts change {account}"
    add = f"make an account that may {kind}, and use that: `calcom-async accounts add NAME"
    if permission == "allow":
        return Allow()
    if permission == "deny":
        return Deny(
            reason=f"the account {account} denies tools that {kind}",
            advice=f"its owner can change that: `{change} --{kind} ask`, or --{kind} allow"
            if in_file
            else f"{add} --{kind} allow`",
        )
    if force and permissions.force:
        return Allow()
    if can_ask:
        return Ask()
    if force:
        return Deny(
            reason=f"the account {account} does not permit force, and there is nobody to ask",
            advice=f"its owner can permit it: `{change} --force`, which writes force = true below [accounts.{account}]"
            if in_file
            else f"{add} --force`",
        )
    return Deny(
        reason=f"the account {account} wants to be asked before tools {kind}, and there is nobody to ask",
        advice=(
            f"run it in a terminal and answer there, or let its owner allow it: `{change} --{kind} allow`, "
            f'which writes permissions = {{ {kind} = "allow" }} below [accounts.{account}]'
            if in_file
            else f"run it in a terminal and answer there, or {add} --{kind} allow`"
        ),
    )
