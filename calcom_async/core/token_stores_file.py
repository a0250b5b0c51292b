"""Tokens in a file, which several processes may share."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import stat
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from calcom_async.core.oauth_tokens import Tokens, of_text, to_text
from calcom_async.errors import APITimeoutError, ConfigurationError, MissingExtraError
from calcom_async.settings import Hidden

__all__ = ["FileTokens", "file_lock", "write_private"]

_LOOK_AGAIN = 0.02
"""Seconds between two looks at a lock that another process holds."""
_PATIENCE = 180.0
"""Seconds after which whoever holds the lock is given up: longer than renewing takes at its slowest."""


class FileTokens:
    """Tokens in a file that only its owner may read (mode 600).

    A new version appears as a whole and is on the disk before it is used. Processes that share the file renew one at a
    time, by a lock file beside it. This needs the extra `oauth`.

    Args:
        path: The file; its folder is made if it is not there.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser().absolute()

    @property
    def name(self) -> str:
        """The path of the file."""
        return f"file {self.path}"

    async def load(self) -> Tokens | None:
        """The tokens; None where there is no file.

        Raises:
            ConfigurationError: others may read it, it can't be read, or it holds no tokens.
        """
        try:
            with self.path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                if os.name == "posix" and mode & 0o077:
                    raise ConfigurationError(
                        f"others may read {self.path.name} (mode {mode:o}), and it holds tokens; chmod 600 it, and log "
                        "in again if somebody may have read them"
                    )
                content = Hidden(file.read().decode(errors="replace"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(f"{self.path.name} can't be read ({error.strerror})") from None
        tokens = of_text(content)
        if tokens is None:
            raise ConfigurationError(f"{self.path.name} holds no tokens; remove it, and log in again")
        return tokens

    async def save(self, tokens: Tokens | None) -> None:
        """Put these in the place of what is there; None removes the file.

        Raises:
            OSError: it can't be written.
        """
        if tokens is None:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path, to_text(tokens))

    @contextlib.asynccontextmanager
    async def locked(self) -> AsyncGenerator[None]:
        """Held by one at a time, among all processes of this machine.

        Raises:
            MissingExtraError: the extra `oauth` is not installed.
            APITimeoutError: another one holds it for too long.
        """
        async with file_lock(self.path.with_name(f"{self.path.name}.lock")):
            yield

    def __repr__(self) -> str:
        return f"FileTokens({str(self.path)!r})"


@contextlib.asynccontextmanager
async def file_lock(path: Path, patience: float = _PATIENCE) -> AsyncGenerator[None]:
    """Hold a lock file; the system gives it back when its holder ends, however that is.

    Args:
        path: The file; its folder is made if it is not there.
        patience: Seconds to wait for another holder.

    Raises:
        MissingExtraError: the extra `oauth` is not installed.
        ConfigurationError: the file can't be made.
        APITimeoutError: another one holds it for too long.
    """
    try:
        from filelock import FileLock, Timeout
    except ImportError:
        raise MissingExtraError("a token store that processes share", "oauth") from None
    ends = time.monotonic() + patience
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path, mode=0o600)
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                if time.monotonic() >= ends:
                    raise APITimeoutError(
                        f"another process has held {path.name} for {patience:.0f} s; end it, and try again"
                    ) from None
            await asyncio.sleep(_LOOK_AGAIN)
    except PermissionError:
        raise ConfigurationError(f"{path.name} can't be made; check the permissions of its folder") from None
    try:
        yield
    finally:
        lock.release()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; it appears as a whole, and is on the disk when this returns.

    Args:
        path: The file; a link is followed.
        text: Its text.

    Raises:
        OSError: it can't be written; what was there stays.
    """
    path = path.resolve()
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    if sys.platform != "win32":  # the new name is in the folder, which has to be on the disk as well
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
