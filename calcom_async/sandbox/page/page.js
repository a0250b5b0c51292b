// The sandbox's page. Everything that came from a booking or a request is put in as text, never as HTML.
"use strict";

const TOKEN = document.querySelector("meta[name=sandbox-token]").content;
const CONTROL = "/_sandbox/page";
const FAULTS = "/_sandbox/faults";
const VERSIONS = { bookings: "2024-08-13", slots: "2024-09-04" };
const MINUTE = 60_000,
  HOUR = 60 * MINUTE,
  DAY = 24 * HOUR;
const HOUR_HEIGHT = 64,
  SHORTEST = 32,
  MOST_COLUMNS = 4,
  MOST_ENTRIES = 300;
const STATUS = {
  accepted: "Confirmed",
  pending: "Unconfirmed",
  cancelled: "Cancelled",
  rejected: "Declined",
  awaiting_host: "Waiting for a host",
};
const TRIGGERS = [
  "BOOKING_CREATED",
  "BOOKING_REQUESTED",
  "BOOKING_RESCHEDULED",
  "BOOKING_CANCELLED",
  "BOOKING_REJECTED",
  "BOOKING_NO_SHOW_UPDATED",
];

const $ = (id) => document.getElementById(id);
const state = {
  hosts: [],
  eventTypes: [],
  bookings: [],
  more: false,
  hidden: new Set(),
  offset: 0,
  zone: "UTC",
  account: null,
  monday: null,
  selected: null,
  entries: [],
  paused: false,
  focus: null,
  faults: [],
};

// ---------------------------------------------------------------- elements

/** Make an element: properties by name, `data`/`on`/`css` as maps, children as text or elements. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (name === "css") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name in element && !name.startsWith("aria")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const hidden = (text) => make("span", { className: "hidden" }, text);
const remembered = (name, fallback) => {
  try {
    return localStorage.getItem("sandbox." + name) ?? fallback;
  } catch {
    return fallback;
  }
};
const remember = (name, text) => {
  try {
    localStorage.setItem("sandbox." + name, text);
  } catch {
    /* private window: not remembered */
  }
};

function toast(text, kind = "good") {
  const note = make(
    "p",
    { className: `toast ${kind}` },
    make("span", { className: "mark", "aria-hidden": "true" }, kind === "good" ? "✓" : "!"),
    text,
  );
  $("toasts").append(note);
  setTimeout(() => note.remove(), kind === "good" ? 5000 : 9000);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { value: text, className: "offstage" });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`Copied ${what}.`);
}

function trouble(text) {
  $("trouble").hidden = !text;
  $("trouble").textContent = text ?? "";
}

// ---------------------------------------------------------------- time

const formats = new Map();
function format(options, zone = state.zone, locale = "en-GB") {
  const key = JSON.stringify([options, zone, locale]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }));
  return formats.get(key);
}
const timeOf = (instant, zone) =>
  format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone).format(instant);
const dayName = (instant) => format({ weekday: "long", day: "numeric", month: "long" }).format(instant);
const longDay = (instant, zone) =>
  format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, zone).format(instant);
const now = () => Date.now() + state.offset;

/** Wall-clock parts of an instant: the day as a UTC midnight (a number to count with) and the minutes into it. */
function wall(instant, zone = state.zone) {
  const parts = {};
  for (const part of format(
    { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", hourCycle: "h23" },
    zone,
  ).formatToParts(instant))
    parts[part.type] = Number(part.value);
  return { day: Date.UTC(parts.year, parts.month - 1, parts.day), minutes: parts.hour * 60 + parts.minute };
}

/** The instant at which clocks of the zone show this day and time; two steps settle any change of the clocks. */
function instantAt(day, minutes) {
  const wanted = day + minutes * MINUTE;
  let guess = wanted;
  for (let step = 0; step < 2; step++) {
    const shown = wall(guess);
    guess += wanted - (shown.day + shown.minutes * MINUTE);
  }
  return guess;
}
const mondayOf = (day) => day - ((new Date(day).getUTCDay() + 6) % 7) * DAY;
const isoDay = (day) => new Date(day).toISOString().slice(0, 10);
const inUtc = (day, options) => format(options, "UTC").format(day);

function weekTitle(monday) {
  return format({ day: "numeric", month: "long", year: "numeric" }, "UTC").formatRange(monday, monday + 6 * DAY);
}

function zoneName(zone) {
  const offset = format({ timeZoneName: "shortOffset" }, zone, "en-US")
    .formatToParts(now())
    .find((part) => part.type === "timeZoneName").value;
  return offset === "GMT" ? "UTC" : offset.replace("GMT", "UTC").replace("-", "−");
}

// ---------------------------------------------------------------- asking

async function ask(method, path, { body, headers = {} } = {}) {
  const sent = { ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer, text;
  try {
    answer = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
    });
    text = await answer.text();
  } catch {
    return { ok: false, status: 0, data: null, message: "The connection was closed without an answer." };
  }
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    /* a proxy's page, or half an answer */
  }
  const given = data?.error?.details?.errors ?? null;
  const message = given
    ? given.map((each) => Object.values(each.constraints ?? {}).join(", ")).join("; ")
    : (data?.error?.message ?? data?.message ?? (data ? "" : text.slice(0, 200)));
  if (answer.ok && data === null && text)
    return { ok: false, status: answer.status, data, message: "The answer is not JSON." };
  return {
    ok: answer.ok,
    status: answer.status,
    data,
    message: answer.ok ? "" : `${answer.status}: ${message || answer.statusText || "no reason given"}`,
  };
}

const control = (method, path, body) => ask(method, CONTROL + path, { body, headers: { "X-Sandbox-Token": TOKEN } });

function api(method, path, { body, user, family = "bookings", kind = "write" } = {}) {
  const headers = { "X-Sandbox-Page": kind };
  if (VERSIONS[family]) headers["cal-api-version"] = VERSIONS[family];
  const key = state.hosts.find((host) => host.username === user)?.key;
  if (key) headers.Authorization = `Bearer ${key}`;
  return ask(method, "/v2" + path, { body, headers });
}

/** Free times by local day: {day: [instant]}. */
async function freeTimes(eventType, from, to, { moving, length } = {}) {
  const query = new URLSearchParams({
    eventTypeId: eventType.id,
    start: new Date(from).toISOString(),
    end: new Date(to).toISOString(),
  });
  if (moving) query.set("bookingUidToReschedule", moving);
  if (length) query.set("duration", length);
  const answer = await api("GET", `/slots?${query}`, { user: eventType.actor, family: "slots", kind: "read" });
  if (!answer.ok) return { error: answer.message, days: new Map() };
  const days = new Map();
  for (const slot of Object.values(answer.data.data).flat()) {
    const instant = Date.parse(slot.start),
      { day } = wall(instant);
    if (instant < from || instant >= to) continue;
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(instant);
  }
  return { days };
}

// ---------------------------------------------------------------- the world

const hostOf = (id) => state.hosts.find((host) => host.id === id);
const eventTypeOf = (booking) => state.eventTypes.find((each) => each.id === booking.eventTypeId);
const colour = (id) => {
  const place = state.hosts.findIndex((host) => host.id === id);
  return place < 0 ? "none" : String(place % 8);
};
const people = (booking) => booking.attendees.map((each) => each.name || each.email).join(", ") || "nobody";
const briefly = (booking) =>
  booking.attendees.length > 1
    ? `${booking.attendees[0].name || booking.attendees[0].email} +${booking.attendees.length - 1}`
    : people(booking);
const hostNames = (booking) => booking.hosts.map((each) => each.name).join(", ");

async function loadWorld() {
  const answer = await control("GET", "/state");
  if (!answer.ok) {
    trouble(answer.message);
    return false;
  }
  const world = answer.data;
  const first = !state.hosts.length;
  Object.assign(state, { hosts: world.hosts, eventTypes: world.eventTypes });
  state.offset = world.now - Date.now();
  $("profile").textContent = world.profile === "hosted" ? "A local Cal.com" : "A local, self-hosted Cal.com";
  $("url").textContent = `${location.origin}/v2`;
  const keyed = state.hosts.filter((host) => host.key);
  state.account ??= keyed[0]?.username ?? null;
  $("account").replaceChildren(
    ...keyed.map((host) =>
      make("option", { value: host.username, selected: host.username === state.account }, host.name),
    ),
  );
  if (first) {
    const zone = remembered("zone", null);
    state.zone = zone && isZone(zone) ? zone : (keyed[0]?.timeZone ?? "UTC");
    state.monday = mondayOf(wall(now()).day);
    state.selected = wall(now()).day;
    // Hosts nobody has a key of are shown once there is something of theirs to see.
  }
  const zones = new Set(
    [
      ...state.hosts.map((host) => host.timeZone),
      Intl.DateTimeFormat().resolvedOptions().timeZone,
      "UTC",
      state.zone,
    ].filter(isZone),
  );
  $("zone").replaceChildren(
    ...[...zones].map((zone) =>
      make(
        "option",
        { value: zone, selected: zone === state.zone },
        `${zone.replaceAll("_", " ")} (${zoneName(zone)})`,
      ),
    ),
  );
  showSettings(world);
  showConnection();
  return true;
}

