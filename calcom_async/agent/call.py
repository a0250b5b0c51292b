"""One call of a tool, as its handler sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

if TYPE_CHECKING:
    from calcom_async.client import AsyncCalCom

__all__ = ["Call", "OnProgress"]

OnProgress: TypeAlias = Callable[[float, float | None, str], Awaitable[None]]
"""Is told how much is done, of how much (None: not known), and in words."""


@attrs.frozen(kw_only=True)
class Call:
    """One call of a tool.

    Attributes:
        arguments: Checked, by their declared names, defaults filled in; what was not given is absent.
        client: The client of the account; in a dry run one that sends nothing that writes.
        account: The name of the account.
        dry_run: Whether only to say what would be sent.
        on_progress: Wants to know how far long work is.
        warnings: What the caller should know beside the answer; handlers add to it.
    """

    arguments: Mapping[str, Any]
    client: AsyncCalCom
    account: str
    dry_run: bool = False
    on_progress: OnProgress | None = None
    warnings: list[str] = attrs.field(factory=list)

    def get(self, name: str, default: Any = None) -> Any:
        """An argument, or `default` where it was not given."""
        return self.arguments.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]
