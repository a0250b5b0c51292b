"""The processes of a run: a server on one core, and on another a fresh process for everything that is measured."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """Ours, but compiled files are kept and found, and nothing is said of what is deprecated or slow."""
    unwanted = {"PYTHONDONTWRITEBYTECODE", "PYTHONSAFEPATH", "PYTHONWARNINGS", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {name: value for name, value in kept.items() if not name.startswith("CALCOM_") or "REFERENCE" in name}


def keep_to(process: int, place: int) -> None:
    """Keep a process to one of the cores that we may use, where the system can do that and there are two."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) > 1:
            os.sched_setaffinity(process, {cores[place % len(cores)]})


@contextmanager
def serving(*command: str) -> Iterator[str]:
    """A server that prints its port and serves until its standard input ends: where it is."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    keep_to(process.pid, 0)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.communicate()


def measure(module: str, function: str, arguments: dict[str, Any], *, limit: float = 600.0) -> dict[str, float]:
    """What `benchmarks.{module}.{function}(**arguments)` measures, in a process of its own.

    Raises:
        RuntimeError: it failed; with what it said last.
    """
    command = [sys.executable, "-m", "benchmarks.processes", module, function, json.dumps(arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, timeout=limit
    )
    if done.returncode:
        raise RuntimeError(f"{module}.{function}: {done.stderr.strip()[-2000:]}")
    measured: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return measured


def main() -> None:
    """Be such a process."""
    import importlib

    keep_to(0, 1)
    module, function, arguments = sys.argv[1:]
    measured = getattr(importlib.import_module(f"benchmarks.{module}"), function)(**json.loads(arguments))
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