function isZone(zone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

function showConnection() {
  const key = state.hosts.find((host) => host.username === state.account)?.key ?? "";
  $("try").textContent = `curl -H "Authorization: Bearer $CALCOM_API_KEY" \\\n  ${location.origin}/v2/me`;
  $("subscriber-name").textContent = state.hosts.find((host) => host.username === state.account)?.name ?? "…";
  $("copy-key").disabled = !key;
}

let loading = 0;
async function loadBookings() {
  const turn = ++loading;
  const answer = await control(
    "GET",
    `/bookings?start=${instantAt(state.monday, 0)}&end=${instantAt(state.monday + 7 * DAY, 0)}`,
  );
  if (turn !== loading) return;
  if (!answer.ok) {
    trouble(answer.message);
    return;
  }
  state.bookings = answer.data.bookings.map((each) => ({
    ...each,
    from: Date.parse(each.start),
    to: Date.parse(each.end),
  }));
  state.more = answer.data.more;
  showCalendar();
}

// ---------------------------------------------------------------- the calendar

function goTo(monday, day) {
  state.monday = monday;
  state.selected = day ?? monday;
  return loadBookings();
}

const visible = (booking) =>
  !state.hidden.has(booking.organizer) &&
  ($("show-cancelled").checked || !["cancelled", "rejected"].includes(booking.status));

function showHosts() {
  const counts = new Map();
  for (const booking of state.bookings) counts.set(booking.organizer, (counts.get(booking.organizer) ?? 0) + 1);
  const focused = document.activeElement?.dataset?.host;
  $("hosts").replaceChildren(
    $("hosts").firstElementChild,
    ...state.hosts
      .filter((host) => host.key || counts.has(host.id))
      .map((host) =>
        make(
          "label",
          { className: `chip host c${colour(host.id)}`, title: host.email },
          make("input", {
            type: "checkbox",
            checked: !state.hidden.has(host.id),
            data: { host: host.id },
            on: {
              change: (event) => {
                event.target.checked ? state.hidden.delete(host.id) : state.hidden.add(host.id);
                showCalendar();
              },
            },
          }),
          host.name,
          make("span", { className: "count" }, String(counts.get(host.id) ?? 0), hidden(" this week")),
        ),
      ),
  );
  if (focused) document.querySelector(`[data-host="${CSS.escape(focused)}"]`)?.focus();
}

/** Columns for what overlaps: [{booking, top, height, column, columns}], and [{at, bookings}] for what has no room. */
function arrange(bookings, day) {
  const rows = bookings
    .map((booking) => {
      const start = wall(booking.from),
        end = wall(booking.to);
      const top = start.day < day ? 0 : start.minutes;
      const bottom = end.day > day ? 1440 : end.minutes;
      return { booking, top, bottom: Math.max(bottom, top + (SHORTEST * 60) / HOUR_HEIGHT) };
    })
    .sort((one, other) => one.top - other.top || dead(one.booking) - dead(other.booking) || other.bottom - one.bottom);
  const placed = [],
    crowded = [];
  let cluster = [],
    reach = -1;
  const close = () => {
    const columns = [];
    for (const row of cluster) {
      let place = columns.findIndex((until) => until <= row.top);
      if (place < 0) place = columns.push(0) - 1;
      columns[place] = row.bottom;
      row.column = place;
    }
    const columnCount = Math.min(columns.length, MOST_COLUMNS);
    const left = cluster.filter(
      (row) => row.column >= (columns.length > MOST_COLUMNS ? MOST_COLUMNS - 1 : MOST_COLUMNS),
    );
    for (const row of cluster) if (!left.includes(row)) placed.push({ ...row, columns: columnCount });
    if (left.length) crowded.push({ top: left[0].top, columns: columnCount, bookings: left.map((row) => row.booking) });
    cluster = [];
  };
  for (const row of rows) {
    if (row.top >= reach) {
      close();
      reach = -1;
    }
    cluster.push(row);
    reach = Math.max(reach, row.bottom);
  }
  close();
  return { placed, crowded };
}
const dead = (booking) => Number(booking.status === "cancelled" || booking.status === "rejected");

function marks(booking) {
  const found = [];
  if (booking.status !== "accepted") found.push(STATUS[booking.status] ?? booking.status);
  if (booking.absentHost || booking.attendees.some((each) => each.absent)) found.push("No-show");
  return found;
}

function describe(booking) {
  const what = eventTypeOf(booking)?.title ?? booking.title;
  return `${timeOf(booking.from)} to ${timeOf(booking.to)}, ${what} with ${people(booking)}, host ${hostNames(booking)}, ${[STATUS[booking.status] ?? booking.status, ...marks(booking).slice(booking.status === "accepted" ? 0 : 1)].join(", ")}`;
}

function eventButton({ booking, top, bottom, column, columns }) {
  const height = ((bottom - top) * HOUR_HEIGHT) / 60;
  const short = height < 60,
    shown = marks(booking);
  const told =
    shown.length > 0 &&
    make("span", { className: "marks" }, ...shown.map((mark) => make("span", { className: "mark" }, mark)));
  return make(
    "button",
    {
      type: "button",
      tabIndex: -1,
      "aria-label": describe(booking),
      title: booking.title,
      className: `event c${colour(booking.organizer)} ${booking.status}${booking.to < now() ? " over" : ""}${short ? " short" : ""}`,
      data: { uid: booking.uid },
      css: {
        "--top": `${(top * HOUR_HEIGHT) / 60}px`,
        "--height": `${height}px`,
        "--left": String(column / columns),
        "--width": String(1 / columns),
      },
      on: {
        click: () => openDetails(booking),
        pointerdown: (event) => startDrag(event, booking),
        keydown: (event) => moveFocus(event, booking),
      },
    },
    make(
      "span",
      { className: "first" },
      make("span", { className: "who" }, briefly(booking)),
      make("span", { className: "by" }, booking.hosts.map((each) => String(each.name).split(" ")[0]).join(", ")),
    ),
    make(
      "span",
      { className: "second" },
      make("span", { className: "when" }, timeOf(booking.from)),
      short && told ? told : make("span", { className: "what" }, eventTypeOf(booking)?.title ?? booking.title),
    ),
    !short && told,
  );
}

function showCalendar() {
  if (state.monday === null) return;
  showHosts();
  $("week-title").textContent = weekTitle(state.monday);
  const today = wall(now()).day;
  const grid = $("grid");
  const scrolled = grid.scrollTop,
    focused = document.activeElement?.dataset?.uid;
  const shown = state.bookings.filter(visible);
  const head = make(
    "div",
    { className: "head" },
    make("div", { className: "corner", title: state.zone }, zoneName(state.zone)),
  );
  const gutter = make(
    "div",
    { className: "hours", "aria-hidden": "true" },
    ...Array.from({ length: 23 }, (_, hour) =>
      make("span", { css: { "--top": `${(hour + 1) * HOUR_HEIGHT}px` } }, `${String(hour + 1).padStart(2, "0")}:00`),
    ),
  );
  const body = make("div", { className: "days" }, gutter);
  for (let day = state.monday; day < state.monday + 7 * DAY; day += DAY) {
    const full = inUtc(day, { weekday: "long", day: "numeric", month: "long" });
    const its = shown.filter((booking) => wall(booking.from).day <= day && wall(booking.to - 1).day >= day);
    const kind = `${day === today ? " today" : ""}${day === state.selected ? " selected" : ""}`;
    head.append(
      make(
        "div",
        { className: `day-head${kind}` },
        make(
          "h3",
          { id: `day-${isoDay(day)}` },
          make("span", { className: "weekday" }, inUtc(day, { weekday: "short" })),
          " ",
          make("span", { className: "number" }, inUtc(day, { day: "numeric" })),
          hidden(`${day === today ? ", today" : ""}, ${its.length} bookings`),
        ),
        make(
          "button",
          {
            type: "button",
            className: "pick",
            "aria-pressed": String(day === state.selected),
            "aria-label": `${full}${day === today ? ", today" : ""}, ${its.length} bookings`,
            on: {
              click: () => {
                state.selected = day;
                showCalendar();
                document.querySelector(".day-head.selected .pick").focus({ preventScroll: true });
              },
            },
          },
          make("span", { className: "weekday" }, inUtc(day, { weekday: "narrow" })),
          make("span", { className: "number" }, inUtc(day, { day: "numeric" })),
          make("span", { className: "dots", "aria-hidden": "true" }, its.length ? "•" : ""),
        ),
        make(
          "button",
          {
            type: "button",
            className: "add",
            "aria-label": `New booking on ${full}`,
            title: "New booking",
            on: { click: () => openCreate({ day }) },
          },
          "+",
        ),
      ),
    );
    const { placed, crowded } = arrange(its, day);
    const column = make(
      "section",
      {
        className: `day${kind}${[5, 6].includes((day - state.monday) / DAY) ? " weekend" : ""}`,
        "aria-labelledby": `day-${isoDay(day)}`,
        data: { day },
        on: {
          click: (event) => clickTime(event, day),
          pointermove: hoverTime,
          pointerleave: () => column.style.removeProperty("--hover"),
        },
      },
      make("div", { className: "ghost", "aria-hidden": "true" }),
      make(
        "ol",
        {},
        ...placed.sort((one, other) => one.top - other.top).map((row) => make("li", {}, eventButton(row))),
        ...crowded.map((each) =>
          make(
            "li",
            {},
            make(
              "button",
              {
                type: "button",
                className: "event crowd",
                tabIndex: -1,
                data: { uid: `crowd-${each.bookings[0].uid}` },
                css: {
                  "--top": `${(each.top * HOUR_HEIGHT) / 60}px`,
                  "--height": `${SHORTEST}px`,
                  "--left": String((each.columns - 1) / each.columns),
                  "--width": String(1 / each.columns),
                },
                on: { click: () => openList(each.bookings), keydown: (event) => moveFocus(event) },
              },
              `+${each.bookings.length}`,
              hidden(" more at this time"),
            ),
          ),
        ),
      ),
    );
    if (day === today)
      column.append(
        make(
          "div",
          { className: "now", css: { "--top": `${(wall(now()).minutes * HOUR_HEIGHT) / 60}px` } },
          hidden(`Now, ${timeOf(now())}`),
        ),
      );
    body.append(column);
  }
  const nothing =
    !shown.length &&
    make(
      "div",
      { className: "quiet-week" },
      make("p", {}, state.bookings.length ? "Nothing to show with these filters." : "No bookings this week."),
      make("p", { className: "muted" }, "Click an empty time to make one."),
    );
  grid.replaceChildren(head, body, ...(nothing ? [nothing] : []));
  const events = [...grid.querySelectorAll(".event")];
  const current = events.find((event) => event.dataset.uid === (focused ?? state.focus)) ?? events[0];
  if (current) current.tabIndex = 0;
  if (focused) current?.focus({ preventScroll: true });
  if (grid.dataset.scrolled) grid.scrollTop = scrolled;
  else if (grid.offsetParent) {
    const first = Math.min(
      ...shown.filter((booking) => !dead(booking)).map((booking) => wall(booking.from).minutes),
      9 * 60,
    );
    grid.scrollTop = (Math.max(first, 7 * 60) / 60 - 0.75) * HOUR_HEIGHT;
    grid.dataset.scrolled = "yes";
  }
}

/** Arrow keys among the bookings: up and down in time, left and right by day. */
function moveFocus(event) {
  const events = [...$("grid").querySelectorAll(".event")].filter((each) => each.offsetParent !== null);
  const here = events.indexOf(event.currentTarget);
  const day = event.currentTarget.closest(".day"),
    days = [...$("grid").querySelectorAll(".day")];
  let target = null;
  if (event.key === "ArrowDown") target = events[here + 1];
  else if (event.key === "ArrowUp") target = events[here - 1];
  else if (event.key === "Home") target = events[0];
  else if (event.key === "End") target = events.at(-1);
  else if (event.key === "ArrowRight")
    target = days
      .slice(days.indexOf(day) + 1)
      .map((each) => each.querySelector(".event"))
      .find((each) => each?.offsetParent);
  else if (event.key === "ArrowLeft")
    target = days
      .slice(0, days.indexOf(day))
      .reverse()
      .map((each) => each.querySelector(".event"))
      .find((each) => each?.offsetParent);
  else return;
  event.preventDefault();
  if (!target) return;
  for (const each of events) each.tabIndex = -1;
  target.tabIndex = 0;
  state.focus = target.dataset.uid;
  target.focus();
}

const pointed = (event, column) =>
  Math.max(
    0,
    Math.min(1425, Math.floor(((event.clientY - column.getBoundingClientRect().top) / HOUR_HEIGHT) * 4) * 15),
  );

function hoverTime(event) {
  const column = event.currentTarget;
  if (event.pointerType === "touch" || event.target.closest(".event") || drag)
    return column.style.removeProperty("--hover");
  const minutes = pointed(event, column);
  column.style.setProperty("--hover", `${(minutes * HOUR_HEIGHT) / 60}px`);
  column.querySelector(".ghost").textContent =
    `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function clickTime(event, day) {
  if (event.target.closest(".event") || justDragged) return;
  openCreate({ day, minutes: pointed(event, event.currentTarget) });
}

// ---------------------------------------------------------------- dragging

let drag = null,
  justDragged = false;

const movable = (booking) => booking.actor && eventTypeOf(booking) && !booking.seated && booking.status !== "cancelled";

function startDrag(event, booking) {
  if (event.button !== 0 || event.pointerType === "touch" || !movable(booking)) return;
  const button = event.currentTarget;
  drag = {
    booking,
    button,
    x: event.clientX,
    y: event.clientY,
    grip: event.clientY - button.getBoundingClientRect().top,
    moving: false,
    free: null,
  };
  const move = (later) => dragMove(later),
    up = (later) => {
      stop();
      dragEnd(later);
    },
    key = (later) => {
      if (later.key === "Escape") {
        stop();
        dragCancel();
      }
    };
  const stop = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", cancel);
    removeEventListener("keydown", key, true);
  };
  const cancel = () => {
    stop();
    dragCancel();
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", cancel);
  addEventListener("keydown", key, true);
}

async function dragMove(event) {
  if (!drag) return;
  if (!drag.moving) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    drag.moving = true;
    document.body.classList.add("dragging");
    drag.ghost = make("div", { className: `${drag.button.className} carried`, "aria-hidden": "true" });
    drag.button.classList.add("lifted");
    const mine = drag,
      eventType = eventTypeOf(drag.booking);
    mine.asked = freeTimes(
      eventType,
      Math.max(now(), instantAt(state.monday, 0)),
      instantAt(state.monday + 7 * DAY, 0),
      { moving: mine.booking.uid },
    );
    mine.free = await mine.asked;
    if (drag !== mine) return;
    for (const column of document.querySelectorAll(".day"))
      column.prepend(...bands(mine.free.days.get(Number(column.dataset.day)) ?? [], eventType.length));
    return;
  }
  const column = document
    .elementsFromPoint(event.clientX, event.clientY)
    .find((each) => each.classList?.contains("day"));
  if (!column) return;
  const minutes = Math.max(
    0,
    Math.min(
      1425,
      Math.round(((event.clientY - drag.grip - column.getBoundingClientRect().top) / HOUR_HEIGHT) * 4) * 15,
    ),
  );
  drag.target = { day: Number(column.dataset.day), minutes };
  const slot = nearest(drag);
  const eventType = eventTypeOf(drag.booking);
  const at = slot ? wall(slot).minutes : minutes;
  drag.ghost.classList.toggle("impossible", Boolean(drag.free) && !slot);
  drag.ghost.style.setProperty("--top", `${(at * HOUR_HEIGHT) / 60}px`);
  drag.ghost.style.setProperty("--height", `${Math.max(SHORTEST, (eventType.length * HOUR_HEIGHT) / 60)}px`);
  drag.ghost.style.setProperty("--left", "0");
  drag.ghost.style.setProperty("--width", "1");
  drag.ghost.textContent =
    drag.free && !slot
      ? "Not free"
      : `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")} ${people(drag.booking)}`;
  column.append(drag.ghost);
}

/** The free time within half an hour of where the booking is held, if any. */
function nearest({ free, target }) {
  if (!free || !target) return null;
  const wanted = instantAt(target.day, target.minutes);
  const best = (free.days.get(target.day) ?? []).reduce(
    (one, other) => (one === null || Math.abs(other - wanted) < Math.abs(one - wanted) ? other : one),
    null,
  );
  return best !== null && Math.abs(best - wanted) <= 30 * MINUTE ? best : null;
}

function bands(slots, length) {
  const found = [];
  for (const slot of slots) {
    const from = wall(slot).minutes,
      last = found.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, from + length);
    else found.push({ from, to: from + length });
  }
  return found.map(({ from, to }) =>
    make("div", {
      className: "free",
      "aria-hidden": "true",
      css: { "--top": `${(from * HOUR_HEIGHT) / 60}px`, "--height": `${((to - from) * HOUR_HEIGHT) / 60}px` },
    }),
  );
}

