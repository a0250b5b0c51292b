"""Who is who: users by e-mail and name, team roles, and who sees whose bookings."""

from __future__ import annotations

from typing import Final

from attrs import define, field

from calcom_async.sandbox.store import Record, Store

ADMIN_ROLES: Final = ("OWNER", "ADMIN")


@define
class People:
    """Look-ups over users and memberships, kept until either changes."""

    _store: Store
    _seen: int = -1
    _by_email: dict[str, int] = field(factory=dict)
    _by_username: dict[str, int] = field(factory=dict)
    _team_admins: dict[int, set[int]] = field(factory=dict)
    _teams_of: dict[int, set[int]] = field(factory=dict)

    def by_email(self, email: str) -> int | None:
        """The user with this e-mail address."""
        self._refresh()
        return self._by_email.get(email)

    def by_username(self, username: str) -> Record | None:
        """The user with this user name."""
        self._refresh()
        user_id = self._by_username.get(username)
        return self._store.users.get(user_id) if user_id is not None else None

    def team_admins(self, team_id: int) -> set[int]:
        """The owners and admins of a team."""
        self._refresh()
        return self._team_admins.get(team_id, set())

    def overseers(self, user_id: int) -> set[int]:
        """The owners and admins of every team this user belongs to: they see the user's bookings."""
        self._refresh()
        return {admin for team in self._teams_of.get(user_id, ()) for admin in self._team_admins.get(team, ())}

    def _refresh(self) -> None:
        if self._seen == self._store.changes:
            return
        users = self._store.users.all()
        self._by_email = {user["email"]: user["id"] for user in users}
        self._by_username = {user["username"]: user["id"] for user in users}
        self._team_admins, self._teams_of = {}, {}
        for membership in self._store.memberships.all():
            if not membership["accepted"]:
                continue
            self._teams_of.setdefault(membership["userId"], set()).add(membership["teamId"])
            if membership["role"] in ADMIN_ROLES:
                self._team_admins.setdefault(membership["teamId"], set()).add(membership["userId"])
        self._seen = self._store.changes
