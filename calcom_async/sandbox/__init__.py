"""A local Cal.com API v2: real HTTP on loopback, state in SQLite, no account needed.

It speaks wire JSON only and shares no code with the client, so that each can prove the other wrong. See
`calcom_async.sandbox.world` for what is in it.
"""

from __future__ import annotations

from calcom_async.sandbox.rate_limit import RateLimit
from calcom_async.sandbox.server import Sandbox

__all__ = ["RateLimit", "Sandbox"]
