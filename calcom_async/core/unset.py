"""`UNSET`: what was not given is not sent, and None is sent as null."""

from __future__ import annotations

import enum
from typing import Final, Literal, TypeAlias

__all__ = ["DISABLED", "UNSET", "Disabled", "Unset"]


class _Unset(enum.Enum):
    UNSET = "UNSET"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"


Unset: TypeAlias = Literal[_Unset.UNSET]
UNSET: Final = _Unset.UNSET
"""The default of an argument that is left out of the request when it is not given."""


class Disabled(enum.Enum):
    """What Cal.com writes as `{"disabled": true}`: a feature of an event type that is switched off. It is false."""

    DISABLED = "disabled"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "DISABLED"


DISABLED: Final = Disabled.DISABLED
"""Pass it to switch a feature off; read it where a feature is off."""
