"""What Cal.com answers with and takes: one module per family, imported when one of its names is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # each module says in its `__all__` what is public
    from calcom_async.models.allowlists import *
    from calcom_async.models.api_keys import *
    from calcom_async.models.attributes import *
    from calcom_async.models.booking_field_inputs import *
    from calcom_async.models.booking_fields import *
    from calcom_async.models.booking_inputs import *
    from calcom_async.models.booking_limits import *
    from calcom_async.models.booking_locations import *
    from calcom_async.models.booking_meetings import *
    from calcom_async.models.booking_reports import *
    from calcom_async.models.bookings import *
    from calcom_async.models.calendar_events import *
    from calcom_async.models.calendars import *
    from calcom_async.models.conferencing import *
    from calcom_async.models.credits import *
    from calcom_async.models.delegation_credentials import *
    from calcom_async.models.event_type_inputs import *
    from calcom_async.models.event_type_locations import *
    from calcom_async.models.event_type_records import *
    from calcom_async.models.event_type_settings import *
    from calcom_async.models.event_types import *
    from calcom_async.models.events import *
    from calcom_async.models.insights import *
    from calcom_async.models.managed_organizations import *
    from calcom_async.models.me import *
    from calcom_async.models.memberships import *
    from calcom_async.models.notifications import *
    from calcom_async.models.oauth_clients import *
    from calcom_async.models.organization_users import *
    from calcom_async.models.out_of_office import *
    from calcom_async.models.private_links import *
    from calcom_async.models.roles import *
    from calcom_async.models.routing_forms import *
    from calcom_async.models.routing_traces import *
    from calcom_async.models.schedules import *
    from calcom_async.models.slots import *
    from calcom_async.models.stripe import *
    from calcom_async.models.teams import *
    from calcom_async.models.verified_resources import *
    from calcom_async.models.webhooks import *
    from calcom_async.models.workflows import *

_FAMILIES = {
    "allowlists": "Allowlist AllowlistMetadata AllowlistService Allowlists",
    "api_keys": "RefreshedApiKey",
    "attributes": (
        "AssignedAttributeOption Attribute AttributeActor AttributeAssignment AttributeChange "
        "AttributeHistoryEntry AttributeInShort AttributeMapping AttributeOption AttributeRuleEvaluation "
        "AttributeSyncRun AttributeSyncStatus AttributeTeamChange AttributeType AttributeValue "
        "NewAttributeOption"
    ),
    "booking_field_inputs": (
        "BookingFieldInput NewBookingField NewClassicField NewCustomField NewDefaultField NewEmailField "
        "NewLocationField NewNameField NewSplitNameField"
    ),
    "booking_fields": (
        "BookingField BookingFieldType BookingFields CustomField DefaultField EmailField LocationField "
        "NameField SplitNameField"
    ),
    "booking_inputs": "AttendeeAbsence BookingRouting NewAttendee NewGuest",
    "booking_limits": "BookingLimitChanges BookingLimits TeamBookingLimit TeamBookingLimits",
    "booking_locations": (
        "BookingAddressLocation BookingAttendeeAddressLocation BookingAttendeeDefinedLocation "
        "BookingAttendeePhoneLocation BookingIntegrationLocation BookingLinkLocation BookingLocation "
        "BookingOrganizersDefaultAppLocation BookingPhoneLocation"
    ),
    "booking_meetings": (
        "BookingReference BookingReferenceType CalendarLink ConferencingParticipant ConferencingSession Recording"
    ),
    "booking_reports": (
        "BlockedBooking BookingReportReason MemberBookingFilters OrganizationBookingFilters ReportedBooking "
        "TeamBookingFilters"
    ),
    "bookings": (
        "Attendee Booking BookingEventType BookingFilter BookingHost BookingStatus ReassignedBooking "
        "ReassignedHost RemovedAttendee SortOrder"
    ),
    "calendar_events": (
        "CalendarEvent CalendarEventAttendee CalendarEventAttendeeChange CalendarEventChanges CalendarEventHost "
        "CalendarEventLocation "
        "CalendarEventMoreLocation CalendarEventPhoneLocation CalendarEventSipLocation CalendarEventTime "
        "CalendarEventTimeChange CalendarEventVideoLocation NewCalendarEventAttendee NewCalendarEventTime"
    ),
    "calendars": (
        "BusyTime Calendar CalendarAuthorization CalendarConnection CalendarCredential CalendarIntegration "
        "CalendarToLoad ConnectedCalendar ConnectedCalendars DestinationCalendar SelectedCalendar"
    ),
    "conferencing": "ConferencingApp ConferencingAuthorization DefaultConferencingApp UserConferencingApp",
    "credits": "CreditBalance Credits",
    "delegation_credentials": (
        "DelegationCredential DelegationSecret GoogleServiceAccountKey MicrosoftServiceAccountKey "
        "ServiceAccountKey WorkspacePlatform"
    ),
    "event_type_inputs": (
        "EventTypeChanges EventTypeSettings NewBookerActiveBookingsLimit NewBookerLayouts "
        "NewBookingLimitsCount NewBookingLimitsDuration NewBookingWindow NewBusinessDaysWindow "
        "NewCalVideoSettings NewCalendarDaysWindow NewConfirmationPolicy NewDisableCancelling "
        "NewDisableRescheduling NewEventTypeColor NewEventTypeDestinationCalendar NewEventTypeEmailSettings "
        "NewHost NewNoticeThreshold NewRangeWindow NewRecurrence NewSeats TeamEventTypeChanges "
        "TeamEventTypeSettings"
    ),
    "event_type_locations": (
        "EventTypeAddressLocation EventTypeAttendeeAddressLocation EventTypeAttendeeDefinedLocation "
        "EventTypeAttendeePhoneLocation EventTypeIntegrationLocation EventTypeLinkLocation EventTypeLocation "
        "EventTypeLocationInput EventTypeOrganizersDefaultAppLocation EventTypePhoneLocation "
        "EventTypeUnknownLocation NewEventTypeAddressLocation NewEventTypeAttendeeAddressLocation "
        "NewEventTypeAttendeeDefinedLocation NewEventTypeAttendeePhoneLocation "
        "NewEventTypeIntegrationLocation NewEventTypeLinkLocation NewEventTypeLocation "
        "NewEventTypeOrganizersDefaultAppLocation NewEventTypePhoneLocation"
    ),
    "event_type_records": (
        "CrmSyncError EventTypeActor EventTypeChange EventTypeChangedField SchedulingConfig SchedulingHost "
        "SchedulingHostGroup"
    ),
    "event_type_settings": (
        "BookerActiveBookingsLimit BookerLayout BookerLayouts BookingLimitsCount BookingLimitsDuration "
        "BookingWindow BookingWindows BusinessDaysWindow CalVideoSettings CalendarDaysWindow "
        "ConfirmationPolicy ConfirmationPolicyType DisableCancelling DisableRescheduling EventTypeColor "
        "EventTypeDestinationCalendar EventTypeEmailSettings Frequency NoticeThreshold PrivateNoteMode "
        "RangeWindow Recurrence Seats"
    ),
    "event_types": (
        "DeletedEventType EventType EventTypeHost EventTypeTeam EventTypeUser HostPriority PhoneCall "
        "SchedulingType TeamEventType"
    ),
    "events": "Event EventVisibility",
    "insights": (
        "AverageDuration BookingStatistics BookingTrend InsightFilters InsightMetric InsightPeriod MemberRanking "
        "MemberStatistics RankedMember RoutedToPeriod RoutedToPeriods RoutedToStatistics RoutedToUser "
        "RoutedToUsers RoutingAttendee RoutingFormField RoutingFormFieldOption RoutingFormsByStatus "
        "RoutingInsight RoutingInsightField RoutingInsights"
    ),
    "managed_organizations": "ManagedOrganization",
    "me": "Profile ProfileOrganization",
    "memberships": (
        "MemberAttribute MemberAttributeOption Membership MembershipRole MembershipUser OrganizationMembership"
    ),
    "notifications": "AppPushSubscription ChatLinkIntent RemovedSubscription",
    "oauth_clients": (
        "CreatedManagedUser CreatedOAuthClient ManagedUser ManagedUserChanges ManagedUserSettings ManagedUserTokens "
        "OAuthApplication OAuthClient OAuthClientChanges OAuthClientSettings OAuthTokens"
    ),
    "organization_users": "OrganizationProfile OrganizationUser OrganizationUserChanges OrganizationUserSettings",
    "out_of_office": "OutOfOfficeEntry OutOfOfficeReason",
    "private_links": "DeletedPrivateLink PrivateLink",
    "roles": "Role RoleType",
    "routing_forms": (
        "OrganizationRoutingFormFilters ResponseRouting RoutedResponse RoutedSlots RoutingForm "
        "RoutingFormFilters RoutingFormResponse RoutingSlotOptions"
    ),
    "routing_traces": (
        "RoutingTrace RoutingTraceForm RoutingTraceFormResponse RoutingTraceFormSubmission RoutingTraceGroup "
        "RoutingTraceStep"
    ),
    "schedules": (
        "NewScheduleAvailability NewScheduleOverride Schedule ScheduleAvailability ScheduleAvailabilityInput "
        "ScheduleOverride ScheduleOverrideInput Weekday"
    ),
    "slots": "Slot SlotReservation SlotsByDay",
    "stripe": "StripeAuthorization",
    "teams": "CreatedTeam OwnTeam PendingTeam Team TeamChanges TeamInvite TeamSettings",
    "verified_resources": "VerifiedEmail VerifiedPhone",
    "webhooks": "Webhook WebhookTimeUnit WebhookTrigger WebhookVersion",
    "workflows": (
        "ChangedEmailStep ChangedPhoneStep KeptPathsStep NewEmailMessage NewEmailStep NewFormTimedTrigger "
        "NewFormTrigger NewPhoneStep NewRoutingFormActivation NewTextMessage NewTimedTrigger "
        "NewWorkflowActivation NewWorkflowOffset NewWorkflowTrigger RoutingFormActivationInput "
        "RoutingFormTriggerInput Workflow WorkflowAction WorkflowActivation WorkflowActivationInput "
        "WorkflowMessage WorkflowOffset WorkflowPath WorkflowRecipient WorkflowStep WorkflowStepChange "
        "WorkflowStepInput WorkflowTemplate WorkflowTrigger WorkflowTriggerInput WorkflowTriggerType "
        "WorkflowUnit"
    ),
}
_HOMES = {name: family for family, names in _FAMILIES.items() for name in names.split()}


if not TYPE_CHECKING:  # or every misspelt name would be fine with a type checker

    def __getattr__(name: str) -> Any:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'calcom_async.models' has no attribute {name!r}")
        value = getattr(importlib.import_module(f"calcom_async.models.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(_HOMES)
