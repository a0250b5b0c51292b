"""The command `calcom-async`. Needs the extra `cli` (typer and rich), which nothing outside of this folder imports."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: What follows the command's name; by default what this process was started with.

    Returns:
        The exit code: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.
    """
    if not all(_is_installed(package) for package in ("typer", "rich")):
        print("calcom-async's command line needs the extra 'cli': pip install 'calcom-async[cli]'", file=sys.stderr)
        return 2
    from calcom_async.cli.app import run

    return run(sys.argv[1:] if arguments is None else arguments)


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False
