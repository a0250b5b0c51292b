"""The events of `webhooks create` and `listen`: a server may know newer ones, so unknown ones are sent and told of."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Generator, Mapping

from calcom_async.cli.failures import CommandFailure
from calcom_async.cli.session import Session
from calcom_async.errors import BadRequestError
from calcom_async.models.webhooks import WebhookTrigger

__all__ = ["explained", "unknown"]

KNOWN = sorted(str(each) for each in WebhookTrigger)


def unknown(session: Session, triggers: list[str]) -> list[str]:
    """The events among these that this release does not know; says so before anything is sent."""
    found = [each for each in triggers if each not in KNOWN]
    for each in found:
        close = difflib.get_close_matches(each, KNOWN, n=1)
        meant = f" (did you mean {close[0]}?)" if close else ""
        session.say(f"{each} is no event that this release knows{meant}; Cal.com is asked all the same", "yellow")
    return found


@contextlib.contextmanager
def explained(strange: list[str]) -> Generator[None, None, None]:
    """Tell which events there are where Cal.com refuses a webhook with an unknown one.

    Args:
        strange: What `unknown` gave.

    Raises:
        CommandFailure: in the place of the refusal.
    """
    try:
        yield
    except BadRequestError as error:
        said = _said_of_triggers(error)
        if said is None:
            raise
        what = f"knows no event {' or '.join(strange)}" if strange else "does not know all of these events"
        advice = f"there are {', '.join(KNOWN)}" if strange else f"it says: {said}"
        raise CommandFailure(f"Cal.com {what}", advice, kind="BadRequestError") from None


def _said_of_triggers(error: BadRequestError) -> str | None:
    """What the server says against the events; None where it is against something else."""
    details = error.details if isinstance(error.details, Mapping) else {}
    for each in details.get("errors", ()):
        constraints = each.get("constraints") if isinstance(each, Mapping) else None
        if constraints and each.get("property") == "triggers":
            return "; ".join(map(str, constraints.values()))
    return None
