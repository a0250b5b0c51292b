"""Where the client finds its settings: arguments first, then the environment, then Cal.com's own defaults."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

from calcom_async.errors import ConfigurationError

__all__ = [
    "DEFAULT_BASE_URL",
    "Hidden",
    "api_key_from_environment",
    "base_url_from_environment",
    "checked_base_url",
    "origin",
]

DEFAULT_BASE_URL = "https://api.cal.com/v2"
"""Cal.com itself; the European region is https://api.cal.eu/v2."""


class Hidden(str):
    """Text that never shows: not in a repr, so not in a traceback with locals or a debugger's dump of headers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a credential can't be pickled")


def api_key_from_environment(environment: Mapping[str, str] | None = None) -> str | None:
    """`CALCOM_API_KEY`, or None where it is not set or empty."""
    return (os.environ if environment is None else environment).get("CALCOM_API_KEY", "").strip() or None


def base_url_from_environment(environment: Mapping[str, str] | None = None) -> str:
    """`CALCOM_BASE_URL`, or Cal.com itself."""
    return (os.environ if environment is None else environment).get("CALCOM_BASE_URL", "").strip() or DEFAULT_BASE_URL


def checked_base_url(url: str, *, allow_insecure: bool = False) -> str:
    """A base URL without a trailing slash.

    Raises:
        ConfigurationError: not a URL, credentials or a query inside, or plain http to another machine.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(
            f"the base URL must look like {DEFAULT_BASE_URL}; this one has no http(s) scheme or no host"
        )
    try:
        _ = parts.port
    except ValueError:
        raise ConfigurationError("the base URL has a port that is not a number") from None
    if parts.username or parts.password:
        raise ConfigurationError("the base URL holds credentials; pass the key as api_key= instead")
    if parts.query or parts.fragment:
        raise ConfigurationError(f"the base URL must end with its path, such as {DEFAULT_BASE_URL}")
    if parts.scheme == "http" and not allow_insecure and not _is_loopback(parts.hostname):
        raise ConfigurationError(
            f"plain http would send the key readable over the network to {parts.hostname}; use https, "
            "or pass allow_insecure=True if this network is yours alone"
        )
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def origin(url: str) -> str:
    """Scheme, host and port: where a credential may go."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
