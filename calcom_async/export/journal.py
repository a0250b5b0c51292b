"""The journal beside an unfinished export: which windows are walked how far, and how many bytes of the file count.

It is written after the bytes it speaks of have reached the disk, and replaced as a whole, so that a process which is
killed at any moment finds either the state before or the one after.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import msgspec

from calcom_async.errors import ExportError
from calcom_async.export.plan import Window

__all__ = ["Journal", "WindowState"]

RELEASE = 2
"""The form of the journal; another one is not read."""


@attrs.frozen(kw_only=True)
class WindowState:
    """One window that is not walked to its end.

    Attributes:
        start: Its beginning, in milliseconds since the epoch.
        end: Its end, not included.
        position: What was created before this is in the file.
        seen: Uids in the file of bookings created exactly at `position`.
        source: Which list it belongs to, where several are exported together.
        cursor: For a walk by cursor (its window is a formality): where it goes on; empty at its beginning.
        status: For a walk by cursor: the one status it asks for.
    """

    start: int
    end: int
    position: int
    seen: tuple[str, ...] = ()
    source: int = 0
    cursor: str | None = None
    status: str | None = None

    @classmethod
    def fresh(cls, window: Window, source: int = 0) -> WindowState:
        """A window nobody has begun."""
        return cls(start=window.start, end=window.end, position=window.start, source=source)

    @classmethod
    def by_cursor(cls, status: str | None, source: int = 0) -> WindowState:
        """A walk by cursor nobody has begun."""
        return cls(start=0, end=1, position=0, source=source, cursor="", status=status)


@attrs.frozen(kw_only=True)
class Journal:
    """The state of an export on disk.

    Attributes:
        purpose: What is exported: account, filters, version, format. Another purpose can't go on with it.
        frozen: When the export began, by each server's clock (milliseconds); bookings up to then are taken.
        offset: How much of the partial file counts; what that means is the sink's business.
        windows: What is left to walk.
        counts: The tally so far.
    """

    purpose: Mapping[str, Any]
    frozen: tuple[int, ...]
    offset: int
    windows: tuple[WindowState, ...]
    counts: Mapping[str, Any]

    def write(self, path: Path) -> None:
        """Replace the journal on disk, durably."""
        content = msgspec.json.encode({"release": RELEASE, **attrs.asdict(self)})
        fresh = path.with_name(f"{path.name}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)

    @classmethod
    def read(cls, path: Path) -> Journal | None:
        """The journal on disk; None where there is none.

        Raises:
            ExportError: there is one, and it can't be read.
        """
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            state = msgspec.json.decode(content)
            if state.pop("release") != RELEASE:
                raise ExportError(f"{path} was written by another release; delete it, or pass restart=True (--restart)")
            state["windows"] = tuple(_window(window) for window in state["windows"])
            state["frozen"] = tuple(state["frozen"])
            return cls(**state)
        except (msgspec.DecodeError, TypeError, KeyError, AttributeError) as error:
            raise ExportError(
                f"{path} is no journal of an export; delete it, or pass restart=True (--restart)"
            ) from error

    def refuse_other(self, purpose: Mapping[str, Any], path: Path) -> None:
        """Refuse to go on with the journal of something else.

        Raises:
            ExportError: it says what differs, without values.
        """
        differing = sorted(k for k in {*purpose, *self.purpose} if purpose.get(k) != self.purpose.get(k))
        if differing:
            raise ExportError(
                f"an unfinished export that differs in its {' and '.join(differing)} stands beside this name "
                f"({path.name}); give the same arguments to go on with it, another file name, or restart=True "
                "(--restart) to drop it"
            )


def _window(state: dict[str, Any]) -> WindowState:
    fields: dict[str, Any] = {**state, "seen": tuple(state["seen"])}
    return WindowState(**fields)


def watermark_path(path: Path) -> Path:
    """Where it stands up to when a file is kept up to date."""
    return path.with_name(f".{path.name}.watermark")


def sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the system lets a folder be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