function dragCancel() {
  if (!drag) return;
  drag.button.classList.remove("lifted");
  drag.ghost?.remove();
  document.body.classList.remove("dragging");
  for (const band of document.querySelectorAll(".free")) band.remove();
  if (drag.moving) {
    justDragged = true;
    setTimeout(() => {
      justDragged = false;
    }, 50);
  }
  drag = null;
}

async function dragEnd() {
  const mine = drag;
  if (!mine?.moving) {
    drag = null;
    return;
  }
  mine.button.addEventListener("click", (event) => event.stopImmediatePropagation(), { once: true, capture: true });
  setTimeout(() => mine.button.replaceWith(mine.button), 0);
  dragCancel();
  mine.free = await mine.asked;
  if (mine.free.error) return toast(mine.free.error, "bad");
  if (!mine.target) return;
  const slot = nearest(mine);
  if (slot === null)
    return toast(`${hostNames(mine.booking)} is not free then. Free times are tinted while you drag.`, "bad");
  if (slot !== mine.booking.from) askMove(mine.booking, slot);
}

// ---------------------------------------------------------------- dialogs

function openDialog(dialog, title, ...content) {
  dialog.replaceChildren(
    make(
      "header",
      {},
      make("h2", { id: `${dialog.id}-title`, tabIndex: -1 }, title),
      make(
        "button",
        { type: "button", className: "close", "aria-label": "Close", on: { click: () => dialog.close() } },
        "×",
      ),
    ),
    ...content,
  );
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  return dialog;
}

