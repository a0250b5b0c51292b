from calcom_async.models.me import Profile

WIRE = {
    "id": 1,
    "email": "ada@example.com",
    "name": "Ada",
    "avatarUrl": None,
    "bio": "",
    "timeFormat": 12,
    "defaultScheduleId": None,
    "weekStart": "Sunday",
    "timeZone": "Europe/London",
    "username": "ada",
    "organizationId": None,
}


def test_without_an_organization() -> None:
    me = Profile.from_dict(WIRE)
    assert (me.id, me.username, me.time_format, me.week_start) == (1, "ada", 12, "Sunday")
    assert (me.bio, me.locale, me.organization, me.organization_id, me.default_schedule_id) == (
        "",
        None,
        None,
        None,
        None,
    )
    assert me.to_dict() == WIRE


def test_in_an_organization() -> None:
    wire = WIRE | {"organizationId": 5, "organization": {"isPlatform": False, "id": 5}, "locale": None}
    me = Profile.from_dict(wire)
    assert me.organization is not None
    assert (me.organization.id, me.organization.is_platform) == (5, False)
    assert me.to_dict() == wire
