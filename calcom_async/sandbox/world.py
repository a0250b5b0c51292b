"""The default world: three users, a team, and event types of every kind. Ids are stable.

| what | id | details |
|---|---|---|
| user `owner` | 1001 | Owner Example, owner@example.com, Europe/London, schedule 3001 |
| user `member` | 1002 | Member Example, member@example.com, America/New_York, schedule 3002 |
| user `outsider` | 1003 | Outsider Example, outsider@example.org, Pacific/Auckland, schedule 3003, in no team |
| team | 501 | Example Team (`example-team`): owner is OWNER (membership 8001), member is MEMBER (8002) |
| event types of owner | 20001 to 20003 | `15min`, `30min`, `60min` |
| | 20004 | `variable`: 15, 30 or 60 minutes |
| | 20005 | `seated`: 45 minutes, 3 seats |
| | 20006 | `weekly`: recurring, weekly, 4 times |
| | 20007 | `confirm`: requires confirmation |
| event types of the team | 20008, 20009 | `team-round-robin`, `team-collective` (30 minutes, hosts owner and member) |
| event types of member, outsider | 20010, 20011 | `member-30min`, `outsider-30min` |

Every schedule is Monday to Friday, 09:00 to 17:00 in its user's time zone.
"""

from __future__ import annotations

from typing import Any, Final

from calcom_async.sandbox import event_type_wire
from calcom_async.sandbox.backend import api_key, key_digest
from calcom_async.sandbox.store import Record, Store

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
OFFICE_HOURS: Final[list[dict[str, Any]]] = [{"days": list(WEEKDAYS), "startTime": "09:00", "endTime": "17:00"}]

OWNER: Final = 1001
MEMBER: Final = 1002
OUTSIDER: Final = 1003
TEAM: Final = 501
ROUND_ROBIN: Final = 20008

_USERS: Final = (
    (OWNER, "owner", "Owner Example", "owner@example.com", "Europe/London"),
    (MEMBER, "member", "Member Example", "member@example.com", "America/New_York"),
    (OUTSIDER, "outsider", "Outsider Example", "outsider@example.org", "Pacific/Auckland"),
)
_OWNED: Final[tuple[tuple[int, int, dict[str, Any]], ...]] = (
    (20001, OWNER, {"title": "15 minutes", "slug": "15min", "lengthInMinutes": 15}),
    (20002, OWNER, {"title": "30 minutes", "slug": "30min", "lengthInMinutes": 30}),
    (20003, OWNER, {"title": "60 minutes", "slug": "60min", "lengthInMinutes": 60}),
    (
        20004,
        OWNER,
        {"title": "Variable", "slug": "variable", "lengthInMinutes": 30, "lengthInMinutesOptions": [15, 30, 60]},
    ),
    (
        20005,
        OWNER,
        {
            "title": "Seated",
            "slug": "seated",
            "lengthInMinutes": 45,
            "seats": {
                "disabled": False,
                "seatsPerTimeSlot": 3,
                "showAttendeeInfo": True,
                "showAvailabilityCount": True,
            },
        },
    ),
    (
        20006,
        OWNER,
        {
            "title": "Weekly",
            "slug": "weekly",
            "lengthInMinutes": 30,
            "recurrence": {"interval": 1, "occurrences": 4, "frequency": "weekly"},
        },
    ),
    (
        20007,
        OWNER,
        {
            "title": "Confirmed by hand",
            "slug": "confirm",
            "lengthInMinutes": 30,
            "confirmationPolicy": {"type": "always", "blockUnconfirmedBookingsInBooker": False},
        },
    ),
    (20010, MEMBER, {"title": "Member's half hour", "slug": "member-30min", "lengthInMinutes": 30}),
    (20011, OUTSIDER, {"title": "Outsider's half hour", "slug": "outsider-30min", "lengthInMinutes": 30}),
)
_OF_TEAM: Final = (
    (ROUND_ROBIN, "Team round robin", "team-round-robin", "roundRobin"),
    (20009, "Team collective", "team-collective", "collective"),
)