for (const dialog of [$("sheet"), $("box")]) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

const rowOf = (name, ...content) => [make("dt", {}, name), make("dd", {}, ...content)];
const span = (booking, zone) => `${timeOf(booking.from, zone)} – ${timeOf(booking.to, zone)}`;

function openDetails(booking) {
  state.focus = booking.uid;
  const eventType = eventTypeOf(booking),
    host = hostOf(booking.organizer);
  const elsewhere = host && isZone(host.timeZone) && zoneName(host.timeZone) !== zoneName(state.zone);
  const answers = Object.entries(booking.bookingFieldsResponses ?? {}).filter(
    ([name]) =>
      ![
        "name",
        "email",
        "guests",
        "location",
        "displayEmail",
        "displayGuests",
        "attendeePhoneNumber",
        "notes",
      ].includes(name),
  );
  const plain = { ...booking };
  for (const name of ["from", "to", "actor", "seated", "organizer"]) delete plain[name];
  openDialog(
    $("sheet"),
    eventType?.title ?? booking.title,
    make(
      "p",
      { className: "badges" },
      make("span", { className: `badge ${booking.status}` }, STATUS[booking.status] ?? booking.status),
      ...marks(booking)
        .filter((mark) => mark === "No-show")
        .map((mark) => make("span", { className: "badge absent" }, mark)),
      ...(booking.recurringBookingUid ? [make("span", { className: "badge" }, "One of a series")] : []),
      ...(booking.seated ? [make("span", { className: "badge" }, "Seats")] : []),
    ),
    make(
      "dl",
      { className: `facts c${colour(booking.organizer)}` },
      rowOf(
        "When",
        make("strong", {}, longDay(booking.from)),
        make("br"),
        `${span(booking)} `,
        make("span", { className: "muted" }, `${state.zone.replaceAll("_", " ")}, ${booking.duration} minutes`),
        elsewhere &&
          make(
            "span",
            { className: "muted block" },
            `${span(booking, host.timeZone)} for ${host.name} (${host.timeZone.replaceAll("_", " ")})`,
          ),
      ),
      rowOf(
        booking.hosts.length > 1 ? "Hosts" : "Host",
        ...booking.hosts.map((each) =>
          make(
            "span",
            { className: "person" },
            make("i", { className: `dot c${colour(each.id)}`, "aria-hidden": "true" }),
            make("strong", {}, String(each.name)),
            make("span", { className: "muted" }, each.email),
            booking.absentHost && make("span", { className: "badge absent" }, "Absent"),
          ),
        ),
      ),
      rowOf(
        "With",
        ...(booking.attendees.length
          ? booking.attendees.map((each) =>
              make(
                "span",
                { className: "person" },
                make("strong", {}, each.name || each.email),
                make("span", { className: "muted" }, each.email),
                each.absent && make("span", { className: "badge absent" }, "Absent"),
              ),
            )
          : [make("span", { className: "muted" }, "Nobody is left.")]),
      ),
      booking.location && rowOf("Where", booking.location),
      booking.bookingFieldsResponses?.notes && rowOf("Notes", String(booking.bookingFieldsResponses.notes)),
      answers.flatMap(([name, value]) => rowOf(name, typeof value === "string" ? value : JSON.stringify(value))),
      booking.cancellationReason && rowOf("Why cancelled", booking.cancellationReason),
      booking.reschedulingReason && rowOf("Why moved", booking.reschedulingReason),
      rowOf(
        "Uid",
        make("code", {}, booking.uid),
        " ",
        make(
          "button",
          { type: "button", className: "quiet small", on: { click: () => copy(booking.uid, "the uid") } },
          "Copy",
          hidden(" the uid"),
        ),
      ),
    ),
    actionsOf(booking),
    make("div", { id: "act" }),
    make(
      "details",
      { className: "raw" },
      make("summary", {}, "As the API tells it"),
      make("pre", { tabIndex: 0 }, JSON.stringify(plain, null, 2)),
    ),
  );
}

function actionsOf(booking) {
  const started = booking.from <= now(),
    ended = booking.to < now();
  const offer = (text, act, kind = "quiet") =>
    make("button", { type: "button", className: kind, on: { click: () => act(booking) } }, text);
  const found = [];
  if (booking.actor) {
    if (booking.status === "pending")
      found.push(
        offer("Confirm", (each) => act(each, "confirm", {}, "Confirmed."), "primary"),
        offer("Decline …", askDecline),
      );
    if (booking.status === "rejected")
      found.push(offer("Confirm after all", (each) => act(each, "confirm", {}, "Confirmed.")));
    if (booking.status !== "cancelled" && eventTypeOf(booking)) found.push(offer("Reschedule …", askWhen));
    if (started && !dead(booking)) found.push(offer("Mark absent …", askAbsent));
    if (!ended && !dead(booking)) found.push(offer("Cancel …", askCancel, "quiet danger"));
  }
  if (!found.length)
    return make(
      "p",
      { className: "muted" },
      booking.actor ? "There is nothing left to do with it." : "Nobody with a key may change it.",
    );
  return make("div", { className: "row actions", role: "group", "aria-label": "Actions" }, ...found);
}

/** Do something to a booking, say how it went, and look again. */
async function act(booking, what, body, done, { problem, dialog } = {}) {
  const answer = await api("POST", `/bookings/${encodeURIComponent(booking.uid)}/${what}`, {
    body,
    user: booking.actor,
  });
  if (!answer.ok) {
    if (problem) {
      problem.textContent = answer.message;
      problem.hidden = false;
      problem.focus();
    } else toast(answer.message, "bad");
    return null;
  }
  toast(done);
  dialog?.close();
  $("sheet").close();
  const told = answer.data?.data;
  if (told?.uid) state.focus = told.uid;
  await loadBookings();
  document.querySelector(`.event[data-uid="${CSS.escape(state.focus ?? "")}"]`)?.focus({ preventScroll: true });
  return told;
}

/** A small form in the details: fields, a word for doing it, and what to send. */
function askInside(title, fields, word, kind, send) {
  const problem = make("p", { className: "problem", role: "alert", tabIndex: -1, hidden: true });
  const form = make(
    "form",
    {
      className: "ask",
      "aria-label": title,
      on: {
        submit: async (event) => {
          event.preventDefault();
          const button = event.submitter ?? form.querySelector("[type=submit]");
          button.disabled = true;
          problem.hidden = true;
          await send(new FormData(form), problem);
          button.disabled = false;
        },
      },
    },
    make("h3", {}, title),
    ...fields,
    problem,
    make(
      "div",
      { className: "row" },
      make("button", { type: "submit", className: kind }, word),
      make(
        "button",
        {
          type: "button",
          className: "quiet",
          on: {
            click: () => {
              form.remove();
              $("sheet").querySelector(".actions button")?.focus();
            },
          },
        },
        "Back",
      ),
    ),
  );
  $("act").replaceChildren(form);
  form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  form.scrollIntoView({ block: "nearest" });
}

const labelled = (text, control, hint) =>
  make(
    "label",
    { className: "field" },
    make("span", {}, text),
    control,
    hint && make("small", { className: "muted" }, hint),
  );

function seatChoice(booking) {
  if (!booking.seated) return [];
  return [
    labelled(
      "Whose seat",
      make(
        "select",
        { name: "seat" },
        make("option", { value: "" }, "Everybody"),
        ...booking.attendees.map((each) => make("option", { value: each.seatUid }, each.name)),
      ),
    ),
  ];
}

