"""Text that a command takes from a file or from stdin, or leaves in a file."""

from __future__ import annotations

import sys
from pathlib import Path

from calcom_async.cli.failures import USAGE, CommandFailure
from calcom_async.core.token_stores_file import write_private

__all__ = ["text_from", "write_private"]


def text_from(source: str, option: str) -> str:
    """The text of a file; of stdin for `-`.

    Args:
        source: The file's name, or `-`.
        option: Which option named it, for the message.

    Raises:
        CommandFailure: it can't be read, or is no text.
    """
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise CommandFailure(
            f"{option}: {Path(source).name} can't be read: {why}", "check the file's name and permissions",
            exit_code=USAGE, kind="UsageError",
        ) from None  # fmt: skip
