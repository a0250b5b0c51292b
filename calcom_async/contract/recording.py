"""A transport that sends nothing: it keeps every request, and stops the call or answers what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calcom_async.core.codec import dump_json
from calcom_async.core.request import Request, Response

__all__ = ["Recorder", "Sent"]


class Sent(BaseException):
    """The request is written down; there is no answer. No code between the method and the transport catches this."""


class Recorder:
    """Stands where the transport of a client stands.

    Attributes:
        requests: What was sent, in order.
        answer: Gives the JSON of the answer to a request; None ends the call with the request.
    """

    base_url = "https://api.cal.example/v2"

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Callable[[Request], Any] | None = None

    async def send(self, request: Request, options: object = None) -> Response:  # noqa: ARG002 - the transport's signature
        """Keep the request.

        Raises:
            Sent: there is no answer to give.
        """
        self.requests.append(request)
        if self.answer is None:
            raise Sent
        body = self.answer(request)
        version = request.versions[0] if request.versions else None
        return Response(status=200, headers={}, body=b"" if body is None else dump_json(body), version=version)
