"""Differences that are none of the sandbox's: each with its reason. An entry that is not needed any more fails."""

from __future__ import annotations

from typing import Final

_OLD: Final = "the shapes of 2024-04-15 are kept minimal: they are there to be stumbled over"
_NO_SMS: Final = "the recorded server had no SMS provider"
_NO_APP: Final = "the recorded server had no credentials of the app yet"
_NO_BILLING: Final = "the recorded platform had no plan yet"
_DELEGATION: Final = "the recorded server lacked the platform, the feature and the key of encryption at first"
_CALENDAR: Final = "the recorder served an ICS feed"
_CONSENT: Final = "the consent of the old kind of client is not in the document any more"

ACCEPTED: Final[dict[str, str]] = {
    "server 0014 root": "the sandbox shows its page there",
    "server 0048 event-types-list-noversion": _OLD,
    "server 0052 event-types-list-v0611": _OLD,
    "server 0058 event-type-get-noversion": _OLD,
    "server 0102 webhooks-list-take": "the list has no order, and the second of it was another webhook",
    "server 0240 bookings-list-noversion-status": _OLD,
    "server 0260 bookings-conferencing-sessions": "the recorded server had no Cal Video, its bookings no room",
    "server 0359 version-query": _OLD,
    "server 0371 teams-create": "the recorded server stumbled over its payments",
    "server 0417 ratelimited-custom-key": "the recorder had given this key limits of its own",
    "server 0426 bookings-noversion-limit": _OLD,
    "server-2 0323 org-delegation-create-noplatform": _DELEGATION,
    "server-2 0324 org-delegation-create-nofeature": _DELEGATION,
    "server-2 0325 org-delegation-create": _DELEGATION,
    "server-2 0328 org-delegation-create-dup": _DELEGATION,
    "server-2 0344 user-vr-phone-request": _NO_SMS,
    "server-2 0346 user-vr-phone-verify": _NO_SMS,
    "server-2 0384 orgteam-vr-phone-request": _NO_SMS,
    "server-2 0386 orgteam-vr-phone-verify": _NO_SMS,
    "server-2 0424 org-routing-forms-settings-null": "the recorder had emptied a column of the database",
    "server-2 0738 user-stripe-check-invalid": "the recorder had put invalid credentials into the database",
    "server-2 0611 calendars-google-connect-noapp": _NO_APP,
    "server-2 0612 conferencing-zoom-authurl-noapp": _NO_APP,
    "server-2 0647 calendars-list-ics-selected": _CALENDAR,
    "server-2 0658 calendars-disconnect": _CALENDAR,
    "server-2 0742 oauth-clients-create-nobilling": _NO_BILLING,
    "server-2 0744 oauth-clients-create-star": _NO_BILLING,
    "server-2 0745 oauth-clients-create-missing": _NO_BILLING,
    "server-2 0746 oauth-clients-create-bad": _NO_BILLING,
    "server-2 0878 oauth-clients-list-team-key": "here there are the clients that had been refused there",
    "server-2 1039 mo2-oauth-clients": "the key of an organization is that of its owner, whose platform has a client",
    "server-2 0792 oauth-authorize-noauth": _CONSENT,
    "server-2 0795 oauth-exchange-badsecret": _CONSENT,
    "server-2 0796 oauth-exchange-missing": _CONSENT,
    "server-2 0798 oauth-exchange-again": _CONSENT,
    "server-2 0800 oauth-exchange-noauth": _CONSENT,
}