function askCancel(booking) {
  const later =
    booking.recurringBookingUid &&
    make(
      "label",
      { className: "check" },
      make("input", { type: "checkbox", name: "later" }),
      "The later ones of the series, too",
    );
  askInside(
    "Cancel this booking",
    [
      ...seatChoice(booking),
      labelled(
        "Reason",
        make("input", { name: "reason", required: true, autocomplete: "off" }),
        "Cal.com asks hosts for one.",
      ),
      later,
    ].filter(Boolean),
    "Cancel the booking",
    "primary danger",
    (form, problem) =>
      act(
        booking,
        "cancel",
        {
          cancellationReason: form.get("reason"),
          ...(form.get("later") ? { cancelSubsequentBookings: true } : {}),
          ...(form.get("seat") ? { seatUid: form.get("seat") } : {}),
        },
        "Cancelled.",
        { problem },
      ),
  );
}

function askDecline(booking) {
  askInside(
    "Decline this booking",
    [labelled("Reason (optional)", make("input", { name: "reason", autocomplete: "off" }))],
    "Decline",
    "primary danger",
    (form, problem) =>
      act(booking, "decline", form.get("reason") ? { reason: form.get("reason") } : {}, "Declined.", { problem }),
  );
}

function askAbsent(booking) {
  const boxes = booking.attendees.map((each, place) =>
    make(
      "label",
      { className: "check" },
      make("input", { type: "checkbox", name: `a${place}`, checked: each.absent }),
      each.name || each.email,
    ),
  );
  askInside(
    "Who did not come?",
    [
      ...boxes,
      make(
        "label",
        { className: "check" },
        make("input", { type: "checkbox", name: "host", checked: booking.absentHost }),
        `The host, ${hostNames(booking)}`,
      ),
    ],
    "Save",
    "primary",
    (form, problem) =>
      act(
        booking,
        "mark-absent",
        {
          host: Boolean(form.get("host")),
          attendees: booking.attendees.map((each, place) => ({
            email: each.email,
            absent: Boolean(form.get(`a${place}`)),
          })),
        },
        "Saved who was absent.",
        { problem },
      ),
  );
}

/** Move to a time that was chosen by dragging: asked once more, because it makes a new booking and tells everybody. */
function askMove(booking, instant) {
  const problem = make("p", { className: "problem", role: "alert", tabIndex: -1, hidden: true });
  const dialog = $("box");
  const form = make(
    "form",
    {
      on: {
        submit: async (event) => {
          event.preventDefault();
          await move(booking, instant, new FormData(form), problem, dialog);
        },
      },
    },
    make("p", {}, make("strong", {}, eventTypeOf(booking).title), ` with ${people(booking)}`),
    make(
      "p",
      { className: "from-to" },
      make("s", {}, hidden("From "), `${dayName(booking.from)}, ${timeOf(booking.from)}`),
      make("span", { "aria-hidden": "true" }, " → "),
      make("strong", {}, hidden("to "), `${dayName(instant)}, ${timeOf(instant)}`),
    ),
    labelled("Reason (optional)", make("input", { name: "reason", autocomplete: "off" })),
    problem,
    make(
      "div",
      { className: "row" },
      make("button", { type: "submit", className: "primary" }, "Move it"),
      make("button", { type: "button", className: "quiet", on: { click: () => dialog.close() } }, "Leave it"),
    ),
  );
  openDialog(dialog, "Move this booking?", form);
  form.querySelector("[type=submit]").focus();
}

async function move(booking, instant, form, problem, dialog) {
  const moved = await act(
    booking,
    "reschedule",
    {
      start: new Date(instant).toISOString(),
      ...(form.get("reason") ? { reschedulingReason: form.get("reason") } : {}),
      ...(form.get("seat") ? { seatUid: form.get("seat") } : {}),
    },
    `Moved to ${dayName(instant)}, ${timeOf(instant)}.`,
    { problem, dialog },
  );
  const { day } = wall(instant);
  if (moved && (day < state.monday || day >= state.monday + 7 * DAY)) await goTo(mondayOf(day), day);
}

function askWhen(booking) {
  const eventType = eventTypeOf(booking);
  const picker = timePicker({
    eventType: () => eventType,
    moving: booking.uid,
    day: Math.max(wall(booking.from).day, wall(now()).day),
  });
  const seats = booking.seated
    ? [
        labelled(
          "Whose seat",
          make(
            "select",
            { name: "seat" },
            ...booking.attendees.map((each) => make("option", { value: each.seatUid }, each.name)),
          ),
        ),
      ]
    : [];
  askInside(
    "Another time",
    [...seats, ...picker.fields, labelled("Reason (optional)", make("input", { name: "reason", autocomplete: "off" }))],
    "Reschedule",
    "primary",
    async (form, problem) => {
      if (!form.get("time")) {
        problem.textContent = "Choose a time.";
        problem.hidden = false;
        return;
      }
      await move(booking, Number(form.get("time")), form, problem, null);
    },
  );
  picker.look();
}

/** A date and its free times. */
function timePicker({ eventType, length = () => null, moving, day, minutes }) {
  const date = make("input", {
    type: "date",
    name: "day",
    required: true,
    value: isoDay(day),
    on: { change: () => look() },
  });
  const times = make("div", { className: "times" });
  const group = make("fieldset", { className: "field" }, make("legend", {}, "Free times"), times);
  let wanted = minutes,
    turn = 0;
  async function look() {
    const mine = ++turn,
      chosen = Date.parse(`${date.value}T00:00:00Z`);
    if (Number.isNaN(chosen)) return;
    const from = Math.max(instantAt(chosen, 0), now());
    times.replaceChildren(make("p", { className: "muted" }, "Looking …"));
    const { days, error } = await freeTimes(eventType(), from, Math.max(from, instantAt(chosen + DAY, 0)) + 20 * DAY, {
      moving,
      length: length(),
    });
    if (mine !== turn) return;
    const found = days.get(chosen) ?? [];
    if (error) return times.replaceChildren(make("p", { className: "problem", role: "alert" }, error));
    if (!found.length) {
      const next = [...days.keys()].sort((one, other) => one - other)[0];
      times.replaceChildren(
        make(
          "p",
          { className: "muted" },
          `Nothing is free on ${inUtc(chosen, { weekday: "long", day: "numeric", month: "long" })}.`,
        ),
        next === undefined
          ? make("p", { className: "muted" }, "Nor in the three weeks after.")
          : make(
              "button",
              {
                type: "button",
                className: "quiet",
                on: {
                  click: () => {
                    date.value = isoDay(next);
                    look().then(() => times.querySelector("input")?.focus());
                  },
                },
              },
              `Next: ${inUtc(next, { weekday: "long", day: "numeric", month: "long" })}`,
            ),
      );
      return;
    }
    const at = wanted === undefined ? undefined : instantAt(chosen, wanted);
    const best = at === undefined ? null : (found.find((slot) => slot >= at) ?? found.at(-1));
    times.replaceChildren(
      ...found.map((slot) =>
        make(
          "label",
          { className: "time" },
          make("input", { type: "radio", name: "time", value: String(slot), required: true, checked: slot === best }),
          make("span", {}, timeOf(slot)),
        ),
      ),
    );
    times.querySelector("input:checked")?.parentElement.scrollIntoView({ block: "nearest" });
  }
  return {
    look,
    fields: [labelled("Day", date), group],
    forget: () => {
      wanted = undefined;
    },
  };
}

function openList(bookings) {
  openDialog(
    $("box"),
    `${bookings.length} more at this time`,
    make(
      "ul",
      { className: "plain" },
      ...bookings.map((booking) =>
        make(
          "li",
          {},
          make(
            "button",
            {
              type: "button",
              className: `line c${colour(booking.organizer)}`,
              on: {
                click: () => {
                  $("box").close();
                  openDetails(booking);
                },
              },
            },
            make("i", { className: `dot c${colour(booking.organizer)}`, "aria-hidden": "true" }),
            make("span", {}, `${span(booking)} `, make("strong", {}, people(booking))),
            make("span", { className: "muted" }, [hostNames(booking), ...marks(booking)].join(" · ")),
          ),
        ),
      ),
    ),
  );
}