def team_record(team_id: int, name: str, slug: str, **settings: Any) -> Record:
    """A team with everything at its default except `settings`."""
    return {
        "hideBookATeamMember": False,
        "timeZone": "Europe/London",
        "weekStart": "Sunday",
        "id": team_id,
        "parentId": None,
        "name": name,
        "slug": slug,
        "logoUrl": None,
        "calVideoLogo": None,
        "appLogo": None,
        "appIconLogo": None,
        "bio": None,
        "hideBranding": False,
        "isOrganization": False,
        "isPrivate": False,
        "metadata": {},
        "theme": None,
        "brandColor": None,
        "darkBrandColor": None,
        "bannerUrl": None,
        "timeFormat": None,
        **settings,
    }


def team_host(user_id: int, scheduling: str) -> dict[str, Any]:
    """A host of a team event type: only where hosts take turns it is told who must come and who comes first."""
    if scheduling == "roundRobin":
        return {"userId": user_id, "mandatory": False, "priority": "medium"}
    return {"userId": user_id}


def schedule_record(schedule_id: int, owner_id: int, name: str, time_zone: str) -> Record:
    """A schedule of office hours."""
    return {
        "id": schedule_id,
        "ownerId": owner_id,
        "name": name,
        "timeZone": time_zone,
        "availability": OFFICE_HOURS,
        "overrides": [],
    }


def user_record(user_id: int, username: str, name: str, email: str, time_zone: str, *, schedule_id: int) -> Record:
    """A user as `/v2/me` shows one who has set nothing but the time zone."""
    return {
        "id": user_id,
        "email": email,
        "name": name,
        "avatarUrl": None,
        "bio": "",
        "timeFormat": 12,
        "defaultScheduleId": schedule_id,
        "weekStart": "Sunday",
        "timeZone": time_zone,
        "username": username,
        "locale": None,
        "organizationId": None,
    }


def membership_record(membership_id: int, user_id: int, team_id: int, role: str) -> Record:
    """An accepted membership."""
    return {
        "id": membership_id,
        "userId": user_id,
        "teamId": team_id,
        "accepted": True,
        "role": role,
        "disableImpersonation": False,
    }


def give_key(store: Store, user_id: int, key: str) -> str:
    """Let a user in with this key; the database keeps its digest only."""
    store.keys.put({"id": key_digest(key), "userId": user_id, "expiresAt": None}, parent=user_id)
    return key


def create(store: Store, seed: int, owner_key: str | None) -> dict[str, str]:
    """Fill an empty database with the default world; the keys, by user."""
    keys: dict[str, str] = {}
    users: dict[int, Record] = {}
    with store.transaction():
        for place, (user_id, username, name, email, time_zone) in enumerate(_USERS):
            schedule_id = 3001 + place
            users[user_id] = store.users.put(
                user_record(user_id, username, name, email, time_zone, schedule_id=schedule_id)
            )
            store.schedules.put(schedule_record(schedule_id, user_id, "Working hours", time_zone), parent=user_id)
            key = owner_key if username == "owner" and owner_key is not None else api_key(username, seed)
            keys[username] = give_key(store, user_id, key)
        for event_type_id, user_id, settings in _OWNED:
            record = event_type_wire.new(event_type_id, users[user_id], **settings)
            store.event_types.put(record, parent=f"user {user_id}")
        store.teams.put(team_record(TEAM, "Example Team", "example-team"))
        for membership_id, user_id, role in ((8001, OWNER, "OWNER"), (8002, MEMBER, "MEMBER")):
            store.memberships.put(membership_record(membership_id, user_id, TEAM, role), parent=TEAM)
        for event_type_id, title, slug, scheduling in _OF_TEAM:
            hosts = (OWNER, MEMBER)
            record = team_event_type(event_type_id, TEAM, title, slug, scheduling=scheduling, hosts=hosts)
            store.event_types.put(record, parent=f"team {TEAM}")
    return keys


def team_event_type(
    event_type_id: int, team_id: int, title: str, slug: str, *, scheduling: str, hosts: tuple[int, ...]
) -> Record:
    """A half hour that a team can be booked for."""
    record = event_type_wire.new(event_type_id, None, title=title, slug=slug, lengthInMinutes=30)
    record["_"] = {
        "teamId": team_id,
        "schedulingType": scheduling,
        "hosts": [team_host(user_id, scheduling) for user_id in hosts],
    }
    return record
