"""What an editor shows: pyright's language server completes both faces, and its hover has signatures and docstrings.

The server speaks JSON-RPC over its standard streams. It comes with pyright, which the session `types` has; it is skipped
where there is none. It is the engine of Pylance and of the editors that use pyright.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

SERVER = shutil.which("pyright-langserver", path=Path(sys.executable).parent)

pytestmark = pytest.mark.skipif(SERVER is None, reason="no pyright-langserver")

EDITED = """\
from calcom_async import AsyncCalCom, CalCom


async def asynchronous(cal: AsyncCalCom) -> None:
    cal.bookings.list
    cal.bookings.get
    cal.webhooks.create
    cal.bookings.


def blocking(cal: CalCom) -> None:
    cal.bookings.list
    cal.bookings.get
    cal.webhooks.create
    cal.bookings.
"""
"""A file as it is being written: its last lines want to be completed."""
BEGINNING = {"async": 4, "blocking": 11}
"""The line that each face begins on, as the server counts: from 0."""


class LanguageServer:
    """A server with one file open; answers come in the order in which they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[bytes] = self._process.stdin
        self._from: IO[bytes] = self._process.stdout
        self._asked = 0
        self._file = (folder / "edited.py").as_uri()
        workspace = [{"uri": folder.as_uri(), "name": "workspace"}]
        markdown = {"hover": {"contentFormat": ["markdown"]}}
        capabilities = {"workspace": {"configuration": True}, "textDocument": markdown}
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=folder.as_uri(),
            capabilities=capabilities,
            workspaceFolders=workspace,
        )
        self._tell("initialized")
        document = {"uri": self._file, "languageId": "python", "version": 1, "text": EDITED}
        self._tell("textDocument/didOpen", textDocument=document)

    def completion(self, line: int) -> dict[str, Any]:
        """What is offered at the end of a line, by its name."""
        answer = self._at("textDocument/completion", line, len(EDITED.splitlines()[line]))
        return {item["label"]: item for item in answer["items"]}

    def hover(self, line: int, word: str) -> str:
        """What is shown at a word of a line."""
        answer = self._at("textDocument/hover", line, EDITED.splitlines()[line].index(word))
        return str(answer["contents"]["value"])

    def documentation(self, item: dict[str, Any]) -> str:
        """What is shown beside an offered name."""
        return str(self.ask("completionItem/resolve", **item)["documentation"]["value"])

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a request and wait for its answer; what the server asks meanwhile is answered."""
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        while True:
            message = self._receive()
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": self._setting(message)})
            elif message.get("id") == self._asked:
                assert "error" not in message, message
                return message["result"]

    def close(self) -> None:
        """End the server."""
        self.ask("shutdown")
        self._tell("exit")
        self._to.close()
        self._process.wait(10)
        self._from.close()

    def _at(self, method: str, line: int, character: int) -> Any:
        return self.ask(method, textDocument={"uri": self._file}, position={"line": line, "character": character})

    def _setting(self, message: dict[str, Any]) -> Any:
        """What the editor says to a request of the server: which Python it is, and what it need not look at."""
        if message["method"] != "workspace/configuration":
            return None
        analysis = {"diagnosticMode": "openFilesOnly", "typeCheckingMode": "off", "autoImportCompletions": False}
        known = {"python": {"pythonPath": sys.executable}, "python.analysis": analysis}
        return [known.get(item.get("section"), {}) for item in message["params"]["items"]]

    def _tell(self, method: str, **parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._to.flush()

    def _receive(self) -> Any:
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server ended"
        return json.loads(self._from.read(length))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    server = LanguageServer(tmp_path_factory.mktemp("workspace"))
    try:
        yield server
    finally:
        server.close()


OFFERED = {"list", "get", "create", "reschedule", "cancel", "confirm", "decline", "export", "attendees"}


@pytest.mark.parametrize("face", ["async", "blocking"])
def test_the_operations_of_a_resource_are_offered_with_what_they_do(server: LanguageServer, face: str) -> None:
    offered = server.completion(BEGINNING[face] + 3)
    assert set(offered) >= OFFERED
    about = server.documentation(offered["reschedule"])
    assert "Move a booking, or one seat of it." in about
    assert "`POST /v2/bookings/{bookingUid}/reschedule`" in about


@pytest.mark.parametrize(("face", "returned"), [("async", "Coroutine[Any, Any, Booking]"), ("blocking", "Booking")])
def test_an_operation_shows_its_arguments_what_it_returns_and_its_docstring(
    server: LanguageServer, face: str, returned: str
) -> None:
    shown = server.hover(BEGINNING[face] + 1, "get")
    assert f"get: (booking_uid: str) -> {returned}\n" in shown
    assert "One booking." in shown
    assert "`GET /v2/bookings/{bookingUid}`" in shown
    assert "NotFoundError: no such booking." in shown


@pytest.mark.parametrize(("face", "returned"), [("async", "Pager[Booking]"), ("blocking", "BlockingPager[Booking]")])
def test_a_list_shows_its_filters_and_its_pager(server: LanguageServer, face: str, returned: str) -> None:
    shown = server.hover(BEGINNING[face], "list")
    assert "attendee_email: str" in shown
    assert f") -> {returned}\n" in shown
    assert "Your bookings, narrowed and ordered." in shown


@pytest.mark.parametrize(("face", "mode"), [("async", "Async"), ("blocking", "Blocking")])
def test_a_resource_that_hangs_on_the_client_shows_its_class_and_docstring(
    server: LanguageServer, face: str, mode: str
) -> None:
    shown = server.hover(BEGINNING[face] + 2, "webhooks")
    assert f"webhooks: Webhooks[{mode}]\n" in shown
    assert "Your webhooks." in shown


@pytest.mark.parametrize(("face", "returned"), [("async", "Coroutine[Any, Any, Webhook]"), ("blocking", "Webhook")])
def test_an_operation_of_such_a_resource_shows_the_same(server: LanguageServer, face: str, returned: str) -> None:
    shown = server.hover(BEGINNING[face] + 2, "create")
    assert "subscriber_url: str" in shown
    assert f") -> {returned}\n" in shown
    assert "`POST {scope}/webhooks`" in shown