function openCreate({ day, minutes } = {}) {
  const bookable = state.eventTypes;
  if (!bookable.length) return toast("There are no event types to book yet.", "bad");
  day ??= wall(now()).day;
  const groups = new Map();
  for (const each of bookable) {
    const name = each.team ?? hostOf(each.hosts[0])?.name ?? "Nobody";
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(each);
  }
  const last = Number(remembered("event type", 0));
  const choice = make(
    "select",
    { name: "type", on: { change: changed } },
    ...[...groups].map(([name, types]) =>
      make(
        "optgroup",
        { label: name },
        ...types.map((each) =>
          make(
            "option",
            { value: String(each.id), selected: each.id === last },
            `${each.title} · ${each.lengths.length ? each.lengths.join(", ") : each.length} minutes`,
          ),
        ),
      ),
    ),
  );
  const chosen = () => bookable.find((each) => each.id === Number(choice.value));
  const length = make("select", { name: "length", on: { change: () => picker.look() } });
  const lengthField = labelled("How long", length),
    extra = make("div", { className: "stack" }),
    hint = make("p", { className: "muted small" });
  const picker = timePicker({
    eventType: chosen,
    length: () => (chosen().lengths.length ? length.value : null),
    day,
    minutes,
  });
  function changed() {
    const each = chosen();
    lengthField.hidden = !each.lengths.length;
    length.replaceChildren(
      ...each.lengths.map((some) =>
        make("option", { value: String(some), selected: some === each.length }, `${some} minutes`),
      ),
    );
    extra.replaceChildren(...each.fields.map(bookingField));
    hint.textContent = [
      each.confirmation && "Waits for the host to confirm.",
      each.occurrences && `Makes ${each.occurrences} bookings, one after the other.`,
      each.seats && `${each.seats} seats at each time.`,
    ]
      .filter(Boolean)
      .join(" ");
    hint.hidden = !hint.textContent;
    picker.look();
  }
  const problem = make("p", { className: "problem", role: "alert", tabIndex: -1, hidden: true });
  const form = make(
    "form",
    {
      className: "create",
      on: {
        submit: (event) => {
          event.preventDefault();
          book(form, chosen(), problem);
        },
      },
    },
    labelled("Event type", choice),
    hint,
    lengthField,
    ...picker.fields,
    make(
      "div",
      { className: "two" },
      labelled(
        "Name",
        make("input", { name: "name", required: true, value: remembered("name", "Guest 1"), autocomplete: "off" }),
      ),
      labelled(
        "E-mail",
        make("input", {
          name: "email",
          type: "email",
          required: true,
          value: remembered("email", "guest1@example.com"),
          autocomplete: "off",
        }),
      ),
    ),
    extra,
    labelled("Notes (optional)", make("textarea", { name: "notes", rows: 2 })),
    problem,
    make(
      "div",
      { className: "row" },
      make("button", { type: "submit", className: "primary" }, "Book it"),
      make("button", { type: "button", className: "quiet", on: { click: () => $("sheet").close() } }, "Leave it"),
      make("span", { className: "muted small" }, `Times are ${state.zone.replaceAll("_", " ")}.`),
    ),
  );
  openDialog($("sheet"), "New booking", form);
  choice.focus();
  changed();
}

function bookingField(field) {
  const name = `field.${field.slug}`,
    text = field.label || field.slug,
    shared = { name, required: field.required, placeholder: field.placeholder ?? "", data: { kind: field.type } };
  const options = (field.options ?? []).map((each) => (typeof each === "string" ? each : (each.value ?? each.label)));
  if (["select", "radio"].includes(field.type))
    return labelled(
      text,
      make(
        "select",
        { name, required: field.required, data: { kind: field.type } },
        ...(field.required ? [] : [make("option", { value: "" }, "—")]),
        ...options.map((each) => make("option", { value: each }, each)),
      ),
    );
  if (["multiselect", "checkbox"].includes(field.type) && options.length)
    return make(
      "fieldset",
      { className: "field" },
      make("legend", {}, text),
      ...options.map((each) =>
        make(
          "label",
          { className: "check" },
          make("input", { type: "checkbox", name, value: each, data: { kind: "many" } }),
          each,
        ),
      ),
    );
  if (field.type === "boolean")
    return make(
      "label",
      { className: "check" },
      make("input", { type: "checkbox", name, data: { kind: "boolean" } }),
      text,
    );
  if (field.type === "textarea") return labelled(text, make("textarea", { ...shared, rows: 2 }));
  return labelled(
    field.required ? text : `${text} (optional)`,
    make("input", { ...shared, type: { phone: "tel", url: "url", number: "number" }[field.type] ?? "text" }),
  );
}

async function book(form, eventType, problem) {
  const sent = new FormData(form),
    answers = {};
  if (!sent.get("time")) {
    problem.textContent = "Choose a time.";
    problem.hidden = false;
    return;
  }
  for (const input of form.querySelectorAll("[name^='field.']")) {
    const slug = input.name.slice(6),
      kind = input.dataset.kind;
    if (kind === "boolean") answers[slug] = input.checked;
    else if (kind === "many") {
      if (input.checked) (answers[slug] ??= []).push(input.value);
    } else if (input.value)
      answers[slug] =
        kind === "number" ? Number(input.value) : kind === "multiemail" ? input.value.split(/[\s,]+/) : input.value;
  }
  if (sent.get("notes")) answers.notes = sent.get("notes");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  problem.hidden = true;
  const answer = await api("POST", "/bookings", {
    user: eventType.actor,
    body: {
      start: new Date(Number(sent.get("time"))).toISOString(),
      eventTypeId: eventType.id,
      ...(eventType.lengths.length ? { lengthInMinutes: Number(sent.get("length")) } : {}),
      attendee: { name: sent.get("name"), email: sent.get("email"), timeZone: state.zone },
      ...(Object.keys(answers).length ? { bookingFieldsResponses: answers } : {}),
    },
  });
  button.disabled = false;
  if (!answer.ok) {
    problem.textContent = answer.message;
    problem.hidden = false;
    problem.focus();
    return;
  }
  for (const name of ["name", "email"]) remember(name, sent.get(name));
  remember("event type", String(eventType.id));
  const made = [answer.data.data].flat()[0],
    instant = Number(sent.get("time")),
    { day } = wall(instant);
  state.focus = made.uid;
  $("sheet").close();
  toast(`${made.status === "pending" ? "Asked for" : "Booked"} ${dayName(instant)}, ${timeOf(instant)}.`);
  await goTo(mondayOf(day), day);
  document.querySelector(`.event[data-uid="${CSS.escape(made.uid)}"]`)?.focus();
}

// ---------------------------------------------------------------- requests

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function asCurl(entry, key) {
  const parts = [entry.method === "GET" ? "curl" : entry.method === "HEAD" ? "curl --head" : `curl -X ${entry.method}`];
  if (/[[\]{}]/.test(entry.url)) parts[0] += " --globoff";
  if (entry.user !== null || entry.past)
    parts.push(key ? `-H ${shell(`Authorization: Bearer ${key}`)}` : '-H "Authorization: Bearer $CALCOM_API_KEY"');
  for (const [name, text] of Object.entries(entry.headers))
    if (name !== "content-type" || entry.body === null) parts.push(`-H ${shell(`${name}: ${text}`)}`);
  if (entry.body !== null) parts.push("-H 'Content-Type: application/json'", `--data-raw ${shell(entry.body)}`);
  parts.push(shell(location.origin + entry.url));
  return parts.join(" \\\n  ") + "\n";
}

/** A JSON value as Python writes it. */
function python(value, indent = "") {
  const inner = indent + "    ";
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return Object.is(value, -0) ? "-0.0" : String(value);
  if (typeof value === "string")
    return JSON.stringify(value).replace(
      /[\u007f-\u009f\u2028\u2029\ufeff]/g,
      (each) => "\\u" + each.charCodeAt(0).toString(16).padStart(4, "0"),
    );
  if (Array.isArray(value))
    return value.length ? `[\n${value.map((each) => `${inner}${python(each, inner)},\n`).join("")}${indent}]` : "[]";
  const entries = Object.entries(value);
  return entries.length
    ? `{\n${entries.map(([name, each]) => `${inner}${python(name)}: ${python(each, inner)},\n`).join("")}${indent}}`
    : "{}";
}

