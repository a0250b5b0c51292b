"""Hears of the errors that the sandbox did not foresee: it answers them with 500 and logs them."""

from __future__ import annotations

import logging
from pathlib import Path


class Listener(logging.Handler):
    """Notes each with the place it comes from: `TypeError: … (bookings.py:12)`."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        trace = error.__traceback__ if error else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        at = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        self.heard.append(f"{type(error).__name__}: {error} ({at})")
