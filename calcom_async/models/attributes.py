"""Attributes of an organization's members: definitions, options, who has which, and what changed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from calcom_async.core.records import Input, Record, record

__all__ = [
    "AssignedAttributeOption",
    "Attribute",
    "AttributeActor",
    "AttributeAssignment",
    "AttributeChange",
    "AttributeHistoryEntry",
    "AttributeInShort",
    "AttributeMapping",
    "AttributeOption",
    "AttributeRuleEvaluation",
    "AttributeSyncRun",
    "AttributeSyncStatus",
    "AttributeTeamChange",
    "AttributeType",
    "AttributeValue",
    "NewAttributeOption",
]


class AttributeType(StrEnum):
    """What values an attribute takes."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    SINGLE_SELECT = "SINGLE_SELECT"
    MULTI_SELECT = "MULTI_SELECT"
    USER_RELATIONSHIP = "USER_RELATIONSHIP"


@record
class Attribute(Record):
    """Something that members can have, such as a department."""

    id: str
    """The attribute's id."""
    team_id: int | None = None
    """The organization."""
    type: AttributeType | str | None = None
    """What values it takes."""
    name: str | None = None
    """Its name."""
    slug: str | None = None
    """Its name in addresses."""
    enabled: bool | None = None
    """Whether profiles show it."""
    users_can_edit_relation: bool | None = None
    """Whether users can change it."""
    is_weights_enabled: bool | None = None
    """Whether assignments carry weights (undocumented, as the next three)."""
    is_locked: bool | None = None
    """Whether it can't be changed here."""
    created_at: datetime | None = None
    """When it was made."""
    updated_at: datetime | None = None
    """When it was changed last."""


@record
class NewAttributeOption(Input):
    """An option of an attribute that is to be made."""

    value: str
    """What it says."""
    slug: str
    """Its name in addresses."""


@record
class AttributeOption(Record):
    """A value that an attribute can have."""

    id: str
    """The option's id."""
    attribute_id: str | None = None
    """The attribute."""
    value: str | None = None
    """What it says."""
    slug: str | None = None
    """Its name in addresses."""
    is_group: bool | None = None
    """Whether it stands for several others (undocumented, as `contains`)."""
    contains: tuple[str, ...] = ()
    """The ids of those."""
    target_membership_id: int | None = None
    """The member it stands for, where the attribute relates members (undocumented)."""


@record
class AssignedAttributeOption(AttributeOption):
    """An option with the members who have it."""

    assigned_user_ids: tuple[int | str, ...] = ()
    """The users; numbers, though the document says text."""


@record
class AttributeAssignment(Record):
    """That a member has an option."""

    id: str
    """The assignment's id."""
    member_id: int | None = None
    """The membership of the user."""
    attribute_option_id: str | None = None
    """The option."""
    weight: float | None = None
    """How much it counts when bookings are routed."""
    created_at: datetime | None = None
    """When it was made (undocumented, as the rest)."""
    created_by_id: int | None = None
    """Who made it."""
    created_by_d_sync_id: str | None = None
    """The directory that made it."""
    updated_at: datetime | None = None
    """When it was changed last."""
    updated_by_id: int | None = None
    """Who changed it."""
    updated_by_d_sync_id: str | None = None
    """The directory that changed it."""


# --- what was changed ------------------------------------------------------------------------------------------------


@record
class AttributeActor(Record):
    """Who changed an assignment."""

    type: str | None = None
    """What kind of actor."""
    display_name: str | None = None
    """A name to show."""
    display_email: str | None = None
    """An e-mail address to show."""
    display_avatar: str | None = None
    """A picture to show."""


@record
class AttributeInShort(Record):
    """The attribute that was changed."""

    id: str
    """Its id."""
    slug: str | None = None
    """Its name in addresses."""
    name: str | None = None
    """Its name."""
    type: AttributeType | str | None = None
    """What values it takes."""


@record
class AttributeValue(Record):
    """What a user had, or has now."""

    option_id: str | None = None
    """The option."""
    option_slug: str | None = None
    """Its name in addresses."""
    value: str | None = None
    """What it says."""
    weight: float | None = None
    """How much it counts; None without weights."""


