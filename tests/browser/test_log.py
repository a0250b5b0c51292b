"""Watching requests and deliveries, and taking them away as curl and as Python that run."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

NASTY = 'it\'s "quoted" \\ $HOME `id` \n new line, ü 🎉 \u2028 end'


def newest(page):
    return page.locator("#log > li").first


def copied(page, name):
    page.get_by_role("button", name=name).click()
    page.wait_for_selector("#toasts :text('Copied')")
    return page.evaluate("navigator.clipboard.readText()")


def run(command, sandbox):
    environment = {**os.environ, "CALCOM_API_KEY": sandbox.api_key}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_requests_show_as_they_are_answered(page, sandbox, expect):
    expect(page.locator("#log-empty")).to_be_visible()
    with sandbox.blocking_client() as cal:
        cal.me.get()
        expect(newest(page)).to_contain_text("/me")
        expect(newest(page)).to_contain_text("200")
        expect(newest(page)).to_contain_text("ada")
        with pytest.raises(Exception, match="not found"):
            cal.bookings.get("nope")
    expect(newest(page)).to_contain_text("/bookings/nope")
    expect(newest(page)).to_contain_text("404")
    newest(page).locator("summary").click()
    expect(newest(page)).to_contain_text("cal-api-version: 2024-08-13")
    expect(newest(page)).to_contain_text("NotFoundException")
    assert sandbox.api_key not in page.locator("#log").inner_text()


def test_requests_from_before_the_page_was_opened_show_too(look, sandbox, expect):
    with sandbox.blocking_client() as cal:
        cal.me.get()
    page = look()
    expect(newest(page)).to_contain_text("/me")
    newest(page).locator("summary").click()
    expect(newest(page)).to_contain_text("Its answer was not kept")


def test_the_page_leaves_its_own_reads_out_unless_asked(page, expect):
    page.click("#new")
    page.wait_for_selector(".time")
    page.keyboard.press("Escape")
    expect(page.locator("#log > li")).to_have_count(0)
    page.check("#own")
    expect(newest(page)).to_contain_text("/slots")
    expect(newest(page)).to_contain_text("this page")


def test_filter_pause_and_clear(page, sandbox, expect):
    rows = page.locator("#log > li")
    with sandbox.blocking_client() as cal:
        cal.me.get()
        cal.request("GET", "event-types", api_version="2024-06-14")
        expect(rows).to_have_count(2)
        page.fill("#filter", "get me 200")
        expect(rows).to_have_count(1)
        page.fill("#filter", "delete")
        expect(page.locator("#log-empty")).to_contain_text("No request like that")
        page.fill("#filter", "")
        page.click("#pause")
        cal.me.get()
        page.wait_for_timeout(300)
        expect(rows).to_have_count(2)
        page.click("#pause")
        cal.me.get()
        expect(rows).to_have_count(3)
        page.click("#clear")
        expect(rows).to_have_count(0)


def test_a_flood_keeps_the_page_small(page, sandbox, expect):
    with sandbox.blocking_client(max_retries=0) as cal:
        page.click("#tab-faults")
        page.locator("#limit [name=on]").uncheck()
        page.get_by_role("button", name="Apply").click()
        page.click("#tab-requests")
        expect(page.locator("#toasts")).to_contain_text("No limit from now on.")
        for _ in range(400):
            cal.me.get()
    expect(page.locator("#log > li")).to_have_count(300)


def test_copied_curl_runs_and_keeps_the_key_out(page, sandbox, expect):
    with sandbox.blocking_client() as cal:
        cal.request(
            "GET", "bookings", params={"status": "upcoming", "take": 3, "eventTypeIds": "42"}, api_version="2024-08-13"
        )
    newest(page).locator("summary").click()
    command = copied(page, "Copy as curl")
    assert sandbox.api_key not in command
    assert "$CALCOM_API_KEY" in command
    done = run(["bash", "-c", command], sandbox)
    data = json.loads(done.stdout)["data"]
    assert [each["eventTypeId"] for each in data] == [42, 42]
    page.check("#with-key")
    assert sandbox.api_key in copied(page, "Copy as curl")


@pytest.mark.parametrize("form", ["curl", "Python"])
def test_a_copied_write_writes_the_same(page, sandbox, form):
    body = {
        "start": "2026-04-28T10:00:00Z",
        "eventTypeId": 42,
        "attendee": {"name": "Guest 9", "email": "guest9@example.com", "timeZone": "Europe/Riga"},
        "metadata": {"odd": NASTY},
        "bookingFieldsResponses": {"notes": NASTY},
    }
    with sandbox.blocking_client() as cal:
        first = cal.request("POST", "bookings", json=body, api_version="2024-08-13")["data"]
        newest(page).locator("summary").click()
        text = copied(page, f"Copy as {form}")
        cal.bookings.cancel(first["uid"], cancellation_reason="To make room")
    before = set(sandbox.booking_uids())
    done = run(["bash", "-c", text] if form == "curl" else [sys.executable, "-c", text], sandbox)
    assert done.returncode == 0, done.stderr
    (uid,) = set(sandbox.booking_uids()) - before
    made = sandbox.backend.bookings.by_uid(uid).wire
    assert (made["start"], made["metadata"]) == ("2026-04-28T10:00:00.000Z", {"odd": NASTY})
    assert made["bookingFieldsResponses"]["notes"] == NASTY
    assert sandbox.api_key not in text


def test_copied_python_repeats_parameters(page, sandbox):
    with sandbox.blocking_client() as cal:
        cal.request("GET", "bookings", params={"status": ["past", "cancelled"], "take": 2}, api_version="2024-08-13")
    newest(page).locator("summary").click()
    done = run([sys.executable, "-c", copied(page, "Copy as Python")], sandbox)
    assert done.returncode == 0, done.stderr
    seen = [each for each in sandbox.requests if each.path == "/v2/bookings"]
    assert seen[-1].query == seen[0].query == {"status": ["past", "cancelled"], "take": ["2"]}


def test_the_key_and_the_address_can_be_copied(page, sandbox):
    page.click("#copy-url")
    page.wait_for_selector("#toasts :text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == sandbox.url
    page.select_option("#account", "grace")
    page.click("#copy-key")
    page.wait_for_selector("#toasts :text('the key')")
    assert page.evaluate("navigator.clipboard.readText()") == sandbox.keys["grace"]


class Subscriber(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["X-Cal-Signature-256"], body))
        self.send_response(self.server.answers)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def subscriber():
    server = HTTPServer(("127.0.0.1", 0), Subscriber)
    server.got, server.answers = [], 500
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_deliveries_show_and_can_be_sent_again(page, sandbox, subscriber, booking, expect):
    page.click("#tab-deliveries")
    expect(page.locator("#sent-empty")).to_be_visible()
    page.fill('#subscribe [name="url"]', f"http://127.0.0.1:{subscriber.server_port}/hook")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("#toasts")).to_contain_text("Subscribed.")
    with sandbox.blocking_client() as cal:
        cal.bookings.cancel(booking(116)["uid"], cancellation_reason="Ill")
    first = page.locator("#sent > li").first
    expect(first).to_contain_text("BOOKING_CANCELLED")
    expect(first).to_contain_text("500")
    first.locator("summary").click()
    expect(first).to_contain_text("X-Cal-Signature-256")
    expect(first).to_contain_text('"cancellationReason": "Ill"')
    subscriber.answers = 200
    first.get_by_role("button", name="Send again").click()
    expect(page.locator("#toasts")).to_contain_text("Sent again; answered 200.")
    expect(page.locator("#sent > li")).to_have_count(2)
    assert subscriber.got[0] == subscriber.got[1]


def test_any_json_becomes_the_same_python(page):
    values = [None, True, False, 0, -1, 1.5, 1e21, "", NASTY, "\x00\x7f\x85\ufeff", [], {}, [[], {"": [None, {}]}]]
    for value in [*values, values, {"all": values}]:
        assert ast.literal_eval(page.evaluate("value => python(value)", value)) == value
