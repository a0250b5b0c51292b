"""What lies around a client: who may read its files, proxies of the environment, the server's certificate."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined] # typeshed leaves it out

from calcom_async.accounts import shown
from calcom_async.cli.doctor_check import Check

__all__ = ["certificate_check", "certificate_finding", "files_check", "proxy_check"]

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_SELF_SIGNED = frozenset({18, 19})
_UNKNOWN_ISSUER = frozenset({2, 20, 21})
_NOT_YET_VALID, _EXPIRED = 9, 10
_OTHER_NAME = frozenset({62, 64})
"""OpenSSL's numbers for what is wrong with a certificate."""
_TRUST = (
    "if it is your company's: SSL_CERT_FILE=/path/to/ca.pem calcom-async …; in Python "
    "ssl_context=ssl.create_default_context(cafile=…)"
)


def files_check(folder: Path) -> Check:
    """Who may read what holds keys and tokens.

    Args:
        folder: Where the accounts file and tokens are.
    """
    name = "files"
    if os.name != "posix":
        return Check(name, "skipped", "who may read them is not looked at on this system")
    if not folder.is_dir():
        return Check(name, "ok", f"{shown(folder)} is not there: no keys are kept in files")
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o022:
        return Check(name, "failed", f"others may put files into {shown(folder)} (mode {mode:o})",
                     f"chmod 700 {shown(folder)}")  # fmt: skip
    kept = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    readable = [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if readable:
        names = " ".join(shown(path) for path in readable)
        return Check(
            name, "failed", f"others may read {names} (mode {stat.S_IMODE(readable[0].stat().st_mode):o})",
            f"chmod 600 {names}; make new keys if somebody may have read them",
        )  # fmt: skip
    return Check(name, "ok", f"nobody else may read {shown(folder)} ({len(kept)} files)")


def proxy_check(base_url: str, proxies: Mapping[str, str]) -> Check:
    """Whether the environment names a proxy, which nothing here goes through.

    Args:
        base_url: Where calls go.
        proxies: Those of the environment, by scheme, as `urllib.request.getproxies_environment` finds them.
    """
    name = "proxy"
    parts = urlsplit(base_url)
    given = proxies.get(parts.scheme) or proxies.get("all")
    if not given or parts.hostname in _THIS_MACHINE or proxy_bypass_environment(parts.netloc, dict(proxies)):
        return Check(name, "ok", "the environment names none for this server")
    there = urlsplit(given if "//" in given else f"//{given}")
    where = f"{there.hostname}:{there.port}" if there.port else f"{there.hostname}"
    return Check(
        name, "warning", f"the environment names {where}, and calcom-async connects without it",
        "where the network wants it: AsyncCalCom(proxy=…) in Python; else add the server to NO_PROXY",
    )  # fmt: skip


async def certificate_check(base_url: str, seconds: float) -> Check:
    """Shake hands as the client does, and say what is wrong with the certificate.

    Args:
        base_url: An https URL.
        seconds: How long it may take.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        async with asyncio.timeout(min(seconds, 10.0)):
            _, writer = await asyncio.open_connection(
                host, parts.port or 443, ssl=ssl.create_default_context(), server_hostname=host
            )
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    except ssl.SSLError as error:
        return certificate_finding(host, error)
    except (OSError, TimeoutError):
        return Check("TLS", "skipped", "there is no connection to look at")
    return Check("TLS", "ok", f"the certificate of {host} is trusted")


def certificate_finding(host: str, error: ssl.SSLError) -> Check:
    """What a failed handshake means.

    Args:
        host: The server's name.
        error: How it failed.
    """
    number = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if number in _SELF_SIGNED:
        return Check("TLS", "failed", f"{host} has a certificate that it signed itself", _TRUST)
    if number in _UNKNOWN_ISSUER:
        return Check("TLS", "failed", f"who signed the certificate of {host} is not known here", _TRUST)
    if number == _EXPIRED:
        return Check("TLS", "failed", f"the certificate of {host} has expired",
                     "set this machine's clock if it is ahead; else the server needs a new one")  # fmt: skip
    if number == _NOT_YET_VALID:
        return Check("TLS", "failed", f"the certificate of {host} is not valid yet",
                     "this machine's clock is behind: set it by a time server (NTP)")  # fmt: skip
    if number in _OTHER_NAME:
        return Check("TLS", "failed", f"the certificate is not for the name {host}",
                     "use the name that it is for in the base URL")  # fmt: skip
    if "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER_FAILURE" in str(error):
        return Check("TLS", "failed", f"{host} speaks no TLS on this port",
                     "check the port; a server on this machine may be meant by http://")  # fmt: skip
    return Check("TLS", "failed", f"the handshake with {host} failed ({error.reason or type(error).__name__})", _TRUST)
