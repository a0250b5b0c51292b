"""What is taken out of recordings, that it is taken out everywhere, and that the rest stays as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calcom_async.testing.cassette_file import Asked, Exchange, Given, redacted
from calcom_async.testing.redaction import Redactor, agrees

BOOKING = {
    "uid": "3kPq8rTzWm",
    "title": "30min between Ada Lovelace and Grace Hopper",
    "status": "accepted",
    "start": "2026-12-01T09:00:00.000Z",
    "hosts": [{"id": 4, "name": "Ada Lovelace", "email": "ada@firm.test", "username": "ada-l", "timeZone": "Europe/London"}],
    "attendees": [{"name": "Grace Hopper", "email": "Grace.Hopper+cal@firm.test", "phoneNumber": "+4915112345678"}],
    "location": "https://meet.test/j/123?pwd=abc",
    "bookingFieldsResponses": {"email": "Grace.Hopper+cal@firm.test", "name": "Grace Hopper", "notes": "my knee hurts"},
    "cancellationReason": "ill",
    "metadata": {"contact": "ada@firm.test"},
    "eventType": {"id": 7, "slug": "30min", "name": "Thirty minutes"},
    "link": "https://cal.com/ada-l/30min",
    "meetingPassword": "hunter2",
}  # fmt: skip


def clean(*values, also=()):
    redactor = Redactor(also=also)
    for value in values:
        redactor.learn(value)
    return [redactor.redact(value) for value in values]


def test_a_booking():
    (found,) = clean(BOOKING)
    assert found == {
        "uid": "3kPq8rTzWm",
        "title": "30min between Redacted Name 1 and Redacted Name 2",
        "status": "accepted",
        "start": "2026-12-01T09:00:00.000Z",
        "hosts": [
            {
                "id": 4,
                "name": "Redacted Name 1",
                "email": "person1@example.com",
                "username": "redacted-user-1",
                "timeZone": "Europe/London",
            }
        ],
        "attendees": [{"name": "Redacted Name 2", "email": "person2@example.com", "phoneNumber": "+15550000001"}],
        "location": "https://example.com/redacted/1",
        "bookingFieldsResponses": {
            "email": "person2@example.com",
            "name": "Redacted Name 2",
            "notes": "redacted text 1",
        },
        "cancellationReason": "redacted text 2",
        "metadata": {"contact": "person1@example.com"},
        "eventType": {"id": 7, "slug": "30min", "name": "Thirty minutes"},
        "link": "https://cal.com/redacted-user-1/30min",
        "meetingPassword": "redacted-secret-1",
    }
    assert clean(found) == [found]


@pytest.mark.parametrize(
    "secret",
    [
        {"data": {"apiKey": "cal_live_0123456789abcdef"}},
        {"text": "your key cal_live_0123456789abcdef, keep it"},
        {"access_token": "0123456789abcdef"},
        {"clientSecret": "0123456789abcdef"},
        {"secret": "0123456789abcdef"},
        {"grant_type": "authorization_code", "code": "0123456789abcdef"},
        {"authUrl": "https://example.com/?state=0123456789abcdef"},
        {"jwt": "eyJhbGciOi.eyJzdWIiOiIwMTIz.0123456789abcdef"},
        ["cal_0123456789abcdef"],
    ],
)
def test_secrets(secret):
    (found,) = clean(secret)
    assert "0123456789abcdef" not in json.dumps(found)


def test_codes_of_errors_and_words_stay():
    kept = {
        "error": {"code": "BadRequestException", "message": "status must be one of: upcoming, past"},
        "name": "Working hours",
        "bookingFields": [{"type": "text", "slug": "notes", "name": "notes"}],
        "slots": {"2026-12-01": [{"start": "2026-12-01T09:00:00.000+01:00"}]},
        "null": None,
        "number": 5,
        "empty": "",
    }
    assert clean(kept) == [kept]


def test_a_word_that_is_also_a_name_stays_a_status():
    (found,) = clean(
        {"user": {"username": "accepted", "email": "a@b.test"}, "status": "accepted", "text": "by accepted"}
    )
    assert found["status"] == "accepted"
    assert found["text"] == "by redacted-user-1"


def test_texts_of_the_users_own_choice():
    assert clean({"team": "Firm Ltd. London"}, also=["Firm Ltd."]) == [{"team": "redacted text 1 London"}]


def test_the_same_everywhere_in_a_recording():
    asked = Asked(
        method="POST",
        path="bookings/by/ada@firm.test",
        query=[["attendeeEmail", "ada@firm.test"], ["username", "ada-l"], ["code", "0123456789"]],
        version=None,
        body={"attendee": BOOKING["hosts"][0]},
    )
    one = Exchange(asked, Given(status=200, content_type="application/json", body=BOOKING))
    other = Exchange(asked, Given(status=502, content_type="text/html", text="<p>Ada Lovelace</p>"))
    first, second = redacted([one, other])
    assert first.asked.path == "bookings/by/person1@example.com"
    assert first.asked.query == [
        ["attendeeEmail", "person1@example.com"],
        ["username", "redacted-user-1"],
        ["code", "redacted-secret-1"],
    ]
    assert first.asked.body["attendee"] == first.given.body["hosts"][0]
    assert second.given.text == "<p>Redacted Name 1</p>"


ADDRESSES = st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}@[a-z]{3,8}\.test", fullmatch=True)
NAMES = st.from_regex(r"[A-Z][a-z]{5,9} [A-Z][a-z]{5,9}", fullmatch=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(ADDRESSES, NAMES, JSON)
def test_no_address_and_no_name_is_left_wherever_it_stands(address, name, other):
    value = {
        "person": {"name": name, "email": address},
        "anywhere": [{"deep": f"from {address} to {name}."}, other, {"title": f"With {name}"}],
        f"key of {address}": 1,
    }
    (found,) = clean(value)
    text = json.dumps(found, ensure_ascii=False)
    assert address not in text
    assert name not in text


@given(JSON)
def test_redacting_again_changes_nothing(value):
    (once,) = clean(value)
    assert clean(once) == [once]


@pytest.mark.parametrize(
    ("recorded", "sent", "same"),
    [
        ("person1@example.com", "ada@firm.test", True),
        ("by person1@example.com!", "by ada@firm.test!", True),
        ("by person1@example.com!", "by ada@firm.test?", False),
        ({"a": ["redacted text 1"]}, {"a": ["anything at all"]}, True),
        ({"a": ["redacted text 1"]}, {"a": []}, False),
        ({"a": "redacted text 1"}, {"b": "x"}, False),
        ("plain", "plain", True),
        ("plain", "other", False),
        ("person1@example.com", None, False),
        (None, None, True),
        (1, 1.0, True),
    ],
)
def test_placeholders_agree_with_what_stands_in_their_place(recorded, sent, same):
    assert agrees(recorded, sent) is same


@given(JSON)
def test_what_was_redacted_agrees_with_what_was_there(value):
    (found,) = clean({"value": value, "email": "ada@firm.test"})
    assert agrees(found, {"value": value, "email": "ada@firm.test"})
