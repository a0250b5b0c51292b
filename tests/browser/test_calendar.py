"""Looking at bookings and changing them, with the mouse."""

from __future__ import annotations


def event(page, uid):
    return page.locator(f'.event[data-uid="{uid}"]')


def open_event(page, booking, number):
    event(page, booking(number)["uid"]).click()
    return page.locator("#sheet")


def test_shows_the_week_of_the_sandboxs_clock(page, expect):
    expect(page.locator("#week-title")).to_have_text("6 – 12 April 2026")
    expect(page.locator(".day-head.today")).to_contain_text("6")
    expect(page.locator(".event")).to_have_count(8)
    expect(page.locator(".event.cancelled")).to_contain_text("Cancelled")
    page.click("#forward")
    expect(page.locator("#week-title")).to_have_text("13 – 19 April 2026")
    expect(page.locator(".event.pending")).to_have_count(2)
    expect(page.locator(".event.pending").first).to_contain_text("Unconfirmed")
    page.click("#back")
    page.click("#back")
    expect(page.locator("#week-title")).to_have_text("30 March – 5 April 2026")
    page.click("#today")
    expect(page.locator("#week-title")).to_have_text("6 – 12 April 2026")


def test_shows_times_in_the_chosen_zone(page, booking, expect):
    first = event(page, booking(116)["uid"])
    expect(first).to_contain_text("10:00")  # 09:00 UTC, London being an hour ahead
    page.select_option("#zone", "America/New_York")
    expect(first).to_contain_text("05:00")
    expect(page.locator(".corner")).to_have_text("UTC−4")
    page.reload()
    expect(first).to_contain_text("05:00")


def test_hosts_can_be_left_out(page, expect):
    expect(page.locator(".chip.host")).to_have_text(["Ada4 this week", "Grace3 this week", "Mary1 this week"])
    page.uncheck('.chip.host:has-text("Ada") input')
    expect(page.locator(".event")).to_have_count(4)
    page.uncheck("#show-cancelled")
    expect(page.locator(".event")).to_have_count(3)


def test_details_show_the_booking(page, booking, expect):
    sheet = open_event(page, booking, 123)
    expect(sheet.get_by_role("heading", name="Half an hour")).to_be_visible()
    expect(sheet).to_contain_text("Wednesday, 8 April 2026")
    expect(sheet).to_contain_text("14:00 – 14:30")
    expect(sheet).to_contain_text("guest1@example.com")
    expect(sheet).to_contain_text("Guest 5 would like to listen in.")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_an_empty_time_makes_a_booking(page, sandbox, expect):
    column = page.locator(".day").nth(3)
    column.click(position={"x": 30, "y": 64 * 15 + 5})  # Thursday, 15:00
    page.select_option('select[name="type"]', "42")
    expect(page.locator(".time input:checked")).to_have_count(1)
    expect(page.locator(".time:has(input:checked)")).to_have_text("15:00")
    page.fill('input[name="name"]', "Guest 9")
    page.fill('input[name="email"]', "guest9@example.com")
    page.fill('textarea[name="notes"]', "Made on the page.")
    before = set(sandbox.booking_uids())
    page.get_by_role("button", name="Book it").click()
    expect(page.locator("#toasts")).to_contain_text("Booked Thursday 9 April, 15:00.")
    (uid,) = set(sandbox.booking_uids()) - before
    made = sandbox.backend.bookings.by_uid(uid).wire
    assert made["start"] == "2026-04-09T14:00:00.000Z"
    assert made["attendees"][0]["email"] == "guest9@example.com"
    assert made["bookingFieldsResponses"]["notes"] == "Made on the page."
    expect(event(page, uid)).to_be_focused()


def test_only_free_times_are_offered(page, expect):
    page.locator(".day").nth(2).click(position={"x": 30, "y": 64 * 12})  # Wednesday: taken at 09:30 and 14:00
    page.select_option('select[name="type"]', "42")
    expect(page.locator(".time").first).to_have_text("09:00")
    times = page.locator(".time").all_text_contents()
    assert "09:30" not in times
    assert "14:00" not in times
    assert "10:00" in times
    page.fill('input[name="day"]', "2026-04-11")  # a Saturday
    expect(page.locator(".times")).to_contain_text("Nothing is free on Saturday 11 April.")
    page.get_by_role("button", name="Next: Monday 13 April").click()
    expect(page.locator(".time").first).to_have_text("09:00")
    expect(page.locator('input[name="day"]')).to_have_value("2026-04-13")


