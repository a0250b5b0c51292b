"""Verified e-mail addresses and phone numbers of a user, a team and an organization's team."""

import pytest

from calcom_async.sandbox import Sandbox

MAIL, PHONE = "proved@example.com", "+37120000001"


@pytest.mark.parametrize("path", ["verified-resources", "teams/501/verified-resources"])
@pytest.mark.parametrize(("kind", "sent", "shown", "address"), [
    ("emails", "email", "email", MAIL),
    ("phones", "phone", "phoneNumber", PHONE),
])  # fmt: skip
async def test_an_address_is_verified_by_its_code(talk, sandbox, path, kind, sent, shown, address):
    base = f"{path}/{kind}"
    asked = await talk("POST", f"{base}/verification-code/request", {sent: address})
    assert (asked.status, asked.body) == (200, {"status": "success"})
    wrong = await talk("POST", f"{base}/verification-code/verify", {sent: address, "code": "x"})
    assert (wrong.status, wrong.message) == (400, "invalid_code")
    body = {sent: address, "code": sandbox.verification_code(address)}
    verified = await talk("POST", f"{base}/verification-code/verify", body)
    team = 501 if "teams" in path else None
    assert verified.data == {"id": 1, "userId": 1001, "teamId": team, shown: address}
    assert (await talk("GET", base)).data == [verified.data]
    assert (await talk("GET", f"{base}/1")).data == verified.data
    assert (await talk("GET", f"{base}?skip=1")).data == []


async def test_what_is_not_one_s_own_is_null(talk):
    for number in (1, 999):
        reply = await talk("GET", f"verified-resources/emails/{number}", user="member")
        assert (reply.status, reply.body) == (200, {"status": "success", "data": None})
    assert (await talk("GET", "verified-resources/emails/abc")).status == 500


async def test_verifying_again_makes_another_record(talk, sandbox):
    await talk("POST", "teams/501/verified-resources/emails/verification-code/request", {"email": MAIL})
    body = {"email": MAIL, "code": sandbox.verification_code(MAIL)}
    path = "teams/501/verified-resources/emails/verification-code/verify"
    assert [(await talk("POST", path, body)).data["id"] for _ in range(2)] == [1, 1]
    assert [each["id"] for each in (await talk("GET", "teams/501/verified-resources/emails")).data] == [1, 2]


async def test_members_may_not_look(talk):
    reply = await talk("GET", "teams/501/verified-resources/emails", user="member")
    assert reply.status == 403
    assert "TEAM_ADMIN" in reply.message


async def test_asking_has_a_limit_of_its_own(session, talk_to):
    async with Sandbox() as opened:
        talk = talk_to(opened, session)
        path = "verified-resources/emails/verification-code/request"
        replies = [await talk("POST", path, {"email": MAIL}) for _ in range(6)]
        assert [each.status for each in replies] == [200] * 5 + [429]
        assert replies[0].headers["X-RateLimit-Limit-Users_verified_resources_emails_requests"] == "5"
        assert "X-RateLimit-Limit-Default" not in replies[0].headers
        assert (await talk("GET", "me")).status == 200


async def test_verifying_a_user_s_address_is_counted_as_a_phone_s(session, talk_to):
    async with Sandbox() as opened:
        talk = talk_to(opened, session)
        name = "X-RateLimit-Limit-Users_verified_resources_phones_verify"
        mail = await talk("POST", "verified-resources/emails/verification-code/verify", {})
        phone = await talk("POST", "verified-resources/phones/verification-code/verify", {})
        assert (mail.headers.get(name), phone.headers.get(name)) == ("3", None)
        assert phone.headers["X-RateLimit-Limit-Default"] == "120"


async def test_a_self_hosted_server_wants_no_version(self_hosted):
    for version, status in ((None, 200), ("2024-04-15", 200), ("2024-08-13", 404)):
        assert (await self_hosted("GET", "verified-resources/emails", version=version)).status == status
