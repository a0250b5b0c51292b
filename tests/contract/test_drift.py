"""`python -m calcom_async.contract`: its words, its JSON, its exit code."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from calcom_async.contract.__main__ import as_json, as_text, main
from calcom_async.contract.report import Report

SMALL = {"paths": {"/v2/things": {"get": {"responses": {}}}}}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(SMALL))
    return file


@pytest.fixture
def served() -> Iterator[str]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(SMALL).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v2/docs-json"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_document_that_drifted(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small)]) == 1
    out = capsys.readouterr().out
    assert out.startswith("New: documented, and unknown to the package (1)\n  GET /v2/things: no method sends it\n")
    assert "  GET /v2/me: is sent by cal.me.get, and not documented\n" in out
    assert out.endswith("operations 0/1, answers read 0/0\n")


def test_for_programs_and_by_url(served: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", served]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["operations"] == {"known": 0, "documented": 1}
    assert {
        "operation": "GET /v2/things",
        "kind": "operation",
        "where": "",
        "what": "new",
        "text": "no method sends it",
    } in told["findings"]


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}"])
def test_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = tmp_path / "openapi.json"
    assert main([str(file)]) == 2
    file.write_text(text)
    assert main([str(file)]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.contract
def test_the_complete_document(report: Report) -> None:
    """What is said of it where nothing is missing."""
    assert json.loads(as_json(report))["operations"]["documented"] == 349
    have, of = report.count()
    assert as_text(report).endswith(f"operations {have}/{of}, answers read {report.answers[0]}/{report.answers[1]}\n")
    assert as_text(report) == f"operations 349/349, answers read {report.answers[1]}/{report.answers[1]}\n"
