"""Both themes readable, phone width without sideways scrolling, everything by keyboard, everything named."""

from __future__ import annotations

import pytest

CONTRAST = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const over = (top, under) => top.slice(0, 3).map((part, place) => part * top[3] / 255 + under[place] * (1 - top[3] / 255)).concat(255);
  const behind = (element) => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) layers.push(rgba(getComputedStyle(each).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 255]);
  };
  const light = (colour) => colour.slice(0, 3).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4).reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest(".hidden, :disabled, script, noscript")) continue;
    const back = behind(element), front = over(rgba(style.color), back);
    const [high, low] = [light(front), light(back)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.tagName} ${element.className} ${walker.currentNode.data.trim().slice(0, 30)}`);
  }
  return found;
}"""

NAMELESS = """() => {
  const named = (text) => /[\\p{L}\\p{N}]/u.test(text ?? "");
  return [...document.querySelectorAll("button, input, select, textarea, summary, [role=tab], dialog[open]")]
    .filter((each) => each.checkVisibility())
    .filter((each) => !named(each.getAttribute("aria-label") ?? (each.labels?.length ? [...each.labels].map((label) => label.textContent).join(" ") : document.getElementById(each.getAttribute("aria-labelledby"))?.textContent ?? each.textContent)))
    .map((each) => each.outerHTML.slice(0, 120));
}"""

DOUBLED = "() => { const all = [...document.querySelectorAll('[id]')].map((each) => each.id); return all.filter((each, place) => all.indexOf(each) !== place); }"


def tour(page, sandbox, booking):
    """Everything there is to see, one screen after the other."""
    with sandbox.blocking_client(max_retries=0) as cal:
        cal.me.get()
        cal.request_raw("GET", "bookings", params={"take": 1}, api_version="2024-08-13")
    narrow = page.locator("#tab-calendar").is_visible()
    if narrow:
        page.click("#tab-requests")
    page.locator("#log summary").first.click()
    yield "log"
    page.click("#tab-deliveries")
    yield "deliveries"
    page.click("#tab-faults")
    page.locator("#switches input").first.check()
    page.wait_for_selector("#tab-faults .badge")
    yield "faults"
    page.locator("#switches input").first.uncheck()
    if narrow:
        page.click("#tab-calendar")
    yield "this week"
    page.click("#forward")
    page.wait_for_selector(".event.pending", state="attached")
    if narrow:
        page.locator(".pick").nth(1).click()
    yield "next week"
    page.locator(f'.event[data-uid="{booking(117)["uid"]}"]').click()
    page.get_by_role("button", name="Decline").click()
    yield "details"
    page.keyboard.press("Escape")
    page.click("#new")
    page.wait_for_selector(".time")
    yield "new booking"
    page.keyboard.press("Escape")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_is_readable(look, sandbox, booking, dark):
    page = look(dark=dark)
    for screen in tour(page, sandbox, booking):
        assert page.evaluate(CONTRAST) == [], screen


@pytest.mark.parametrize("width", [320, 375, 768, 1024])
def test_no_sideways_scrolling(look, sandbox, booking, width):
    page = look(width=width, height=740)
    for screen in tour(page, sandbox, booking):
        assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
        assert page.evaluate("document.querySelector('dialog[open]')?.scrollWidth ?? 0") <= width, screen
        assert (
            page.evaluate(
                "Math.max(...[...document.querySelectorAll('[role=tabpanel]:not([hidden]), .grid')].map((each) => each.scrollWidth - each.clientWidth))"
            )
            <= 0
        ), screen


def test_everything_has_a_name(look, sandbox, booking):
    page = look()
    for screen in tour(page, sandbox, booking):
        assert page.evaluate(NAMELESS) == [], screen
        assert page.evaluate(DOUBLED) == [], screen


def test_the_switch_outranks_the_system(look, expect):
    page = look(dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.select_option("#theme", "light")
    light = page.evaluate(ground)
    assert light != dark
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate(ground) == light
    page.select_option("#theme", "auto")
    assert page.evaluate(ground) == dark


def test_a_phone_shows_a_day(look, booking, expect):
    page = look(width=375, height=740, has_touch=True, is_mobile=True)
    expect(page.locator(".day:visible")).to_have_count(1)
    page.locator(".pick").nth(2).tap()
    expect(page.locator(".event:visible")).to_have_count(2)
    page.locator(f'.event[data-uid="{booking(113)["uid"]}"]').tap()
    expect(page.locator("#sheet")).to_contain_text("Weekly check-in")
    page.get_by_role("button", name="Close").tap()
    page.locator("#tab-requests").tap()
    expect(page.locator("#requests")).to_be_visible()
    expect(page.locator("#week")).to_be_hidden()
    assert (
        page.evaluate(
            "Math.min(...[...document.querySelectorAll('.tabs button, .pick')].filter((each) => each.checkVisibility()).map((each) => each.offsetHeight))"
        )
        >= 44
    )


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def tab_to(page, selector, most=40):
    """Tab on until an element has the focus, which must then be visible."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("""() => {
              const shown = (each) => each && getComputedStyle(each).outlineStyle !== "none" && getComputedStyle(each).outlineWidth !== "0px";
              const it = document.activeElement;
              return shown(it) || shown(it.closest(".chip, .switch")) || shown(it.nextElementSibling);
            }""")
            assert outline, f"the focus on {selector} can't be seen"
            return
    raise AssertionError(f"{selector} can't be reached")


def test_by_keyboard_alone(page, sandbox, booking, expect):
    press(page, "Tab")
    expect(page.locator(".skip")).to_be_focused()
    press(page, "Enter")
    tab_to(page, "#forward")
    press(page, "Enter")
    expect(page.locator("#week-title")).to_have_text("13 – 19 April 2026")
    tab_to(page, "#new")
    press(page, "Enter")
    expect(page.locator('select[name="type"]')).to_be_focused()
    page.keyboard.type("Half")  # choose by typing
    tab_to(page, ".time input")
    press(page, "ArrowRight", "ArrowRight")
    chosen = page.locator(".time:has(input:checked)").inner_text()
    tab_to(page, '[type="submit"]')
    before = set(sandbox.booking_uids())
    press(page, "Enter")
    expect(page.locator("#toasts")).to_contain_text(f"Booked Monday 13 April, {chosen}.")
    (uid,) = set(sandbox.booking_uids()) - before
    mine = page.locator(f'.event[data-uid="{uid}"]')
    expect(mine).to_be_focused()
    press(page, "ArrowRight")
    expect(page.locator(f'.event[data-uid="{booking(117)["uid"]}"]')).to_be_focused()
    press(page, "ArrowLeft", "Enter")
    expect(page.locator("#sheet")).to_be_visible()
    tab_to(page, ".actions .danger")
    press(page, "Enter")
    expect(page.locator('#sheet input[name="reason"]')).to_be_focused()
    page.keyboard.type("Ill")
    press(page, "Enter")
    expect(page.locator("#toasts")).to_contain_text("Cancelled.")
    assert sandbox.backend.bookings.by_uid(uid).status == "cancelled"
    tab_to(page, "#tab-requests")
    press(page, "ArrowRight", "ArrowRight")
    expect(page.locator("#faults")).to_be_visible()
    tab_to(page, "#switches input")
    press(page, "Space")
    expect(page.locator("#tab-faults")).to_contain_text("1")
    assert len(sandbox.faults) == 1
    expect(page.locator("#switches input").first).to_be_focused()


def test_escape_closes_and_gives_the_focus_back(page, booking, expect):
    one = page.locator(f'.event[data-uid="{booking(116)["uid"]}"]')
    one.focus()
    press(page, "Enter")
    expect(page.locator("#sheet")).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    expect(one).to_be_focused()


def test_news_are_told_to_screen_readers(page, sandbox, expect):
    with sandbox.blocking_client() as cal:
        cal.me.get()
    expect(page.locator("#heard[aria-live=polite]")).to_have_text("1 request, the last: GET /v2/me, 200")
    first = page.locator(".event").first
    expect(first).to_have_attribute("aria-label", "10:00 to 10:30, Half an hour with Guest 3, host Ada, Confirmed")
