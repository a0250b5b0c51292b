"""Switching faults and limits on and off, and what a client makes of them."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from calcom_async import ServerError

SWITCHES = 7


def switch(page, name):
    return page.locator("#switches .switch", has_text=name).locator("input")


def asked(sandbox):
    """The status of one request, by a client that paces nothing."""
    request = urllib.request.Request(f"{sandbox.url}/me", headers={"Authorization": f"Bearer {sandbox.api_key}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.fixture
def faults(page):
    page.click("#tab-faults")
    return page


def test_a_client_fails_and_recovers(faults, sandbox, expect):
    with sandbox.blocking_client(max_retries=0) as cal:
        assert cal.me.get().name == "Ada"
        switch(faults, "Out of order").check()
        expect(faults.locator("#toasts")).to_contain_text("Out of order: on.")
        with pytest.raises(ServerError) as caught:
            cal.me.get()
        assert caught.value.status_code == 503
        expect(faults.locator("#tab-faults")).to_contain_text("1")
        switch(faults, "Out of order").uncheck()
        expect(faults.locator("#toasts")).to_contain_text("Out of order: off.")
        assert cal.me.get().name == "Ada"
    faults.click("#tab-requests")
    row = faults.locator("#log > li", has_text="503")
    expect(row).to_contain_text("fault: status")


def test_the_pages_own_requests_fail_as_well(faults, booking, expect):
    switch(faults, "Out of order").check()
    expect(faults.locator("#toasts")).to_contain_text("on.")
    faults.locator(f'.event[data-uid="{booking(116)["uid"]}"]').click()
    faults.get_by_role("button", name="Cancel …").click()
    faults.fill('#sheet input[name="reason"]', "Ill")
    faults.get_by_role("button", name="Cancel the booking").click()
    expect(faults.locator("#sheet .problem")).to_contain_text("503")
    assert booking(116)["status"] == "accepted"


@pytest.mark.parametrize("place", range(SWITCHES))
def test_every_switch_turns_on_and_off(faults, sandbox, place, expect):
    one = faults.locator("#switches input").nth(place)
    one.check()
    expect(one).to_be_checked()
    expect(faults.locator("#tab-faults")).to_contain_text("1")
    assert len(sandbox.faults) == 1
    one.uncheck()
    expect(faults.locator("#tab-faults")).to_have_text("Faults")
    assert len(sandbox.faults) == 0


def test_there_are_as_many_switches_as_are_tried(faults, expect):
    expect(faults.locator("#switches input")).to_have_count(SWITCHES)


def test_a_fault_in_words_and_one_from_a_program(faults, sandbox, expect):
    faults.fill('#custom [name="fault"]', "status=418; path=me; first=1")
    faults.get_by_role("button", name="Switch on").click()
    expect(faults.locator("#other-faults")).to_contain_text("status=418")
    sandbox.faults.add("latency=0.01")
    expect(faults.locator("#other-faults li")).to_have_count(2)
    faults.get_by_role("button", name="Switch off latency").click()
    expect(faults.locator("#other-faults li")).to_have_count(1)
    assert [each.kind for _, each in sandbox.faults] == ["status"]
    faults.fill('#custom [name="fault"]', "nonsense=1")
    faults.get_by_role("button", name="Switch on").click()
    expect(faults.locator(".toast.bad")).to_contain_text("a fault's kind is one of")


def test_nobodys_typing_is_overwritten(faults, sandbox, expect):
    faults.fill('#limit [name="limit"]', "77")
    sandbox.faults.add("latency=0")
    expect(faults.locator("#tab-faults")).to_contain_text("1")  # the page has just read everything anew
    expect(faults.locator('#limit [name="limit"]')).to_have_value("77")


def test_a_lower_rate_limit_blocks(faults, sandbox, expect):
    faults.fill('#limit [name="limit"]', "2")
    faults.get_by_role("button", name="Apply").click()
    expect(faults.locator("#toasts")).to_contain_text("2 requests in 60 s from now on.")
    assert [asked(sandbox) for _ in range(3)] == [200, 200, 429]
    faults.locator("#limit [name=on]").uncheck()
    faults.get_by_role("button", name="Apply").click()
    expect(faults.locator("#toasts")).to_contain_text("No limit from now on.")
    assert asked(sandbox) == 200