def test_every_kind_of_event_type_can_be_booked(page, sandbox, expect):
    made = {7: "Booked", 43: "Asked for", 44: "Booked", 45: "Booked", 46: "Booked", 52: "Booked"}
    for number, word in made.items():
        page.click("#new")
        page.select_option('select[name="type"]', str(number))
        page.fill('input[name="day"]', "2026-04-28")
        page.locator(".time").nth(list(made).index(number)).click()
        page.get_by_role("button", name="Book it").click()
        expect(page.locator("#toasts")).to_contain_text(word)
        expect(page.locator("#sheet")).to_be_hidden()
        page.locator(".toast").first.evaluate("each => each.remove()")
    rows = sandbox.backend.store.rows("SELECT event_type, count(*) FROM bookings WHERE id > 70000 GROUP BY 1")
    assert dict(rows) == {7: 1, 43: 1, 44: 1, 45: 4, 46: 1, 52: 1}


def test_a_refusal_is_shown_in_the_servers_words(page, expect):
    page.click("#new")
    page.select_option('select[name="type"]', "42")
    page.locator(".time").first.click()
    page.fill('input[name="email"]', "guest@nowhere")
    page.get_by_role("button", name="Book it").click()
    expect(page.locator("#sheet .problem")).to_contain_text("email_validation_error")
    expect(page.locator("#sheet")).to_be_visible()


def drag(page, start, target):
    page.mouse.move(start["x"] + 30, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 30, steps=3)
    page.wait_for_selector(".free", state="attached")
    page.mouse.move(target[0], target[1], steps=5)
    page.mouse.up()


def test_dragging_reschedules(page, booking, sandbox, expect):
    uid = booking(116)["uid"]  # Tuesday, 10:00
    start, friday = event(page, uid).bounding_box(), page.locator(".day").nth(4).bounding_box()
    drag(page, start, (friday["x"] + 40, start["y"] + 6 + 2 * 64))
    box = page.locator("#box")
    expect(box).to_contain_text("Tuesday 7 April, 10:00")
    expect(box).to_contain_text("Friday 10 April, 12:00")
    page.fill('#box input[name="reason"]', "Friday suits better")
    page.get_by_role("button", name="Move it").click()
    expect(page.locator("#toasts")).to_contain_text("Moved to Friday 10 April, 12:00.")
    old = booking(116)
    assert old["status"] == "cancelled"
    new = sandbox.backend.bookings.by_uid(old["rescheduledToUid"]).wire
    assert (new["start"], new["reschedulingReason"]) == ("2026-04-10T11:00:00.000Z", "Friday suits better")
    expect(event(page, new["uid"])).to_be_visible()


def test_dragging_to_a_busy_time_changes_nothing(page, booking, expect):
    uid = booking(116)["uid"]
    start, sunday = event(page, uid).bounding_box(), page.locator(".day").nth(6).bounding_box()
    drag(page, start, (sunday["x"] + 40, start["y"] + 6))
    expect(page.locator(".toast.bad")).to_contain_text("Ada is not free then.")
    expect(page.locator("#box")).to_be_hidden()
    expect(page.locator("#sheet")).to_be_hidden()
    assert booking(116)["status"] == "accepted"


def test_a_dragged_booking_can_be_put_back(page, booking, expect):
    start = event(page, booking(116)["uid"]).bounding_box()
    page.mouse.move(start["x"] + 30, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 260, start["y"] + 90, steps=4)
    page.wait_for_selector(".free", state="attached")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".free")).to_have_count(0)
    expect(page.locator("#box")).to_be_hidden()
    assert booking(116)["status"] == "accepted"


def test_rescheduling_by_dialog(page, booking, expect):
    sheet = open_event(page, booking, 116)
    sheet.get_by_role("button", name="Reschedule").click()
    page.fill('input[name="day"]', "2026-04-20")
    sheet.locator(".time", has_text="11:30").click()
    sheet.locator('.ask button[type="submit"]').click()
    expect(page.locator("#toasts")).to_contain_text("Moved to Monday 20 April, 11:30.")
    expect(page.locator("#week-title")).to_have_text("20 – 26 April 2026")
    assert booking(116)["status"] == "cancelled"


