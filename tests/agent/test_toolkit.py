"""A toolkit calls tools by name, for accounts by name, and answers with data or with an error."""

from calcom_async.agent import Toolkit


async def test_the_current_user(toolkit: Toolkit) -> None:
    result = await toolkit.call("get_current_user")
    assert result.success
    assert result.error is None
    assert result.data is not None
    assert result.data["user"]["timeZone"] == "Europe/London"
    assert result.to_dict()["meta"] == {"operation": "GET /v2/me", "account": "default", "dry_run": False}
