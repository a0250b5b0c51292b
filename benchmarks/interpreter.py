"""What was measured on: ratios differ between builds of one Python, so a table that does not name it says little."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

PACKAGES = ("aiohttp", "attrs", "cattrs", "msgspec", "orjson", "pydantic", "httpx", "requests", "openapi-python-client")


def interpreter() -> str:
    """`CPython 3.11.2, Debian's own (GCC 12.2.0)`, or where it is no system's own: `CPython 3.11.7 (GCC 12.2.0)`."""
    own = ""
    if sys.base_prefix == "/usr":
        try:
            own = f", {platform.freedesktop_os_release()['NAME'].split()[0]}'s own"
        except OSError:
            own = ", the system's own"
    return f"{platform.python_implementation()} {platform.python_version()}{own} ({platform.python_compiler()})"


def machine() -> str:
    """Its cores, their kind as far as it is known, and how busy they are."""
    kind = platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        names = [
            line.partition(":")[2].strip() for line in told.read_text().splitlines() if line.startswith("model name")
        ]
        kind = names[0] if names else kind
    return f"{os.cpu_count()} cores, {kind}, {platform.system()}"


def packages() -> dict[str, str]:
    """The releases that were measured."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
