"""Names, titles, reasons and paths that would be code are shown as text, and other sites get nothing."""

from __future__ import annotations

import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

HOSTILE = [
    '<img src=x onerror="window.broken = 1">',
    "<script>window.broken = 1</script>",
    '"><svg onload=window.broken=1>',
    "{{constructor.constructor('window.broken=1')()}}",
    "javascript:window.broken=1",
    "\u202egnp.exe 🎉 " + "x" * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_are_text(look, sandbox, text, expect):
    with sandbox.blocking_client() as cal:
        body = {
            "start": "2026-04-10T14:00:00Z",
            "eventTypeId": 42,
            "attendee": {"name": text, "email": "guest9@example.com", "timeZone": "Europe/London"},
            "bookingFieldsResponses": {"notes": text, "title": text},
            "metadata": {"note": text},
        }
        made = cal.request("POST", "bookings", json=body, api_version="2024-08-13")["data"]
        cal.request(
            "PATCH", "event-types/46", json={"title": text[:200], "description": text}, api_version="2024-06-14"
        )
        page = look()
        cal.request_raw("GET", "me", params={"text": text})
        mine = page.locator(f'.event[data-uid="{made["uid"]}"]')
        expect(mine.locator(".who")).to_have_text(text)
        mine.click()
        expect(page.locator("#sheet")).to_contain_text(text)
        page.keyboard.press("Escape")
        page.locator("#log summary").first.click()
        page.click("#new")
        expect(page.locator('select[name="type"]')).to_contain_text(text[:200])
        page.keyboard.press("Escape")
        cal.bookings.cancel(made["uid"], cancellation_reason=text)
        expect(mine).to_contain_text("Cancelled")
        mine.click()
        expect(page.locator("#sheet")).to_contain_text(text)
    assert page.evaluate("window.broken") is None
    assert page.evaluate("document.querySelectorAll('img, script:not([src]), svg[onload]').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_no_code_gets_in_by_the_back_door(page, complaints):
    """The policy forbids what a slip in the page's code would let in."""
    for slip in ("document.body.innerHTML += '<b>x</b>'", "document.write('x')"):
        assert page.evaluate(f"() => {{ try {{ {slip} }} catch (error) {{ return error.name }} }}") == "TypeError"
    page.evaluate("document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.2/' }))")
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in each for each in complaints)
    complaints.clear()


class Elsewhere(BaseHTTPRequestHandler):
    """Another site, with a policy that allows it everything."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Elsewhere</title>")

    def log_message(self, *_):
        pass


@pytest.fixture
def elsewhere():
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


TRIES = """async (url) => {
  const json = { "Content-Type": "application/json" }, read = [];
  for (const [path, options] of [
    ["", {}],
    ["_sandbox/page/state", {}],
    ["_sandbox/faults", { method: "POST", headers: json, body: '{"kind": "status"}' }],
    ["_sandbox/faults", { method: "POST", mode: "no-cors", body: '{"kind": "status"}' }],
    ["_sandbox/page/clock", { method: "POST", mode: "no-cors", body: '{"minutes": 60}' }],
    ["_sandbox/page/settings", { method: "PUT", headers: json, body: '{"rateLimit": null}' }],
  ]) {
    try { const answer = await fetch(url + path, options); read.push(answer.type === "opaque" ? "opaque" : answer.status); } catch { read.push("refused"); }
  }
  return read;
}"""


def untouched(sandbox):
    rule = sandbox._running.limiter.rule
    return len(sandbox.faults) == 0 and rule is not None and sandbox.clock.now().hour == 8


def test_a_page_of_another_site_gets_nothing(chromium, sandbox, elsewhere):
    """Another origin can neither read the page nor turn a switch."""
    page = chromium.new_page()
    page.goto(elsewhere)
    outcome = page.evaluate(TRIES, sandbox.page_url)
    page.close()
    assert outcome == ["refused"] * 6
    assert untouched(sandbox)


def test_a_name_that_is_made_to_point_here_gets_nothing(chromium, sandbox):
    """DNS rebinding: the other site's own name resolves to this machine, so that its pages are of the same origin."""
    rebound = sandbox.page_url.replace("127.0.0.1", "rebound.example")
    page = chromium.new_page()
    assert page.goto(rebound).status == 403
    outcome = page.evaluate(TRIES, rebound)
    page.close()
    assert outcome[:3] == [403, 403, 403]
    assert outcome[5] == 403
    assert untouched(sandbox)


def test_nothing_is_fetched_from_elsewhere(look, sandbox):
    page = look()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert asked
    hosts = {urllib.parse.urlsplit(url).netloc for url in asked if not url.startswith("data:")}
    assert hosts == {urllib.parse.urlsplit(sandbox.url).netloc}
    with urllib.request.urlopen(sandbox.page_url, timeout=5) as answer:
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