function asPython(entry, key) {
  const [path, query] = entry.url.replace(/^\/(api\/)?v2\//, "").split(/\?(.*)/s);
  const params = {};
  for (const [name, text] of new URLSearchParams(query ?? ""))
    params[name] = name in params ? [params[name], text].flat() : text;
  const lines = [python(entry.method), python(path.split("/").map(decodeURIComponent).join("/"))];
  if (Object.keys(params).length) lines.push(`params=${python(params, "            ")}`);
  if (entry.body !== null) lines.push(`json=${python(JSON.parse(entry.body), "            ")}`);
  if (entry.headers["cal-api-version"]) lines.push(`api_version=${python(entry.headers["cal-api-version"])}`);
  return `import asyncio
${key ? "" : "import os\n"}
from calcom_async import AsyncCalCom


async def main() -> None:
    key = ${key ? python(key) : 'os.environ["CALCOM_API_KEY"]'}
    async with AsyncCalCom(key, base_url=${python(`${location.origin}/v2`)}) as cal:
        answer = await cal.request(
${lines.map((line) => `            ${line},\n`).join("")}        )
        print(answer)


asyncio.run(main())
`;
}

const keyFor = (entry) =>
  $("with-key").checked
    ? (state.hosts.find((host) => host.username === (entry.user ?? state.account))?.key ?? null)
    : null;
const family = (status) =>
  status === null ? "lost" : status < 300 ? "good" : status < 400 ? "same" : status < 500 ? "refused" : "failed";
const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
const block = (title, text) => [make("h4", {}, title), make("pre", { tabIndex: 0, "aria-label": title }, text)];
const headerText = (headers) =>
  Object.entries(headers)
    .map(([name, text]) => `${name}: ${text}`)
    .join("\n");

function entryItem(entry) {
  const [path, query] = entry.url.split(/\?(.*)/s);
  const status = entry.status === null ? "no answer" : String(entry.status);
  const details = make(
    "details",
    {},
    make(
      "summary",
      {},
      make("span", { className: `method ${entry.method.toLowerCase()}` }, entry.method),
      make(
        "span",
        { className: "path" },
        path.replace(/^\/v2/, ""),
        query && make("span", { className: "query" }, `?${query}`),
      ),
      make("span", { className: `status ${family(entry.status)}` }, status),
      make(
        "span",
        { className: "meta" },
        [
          format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(entry.at),
          entry.milliseconds === undefined ? "" : `${entry.milliseconds} ms`,
          entry.user ?? (entry.past ? "" : "without a key"),
          entry.page ? "this page" : "",
          ...(entry.faults ?? []).map((kind) => `fault: ${kind.replaceAll("_", " ")}`),
        ]
          .filter(Boolean)
          .join(" · "),
      ),
    ),
  );
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const usable = !entry.cut && /^\/(api\/)?v2\//.test(entry.url);
    details.append(
      make(
        "div",
        { className: "opened" },
        make(
          "div",
          { className: "row" },
          make(
            "button",
            {
              type: "button",
              className: "quiet small",
              disabled: entry.cut,
              on: { click: () => copy(asCurl(entry, keyFor(entry)), "as curl") },
            },
            "Copy as curl",
          ),
          make(
            "button",
            {
              type: "button",
              className: "quiet small",
              disabled: !usable,
              on: { click: () => copy(asPython(entry, keyFor(entry)), "as Python") },
            },
            "Copy as Python",
          ),
        ),
        ...block(
          "Request",
          [`${entry.method} ${entry.url}`, headerText(entry.headers)].filter(Boolean).join("\n") +
            (entry.body === null ? "" : `\n\n${pretty(entry.body)}`),
        ),
        ...(entry.answer
          ? block(
              "Answer",
              `${status}\n${headerText(entry.answer.headers)}\n\n${pretty(entry.answer.text)}${entry.answer.length > entry.answer.text.length ? `\n… of ${entry.answer.length.toLocaleString("en")} bytes` : ""}`,
            )
          : [make("p", { className: "muted" }, "Its answer was not kept: nobody was looking.")]),
      ),
    );
  });
  return make("li", {}, details);
}

const wantedEntry = (entry) => {
  if (entry.page === "read" && !$("own").checked) return false;
  const words = $("filter").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${entry.method} ${entry.url} ${entry.status ?? "no answer"} ${entry.user ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

let fresh = [],
  drawing = false;
function addEntries(entries) {
  if (state.paused || !entries.length) return;
  state.entries.push(...entries);
  if (state.entries.length > MOST_ENTRIES) state.entries.splice(0, state.entries.length - MOST_ENTRIES);
  fresh.push(...entries.filter(wantedEntry));
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    const log = $("log"),
      shown = fresh.slice(-MOST_ENTRIES);
    log.prepend(...shown.map(entryItem).reverse());
    while (log.children.length > MOST_ENTRIES) log.lastChild.remove();
    const last = shown.at(-1);
    if (last)
      $("heard").textContent =
        `${shown.length} ${shown.length === 1 ? "request" : "requests"}, the last: ${last.method} ${last.url.split("?")[0]}, ${last.status ?? "no answer"}`;
    fresh = [];
    showEmpty();
  }, 60);
}

function redrawLog() {
  $("log").replaceChildren(...state.entries.filter(wantedEntry).map(entryItem).reverse());
  showEmpty();
}

function showEmpty() {
  const none = !$("log").children.length;
  $("log-empty").hidden = !none;
  $("log-empty").querySelector("h3").textContent =
    state.entries.some((entry) => entry.page !== "read") && $("filter").value
      ? "No request like that"
      : "Nothing asked yet";
}

// ---------------------------------------------------------------- deliveries

function addDelivery(delivery) {
  const answered = delivery.status === null ? "no answer" : String(delivery.status);
  const button = make(
    "button",
    {
      type: "button",
      className: "quiet small",
      on: {
        click: async () => {
          button.disabled = true;
          const answer = await control("POST", `/deliveries/${delivery.place}/resend`);
          button.disabled = false;
          if (!answer.ok) toast(answer.message, "bad");
          else if (answer.data.status === null) toast("Sent again; nobody answered.", "bad");
          else toast(`Sent again; answered ${answer.data.status}.`, answer.data.status < 300 ? "good" : "bad");
        },
      },
    },
    "Send again",
  );
  const details = make(
    "details",
    {},
    make(
      "summary",
      {},
      make(
        "span",
        { className: "method post" },
        delivery.trigger.replace("BOOKING_", "").replaceAll("_", " ").toLowerCase(),
      ),
      make("span", { className: "path" }, delivery.url),
      make("span", { className: `status ${family(delivery.status)}` }, answered),
      make("span", { className: "meta" }, delivery.trigger),
    ),
  );
  details.append(
    make(
      "div",
      { className: "opened" },
      make(
        "div",
        { className: "row" },
        button,
        make(
          "button",
          { type: "button", className: "quiet small", on: { click: () => copy(delivery.text, "the body") } },
          "Copy the body",
        ),
      ),
      ...block("Headers", headerText(delivery.headers)),
      ...block("Body", pretty(delivery.text)),
    ),
  );
  $("sent").prepend(make("li", { data: { place: delivery.place } }, details));
  while ($("sent").children.length > 100) $("sent").lastChild.remove();
  $("sent-empty").hidden = true;
  $("heard").textContent = `Delivery of ${delivery.trigger}, ${answered}`;
}

async function subscribe(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const answer = await api("POST", "/webhooks", {
    user: state.account,
    family: "webhooks",
    body: { active: true, subscriberUrl: new FormData(form).get("url"), triggers: TRIGGERS },
  });
  if (!answer.ok) return toast(answer.message, "bad");
  form.reset();
  toast("Subscribed.");
}

// ---------------------------------------------------------------- faults, limits, clock

const PRESETS = [
  {
    name: "Errors now and then",
    about: "A third of all requests end in a bare 500.",
    fault: { kind: "status", rate: 0.34 },
  },
  {
    name: "Out of order",
    about: "Every request gets a proxy’s page with 503.",
    fault: { kind: "status", status: 503, shape: "html" },
  },
  {
    name: "Too many requests",
    about: "Five requests in ten seconds, then 429 for ten.",
    fault: { kind: "rate_limit", limit: 5, window: 10, block: 10 },
  },
  { name: "Slow answers", about: "Every answer comes two seconds late.", fault: { kind: "latency", seconds: 2 } },
  {
    name: "Lost connections",
    about: "A third of all connections break before anything is done.",
    fault: { kind: "reset", rate: 0.34 },
  },
  {
    name: "Lost answers",
    about: "Writes are done, but half of their answers never arrive.",
    fault: { kind: "lost", method: "POST,PATCH,PUT,DELETE", rate: 0.5 },
  },
  { name: "Half answers", about: "Every fifth answer ends half-way.", fault: { kind: "truncated", every: 5 } },
];
const sorted = (value) =>
  JSON.stringify(
    Object.entries(value)
      .filter(([name]) => name !== "number")
      .sort(),
  );

function showFaults(faults) {
  state.faults = faults;
  const focused = document.activeElement?.dataset?.preset;
  const rest = new Map(faults.map((each) => [each.number, each]));
  $("switches").replaceChildren(
    ...PRESETS.map(({ name, about, fault }, place) => {
      const mine = [...rest.values()].filter((each) => sorted(each) === sorted(fault));
      for (const each of mine) rest.delete(each.number);
      return make(
        "label",
        { className: "switch" },
        make("input", {
          type: "checkbox",
          role: "switch",
          checked: mine.length > 0,
          data: { preset: String(place) },
          on: {
            change: (event) =>
              event.target.checked ? addFault(fault, `${name}: on.`) : removeFaults(mine, `${name}: off.`),
          },
        }),
        make("span", {}, make("strong", {}, name), make("small", {}, about)),
      );
    }),
  );
  if (focused) document.querySelector(`[data-preset="${focused}"]`)?.focus();
  $("other-faults").replaceChildren(
    ...(rest.size
      ? [
          make("h4", {}, "Others in force"),
          make(
            "ul",
            { className: "plain" },
            ...[...rest.values()].map((each) =>
              make(
                "li",
                { className: "row spread" },
                make("code", {}, faultText(each)),
                make(
                  "button",
                  { type: "button", className: "quiet small", on: { click: () => removeFaults([each], "Off.") } },
                  "Switch off",
                  hidden(` ${faultText(each)}`),
                ),
              ),
            ),
          ),
        ]
      : []),
  );
  $("tab-faults").replaceChildren(
    "Faults",
    ...(faults.length ? [" ", make("span", { className: "badge count" }, String(faults.length), hidden(" on"))] : []),
  );
}

