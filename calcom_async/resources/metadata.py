"""What Cal.com allows as metadata, said before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calcom_async.core.unset import UNSET, Unset
from calcom_async.errors import InvalidRequestError

__all__ = ["MAX_KEYS", "MAX_KEY_LENGTH", "MAX_VALUE_LENGTH", "checked_metadata"]

MAX_KEYS = 50
MAX_KEY_LENGTH = 40
MAX_VALUE_LENGTH = 500


def checked_metadata(metadata: Mapping[str, Any] | Unset, name: str = "metadata") -> Mapping[str, Any] | Unset:
    """The metadata as it was given, if Cal.com takes it.

    Raises:
        InvalidRequestError: more than 50 keys, a key of more than 40 characters or a text of more than 500.
    """
    if metadata is UNSET:
        return UNSET
    if not isinstance(metadata, Mapping):
        raise InvalidRequestError(f"{name}: expected a mapping, got {type(metadata).__name__}")
    if len(metadata) > MAX_KEYS:
        raise InvalidRequestError(f"{name}: {len(metadata)} keys; Cal.com takes {MAX_KEYS}")
    for key, value in metadata.items():
        if not isinstance(key, str):
            raise InvalidRequestError(f"{name}: a key is text, not {type(key).__name__}")
        if len(key) > MAX_KEY_LENGTH:
            raise InvalidRequestError(
                f"{name}: a key of {len(key)} characters ({key[:20]}…); Cal.com takes {MAX_KEY_LENGTH}"
            )
        if isinstance(value, str) and len(value) > MAX_VALUE_LENGTH:
            raise InvalidRequestError(f"{name}.{key}: {len(value)} characters; Cal.com takes {MAX_VALUE_LENGTH}")
    return metadata