@record
class AttributeChange(Record):
    """One change of an assignment."""

    type: str | None = None
    """`ASSIGNED`, `UNASSIGNED`, `VALUE_CHANGED`, `WEIGHT_CHANGED`; more may come."""
    attribute: AttributeInShort | None = None
    """The attribute."""
    previous: AttributeValue | None = None
    """What was before; None where it was newly assigned."""
    current: AttributeValue | None = None
    """What is now; None where it was taken away."""


@record
class AttributeHistoryEntry(Record):
    """Changes of a user's attributes that were made at once."""

    id: str
    """The entry's id."""
    timestamp: datetime | None = None
    """When."""
    source: str | None = None
    """Where they came from, such as `WEBAPP` or `API_V2`."""
    actor: AttributeActor | None = None
    """Who made them."""
    source_context: Mapping[str, Any] | None = None
    """What the source adds."""
    changes: tuple[AttributeChange, ...] = ()
    """The changes."""
    has_error: bool | None = None
    """Whether the entry could not be read in full."""


# --- what other systems synchronised ---------------------------------------------------------------------------------


class AttributeSyncStatus(StrEnum):
    """How a synchronisation ended."""

    APPLIED = "APPLIED"
    SKIPPED_BY_RULE = "SKIPPED_BY_RULE"
    NO_RULES_MATCHED = "NO_RULES_MATCHED"
    FAILED = "FAILED"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    RATE_LIMITED = "RATE_LIMITED"


@record
class _SyncPart(Record):
    id: str
    """Its id."""
    run_id: str | None = None
    """The synchronisation it belongs to."""
    created_at: datetime | None = None
    """When."""


@record
class AttributeRuleEvaluation(_SyncPart):
    """A rule that was looked at."""

    rule_id: str | None = None
    """The rule."""
    evaluation_order: int | None = None
    """Its place among them."""
    attribute_key: str | None = None
    """What was compared."""
    operator: str | None = None
    """How, such as `EQUALS`."""
    expected_value: str | None = None
    """With what."""
    expected_value_type: str | None = None
    """The type of that."""
    actual_value: str | None = None
    """What the other system had."""
    actual_value_type: str | None = None
    """The type of that."""
    passed: bool | None = None
    """Whether the rule held."""


@record
class AttributeMapping(_SyncPart):
    """A field of the other system that was written into an attribute."""

    field_mapping_id: str | None = None
    """The mapping."""
    attribute_id: str | None = None
    """The attribute."""
    attribute_slug: str | None = None
    """Its name in addresses."""
    attribute_name: str | None = None
    """Its name."""
    source_field: str | None = None
    """The field."""
    previous_value: str | None = None
    """What was before."""
    new_value: str | None = None
    """What is now."""
    outcome: str | None = None
    """`CREATED`, `UPDATED`, `UNCHANGED`; more may come."""


@record
class AttributeTeamChange(_SyncPart):
    """A team membership that followed from it."""

    team_id: int | None = None
    """The team."""
    team_name: str | None = None
    """Its name."""
    team_slug: str | None = None
    """Its part of booking links."""
    outcome: str | None = None
    """`ADDED`, `REMOVED`, `NO_CHANGE`; more may come."""


@record
class AttributeSyncRun(Record):
    """One synchronisation of a user's attributes with another system."""

    id: str
    """Its id."""
    provider: str | None = None
    """The other system, such as `SALESFORCE`."""
    credential_id: int | None = None
    """The connection."""
    organization_id: int | None = None
    """The organization."""
    user_id: int | None = None
    """The user."""
    user_name: str | None = None
    """The user's name."""
    external_user_id: str | None = None
    """The user's id in the other system."""
    status: AttributeSyncStatus | str | None = None
    """How it ended."""
    signature_verified: bool | None = None
    """Whether the other system's signature was right."""
    error_message: str | None = None
    """Why it failed."""
    created_at: datetime | None = None
    """When."""
    rule_evaluations: tuple[AttributeRuleEvaluation, ...] = ()
    """The rules that were looked at."""
    applied_field_mappings: tuple[AttributeMapping, ...] = ()
    """The fields that were written."""
    team_membership_changes: tuple[AttributeTeamChange, ...] = ()
    """The team memberships that followed."""