const MAIN = {
  latency: "seconds",
  rate_limit: "limit",
  status: "status",
  reset: "part",
  truncated: "share",
  malformed: "garbage",
  stall: "seconds",
  lost: "status",
  cursor: "how",
  clock: "seconds",
};
const plainly = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** A fault as one would type it. */
function faultText({ number, kind, ...values }) {
  const { [MAIN[kind]]: main, ...rest } = values;
  return [
    main === undefined ? kind : `${kind}=${plainly(main)}`,
    ...Object.entries(rest).map(([name, value]) => `${name}=${plainly(value)}`),
  ].join("; ");
}

async function addFault(fault, done) {
  const answer = await ask("POST", FAULTS, { body: fault });
  if (!answer.ok) {
    toast(answer.message, "bad");
    showFaults(state.faults);
    return false;
  }
  toast(done);
  await loadWorld();
  return true;
}

async function removeFaults(faults, done) {
  for (const each of faults) await ask("DELETE", `${FAULTS}/${each.number}`);
  toast(done);
  await loadWorld();
}

function showSettings({ rateLimit, faults }) {
  showFaults(faults);
  const form = $("limit");
  if (form.dataset.changed) return; // somebody is just typing there
  form.elements.on.checked = rateLimit !== null;
  for (const [name, usual] of [
    ["limit", 120],
    ["window", 60],
    ["block", 60],
  ]) {
    form.elements[name].value = String(rateLimit?.[name] ?? (form.elements[name].value || usual));
    form.elements[name].disabled = rateLimit === null;
  }
}

async function changeLimit(event) {
  event.preventDefault();
  const fields = $("limit").elements;
  const rateLimit = fields.on.checked
    ? { limit: Number(fields.limit.value), window: Number(fields.window.value), block: Number(fields.block.value) }
    : null;
  const answer = await control("PUT", "/settings", { rateLimit });
  if (!answer.ok) return toast(answer.message, "bad");
  delete $("limit").dataset.changed;
  showSettings(answer.data);
  toast(rateLimit ? `${rateLimit.limit} requests in ${rateLimit.window} s from now on.` : "No limit from now on.");
}

async function jump(minutes) {
  const answer = await control("POST", "/clock", { minutes });
  if (!answer.ok) return toast(answer.message, "bad");
  state.offset = answer.data.now - Date.now();
  tick();
  toast(`It is now ${longDay(now())}, ${timeOf(now())}.`);
  const { day } = wall(now());
  await goTo(mondayOf(day), day);
}

// ---------------------------------------------------------------- live

async function listen() {
  let wait = 500;
  for (;;) {
    try {
      const answer = await fetch(`${CONTROL}/feed`, { headers: { "X-Sandbox-Token": TOKEN }, cache: "no-store" });
      if (!answer.ok) return trouble((await answer.json()).message);
      trouble(null);
      wait = 500;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        const requests = [];
        for (const event of events) {
          const [, name, data] = event.match(/^event: (\w+)\ndata: (.*)$/s) ?? [];
          if (name === "request") requests.push(JSON.parse(data));
          else if (name) hear(name, JSON.parse(data));
        }
        addEntries(requests);
      }
    } catch {
      /* it stopped, or is restarting */
    }
    trouble("The sandbox does not answer. Trying again …");
    await new Promise((resume) => setTimeout(resume, wait));
    wait = Math.min(wait * 2, 5000);
  }
}

let seen = {},
  refresh = null;
function hear(name, data) {
  if (name === "past") {
    if (!state.entries.length) addEntries(data.map((entry) => ({ ...entry, past: true, user: null })));
  } else if (name === "delivery") {
    if (!$("sent").querySelector(`[data-place="${data.place}"]`)) addDelivery(data);
  } else if (name === "skipped") $("heard").textContent = `${data} requests came too fast to be shown.`;
  else if (name === "state") {
    state.offset = data.now - Date.now();
    const before = seen;
    seen = data;
    if (before.bookings === undefined) return;
    clearTimeout(refresh);
    refresh = setTimeout(async () => {
      if (drag) return;
      if (
        ["records", "clock", "rateLimit", "faults"].some(
          (name) => JSON.stringify(before[name]) !== JSON.stringify(data[name]),
        )
      )
        await loadWorld();
      await loadBookings();
    }, 120);
  }
}

function tick() {
  $("clock").textContent = format({
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(narrow.matches ? {} : { year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    ...(narrow.matches ? {} : { second: "2-digit" }),
    hourCycle: "h23",
  }).format(now());
  $("clock").dateTime = new Date(now()).toISOString();
  const line = document.querySelector(".now");
  line?.style.setProperty("--top", `${(wall(now()).minutes * HOUR_HEIGHT) / 60}px`);
}

// ---------------------------------------------------------------- views, theme, start

const narrow = matchMedia("(max-width: 900px)");
const tabs = [...document.querySelectorAll("[role=tab]")];

function view(name) {
  if (name === "calendar" && !narrow.matches) name = "requests";
  document.body.dataset.view = name;
  for (const tab of tabs) {
    const chosen = tab.dataset.view === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  for (const panel of document.querySelectorAll("[role=tabpanel]")) panel.hidden = panel.id !== name;
  if (name === "calendar") showCalendar();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => view(tab.dataset.view));
  tab.addEventListener("keydown", (event) => {
    const there = tabs.filter((each) => each.offsetParent !== null),
      here = there.indexOf(tab);
    const target = {
      ArrowRight: there[(here + 1) % there.length],
      ArrowLeft: there.at(here - 1),
      Home: there[0],
      End: there.at(-1),
    }[event.key];
    if (!target) return;
    event.preventDefault();
    view(target.dataset.view);
    target.focus();
  });
}
narrow.addEventListener("change", () => view(narrow.matches ? "calendar" : "requests"));

function theme(name) {
  document.documentElement.dataset.theme = name;
  $("theme").value = name;
}

$("theme").addEventListener("change", (event) => {
  remember("theme", event.target.value);
  theme(event.target.value);
});
$("today").addEventListener("click", () => {
  const { day } = wall(now());
  goTo(mondayOf(day), day);
});
$("back").addEventListener("click", () => goTo(state.monday - 7 * DAY, state.selected - 7 * DAY));
$("forward").addEventListener("click", () => goTo(state.monday + 7 * DAY, state.selected + 7 * DAY));
$("new").addEventListener("click", () => openCreate({ day: Math.max(state.selected, wall(now()).day) }));
$("zone").addEventListener("change", (event) => {
  state.zone = event.target.value;
  remember("zone", state.zone);
  tick();
  loadBookings();
});
$("account").addEventListener("change", (event) => {
  state.account = event.target.value;
  showConnection();
});
$("show-cancelled").addEventListener("change", showCalendar);
$("copy-url").addEventListener("click", () => copy($("url").textContent, "the base URL"));
$("copy-key").addEventListener("click", () =>
  copy(state.hosts.find((host) => host.username === state.account).key, "the key"),
);
$("copy-try").addEventListener("click", () => copy($("try").textContent, "the command"));
$("pause").addEventListener("click", (event) => {
  state.paused = !state.paused;
  event.currentTarget.setAttribute("aria-pressed", String(state.paused));
  event.currentTarget.textContent = state.paused ? "Go on" : "Pause";
});
$("clear").addEventListener("click", () => {
  state.entries = [];
  redrawLog();
});
for (const [id, event] of [
  ["filter", "input"],
  ["own", "change"],
])
  $(id).addEventListener(event, redrawLog);
$("custom").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await addFault($("custom").elements.fault.value, "On.")) $("custom").reset();
});
$("subscribe").addEventListener("submit", subscribe);
$("limit").addEventListener("submit", changeLimit);
$("limit").addEventListener("input", () => {
  $("limit").dataset.changed = "yes";
});
$("limit").elements.on.addEventListener("change", (event) => {
  for (const name of ["limit", "window", "block"]) $("limit").elements[name].disabled = !event.target.checked;
});
for (const button of $("jumps").children) button.addEventListener("click", () => jump(Number(button.dataset.minutes)));

async function start() {
  theme(remembered("theme", "auto"));
  view(narrow.matches ? "calendar" : "requests");
  if (!(await loadWorld())) return;
  tick();
  setInterval(tick, 1000);
  await loadBookings();
  document.body.dataset.ready = "yes";
  listen();
}
start();
