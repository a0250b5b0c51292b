from typing import Any

import pytest

from calcom_async.errors import DecodeError
from calcom_async.resources.bookings import Bookings


async def test_send_code(wire: Any) -> None:
    wire.answer({"sent": True})
    verification = Bookings(wire).email_verification
    sent = await verification.send_code("ada@example.com", username="ada", language="en", is_verifying_email=True)
    assert sent is True
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/verification/email/send-code")
    assert wire.sent.body == {"email": "ada@example.com", "username": "ada", "language": "en", "isVerifyingEmail": True}
    assert wire.sent.versions == ()


@pytest.mark.parametrize(("body", "sent"), [({"data": {"sent": False}}, False), ({}, True), ({"data": None}, True)])
async def test_a_success_without_data_means_that_it_was_sent(wire: Any, body: dict[str, Any], sent: bool) -> None:
    wire.answer(wire.response({"status": "success"} | body))
    assert await Bookings(wire).email_verification.send_code("ada@example.com") is sent


@pytest.mark.parametrize("needed", [True, False])
async def test_check_answers_a_bare_truth_value(wire: Any, needed: bool) -> None:
    wire.answer(needed)
    assert (
        await Bookings(wire).email_verification.check("ada+x@example.com", user_session_email="b@example.com") is needed
    )
    assert (wire.sent.method, wire.sent.path) == ("GET", "/bookings/verification/email/check")
    assert wire.query == {"email": "ada+x@example.com", "userSessionEmail": "b@example.com"}


@pytest.mark.parametrize("verified", [True, False])
async def test_verify_code(wire: Any, verified: bool) -> None:
    wire.answer({"verified": verified})
    assert await Bookings(wire).email_verification.verify_code("ada@example.com", "123456") is verified
    assert (wire.sent.method, wire.sent.path) == ("POST", "/bookings/verification/email/verify-code")
    assert wire.sent.body == {"email": "ada@example.com", "code": "123456"}
    assert wire.sent.repeatable is False


@pytest.mark.parametrize("data", [{}, {"verified": "yes"}, "true", 1, {"sent": True}])
async def test_what_is_no_truth_value_does_not_pass_for_a_yes(wire: Any, data: Any) -> None:
    wire.answer(data)
    with pytest.raises(DecodeError, match=r"data\.verified: expected true or false"):
        await Bookings(wire).email_verification.verify_code("ada@example.com", "123456")
