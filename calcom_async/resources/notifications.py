"""Notifications: where Cal.com pushes messages to."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from calcom_async.core.inputs import fields
from calcom_async.models.notifications import AppPushSubscription, ChatLinkIntent, RemovedSubscription
from calcom_async.resources.resource import Resource, operation

__all__ = ["Notifications"]

M = TypeVar("M", covariant=True)


class Notifications(Resource[M]):
    """Telephones and chats that get your messages."""

    @operation
    async def subscribe_app(
        self, *, token: str, platform: Literal["IOS", "ANDROID"], device_id: str
    ) -> AppPushSubscription:
        """Send messages to a telephone, by its Expo push token.

        `POST /v2/notifications/subscriptions/app-push`

        Args:
            token: The token that Expo gave the app on this telephone.
            platform: `IOS` or `ANDROID`.
            device_id: An id of the telephone that stays the same.
        """
        body = fields(token=token, platform=platform, device_id=device_id)
        return await self._post("/notifications/subscriptions/app-push", body=body, into=AppPushSubscription)

    @operation
    async def unsubscribe_app(self, *, token: str) -> RemovedSubscription:
        """Send no more messages to a telephone.

        `DELETE /v2/notifications/subscriptions/app-push`
        """
        return await self._delete(
            "/notifications/subscriptions/app-push", body=fields(token=token), into=RemovedSubscription, find=_message
        )

    @operation
    async def link_slack(self) -> ChatLinkIntent:
        """Begin to send messages to Slack: a one-time token for Cal.com's companion there.

        `POST /v2/notifications/subscriptions/slack/link-intents`
        """
        return await self._post("/notifications/subscriptions/slack/link-intents", into=ChatLinkIntent)

    @operation
    async def link_telegram(self) -> ChatLinkIntent:
        """Begin to send messages to Telegram: a one-time token for Cal.com's companion there.

        `POST /v2/notifications/subscriptions/telegram/link-intents`
        """
        return await self._post("/notifications/subscriptions/telegram/link-intents", into=ChatLinkIntent)

    @operation
    async def unlink_slack(self, *, identifier: str, team_id: str) -> RemovedSubscription:
        """Send no more messages to a Slack user.

        `DELETE /v2/notifications/subscriptions/slack`

        Args:
            identifier: The user's id at Slack.
            team_id: The id of their workspace at Slack.
        """
        body = fields(identifier=identifier, team_id=team_id)
        return await self._delete(
            "/notifications/subscriptions/slack", body=body, into=RemovedSubscription, find=_message
        )

    @operation
    async def unlink_telegram(self, *, identifier: str) -> RemovedSubscription:
        """Send no more messages to a Telegram account.

        `DELETE /v2/notifications/subscriptions/telegram`

        Args:
            identifier: The account's id at Telegram.
        """
        body = fields(identifier=identifier)
        return await self._delete(
            "/notifications/subscriptions/telegram", body=body, into=RemovedSubscription, find=_message
        )


def _message(answer: Any) -> Any:
    """The sentence, which stands beside the status, where others have their data."""
    return {name: value for name, value in answer.items() if name != "status"}
