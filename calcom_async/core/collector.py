"""Python's garbage collector rests while a page is decoded.

A page is thousands of new objects, all of them alive: the collector looks through them again and again, finds nothing,
and every few dozen pages goes through all the program has, which stops the event loop for longer than the page took.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["collector_paused"]


@contextmanager
def collector_paused() -> Generator[None, None, None]:
    """Pause the collector, for all of the process; afterwards it is on again if it was on.

    With `CALCOM_PAUSE_GC=0` in the environment it is left alone.
    """
    if not gc.isenabled() or os.environ.get("CALCOM_PAUSE_GC", "").strip() == "0":
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
