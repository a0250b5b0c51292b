"""A channel that keeps what a resource sends and answers what a test says: nothing leaves the process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from calcom_async.core.failures import failure
from calcom_async.core.request import Request, Response
from calcom_async.core.transport import Options


class Wire:
    """What a resource needs of its client.

    `answers` are given in order, the last one again and again: wire data (put into the usual envelope), a `Response`,
    an exception, or a function of the request that returns any of these.
    """

    runner = None

    def __init__(self) -> None:
        self.options = Options()
        self.requests: list[Request] = []
        self.answers: list[Any] = []

    def answer(self, *answers: Any) -> None:
        self.answers = list(answers)

    async def send(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Callable):  # type: ignore[arg-type]
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        response = answer if isinstance(answer, Response) else self.response({"status": "success", "data": answer})
        if response.status >= 400:
            raise failure(response, request)
        return response

    @staticmethod
    def response(body: Any, status: int = 200) -> Response:
        return Response(status=status, headers={}, body=json.dumps(body).encode() if body is not None else b"")

    @property
    def sent(self) -> Request:
        """The last request."""
        return self.requests[-1]

    @property
    def query(self) -> dict[str, str]:
        """The query of the last request."""
        return dict(self.sent.query)


@pytest.fixture
def wire() -> Wire:
    return Wire()