def test_cancelling_wants_a_reason(page, booking, expect):
    sheet = open_event(page, booking, 116)
    sheet.get_by_role("button", name="Cancel …").click()
    sheet.get_by_role("button", name="Cancel the booking").click()
    assert booking(116)["status"] == "accepted"  # the browser asks for the reason first
    page.fill('#sheet input[name="reason"]', "Ill")
    sheet.get_by_role("button", name="Cancel the booking").click()
    expect(page.locator("#toasts")).to_contain_text("Cancelled.")
    assert (booking(116)["status"], booking(116)["cancellationReason"]) == ("cancelled", "Ill")
    expect(event(page, booking(116)["uid"])).to_contain_text("Cancelled")


def test_cancelling_the_rest_of_a_series(page, booking, expect):
    sheet = open_event(page, booking, 113)
    sheet.get_by_role("button", name="Cancel …").click()
    page.fill('#sheet input[name="reason"]', "Done")
    page.check('#sheet input[name="later"]')
    sheet.get_by_role("button", name="Cancel the booking").click()
    expect(page.locator("#toasts")).to_contain_text("Cancelled.")
    assert [booking(number)["status"] for number in (112, 113, 114, 115)] == ["accepted"] + 3 * ["cancelled"]


def test_confirming_and_declining(page, booking, expect):
    page.click("#forward")
    open_event(page, booking, 117).get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("Confirmed.")
    sheet = open_event(page, booking, 118)
    sheet.get_by_role("button", name="Decline").click()
    page.fill('#sheet input[name="reason"]', "No room")
    sheet.locator('.ask button[type="submit"]').click()
    expect(page.locator("#toasts")).to_contain_text("Declined.")
    assert (booking(117)["status"], booking(118)["status"]) == ("accepted", "rejected")


def test_marking_who_was_absent(page, booking, expect):
    page.click("#back")
    sheet = open_event(page, booking, 112)
    sheet.get_by_role("button", name="Mark absent").click()
    sheet.get_by_label("Guest 2").check()
    sheet.get_by_role("button", name="Save").click()
    expect(event(page, booking(112)["uid"])).to_contain_text("No-show")
    assert booking(112)["attendees"][0]["absent"] is True
    assert booking(112)["absentHost"] is False


def test_a_seat_can_be_given_up(page, booking, expect):
    page.click("#forward")
    page.click("#forward")
    sheet = open_event(page, booking, 124)
    sheet.get_by_role("button", name="Cancel …").click()
    sheet.get_by_label("Whose seat").select_option(label="Guest 3")
    page.fill('#sheet input[name="reason"]', "Changed plans")
    sheet.get_by_role("button", name="Cancel the booking").click()
    expect(page.locator("#toasts")).to_contain_text("Cancelled.")
    assert [each["name"] for each in booking(124)["attendees"]] == ["Guest 4"]


def test_what_a_program_changes_shows_by_itself(page, booking, sandbox, expect):
    with sandbox.blocking_client() as cal:
        cal.bookings.cancel(booking(116)["uid"], cancellation_reason="By a program")
    expect(event(page, booking(116)["uid"])).to_contain_text("Cancelled")


def test_the_clock_can_jump(page, sandbox, expect):
    page.click("#tab-faults")
    page.get_by_role("button", name="One week on").click()
    expect(page.locator("#week-title")).to_have_text("13 – 19 April 2026")
    expect(page.locator(".day-head.today")).to_contain_text("13")
    assert sandbox.clock.now().date().isoformat() == "2026-04-13"


def test_a_crowded_time_folds(look, expect):
    from calcom_async.sandbox import Sandbox

    with Sandbox(bookings=20_000, seed=3, now="2026-04-08T10:00:00Z") as crowded:
        page = look(at=crowded)
        page.locator(".event.crowd").first.click()
        expect(page.locator("#box .line").first).to_be_visible()
        page.locator("#box .line").first.click()
        expect(page.locator("#sheet")).to_be_visible()
