"""Workflows: yours, and those of an organization's team, for event types or for routing forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from calcom_async.core.inputs import fields, part, parts
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.workflows import (
    ChangedStep,
    NewRoutingFormActivation,
    NewRoutingFormTrigger,
    NewStep,
    NewTrigger,
    NewWorkflowActivation,
    RoutingFormActivationInput,
    RoutingFormTriggerInput,
    Workflow,
    WorkflowActivationInput,
    WorkflowStep,
    WorkflowStepChange,
    WorkflowStepInput,
    WorkflowTriggerInput,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["RoutingFormWorkflows", "Workflows"]

M = TypeVar("M", covariant=True)


class _Workflows(Resource[M]):
    _many: ClassVar[str]
    _one: ClassVar[str]
    _activation: ClassVar[Any]
    _trigger: ClassVar[Any]

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Workflow]:
        """Every workflow of this kind.

        `GET {scope}/workflows`; of routing forms `GET {team}/workflows/routing-form`.
        """
        return self._list(self._many, Workflow, page_size=page_size)

    @operation
    async def get(self, workflow_id: int) -> Workflow:
        """One workflow. The document says a list, servers answer an object.

        `GET {scope}/workflows/{workflowId}`; of routing forms `GET {team}/workflows/{workflowId}/routing-form`.
        """
        return await self._get(self._one, workflow_id, into=Workflow, find=_single)

    @operation
    async def delete(self, workflow_id: int) -> None:
        """Delete a workflow.

        `DELETE {scope}/workflows/{workflowId}`; of routing forms `DELETE {team}/workflows/{workflowId}/routing-form`.
        """
        await self._delete(self._one, workflow_id, into=None)

    async def _create(self, **arguments: Any) -> Workflow:
        return await self._post(self._many, body=self._body(NewStep, **arguments), into=Workflow, find=_single)

    async def _update(self, workflow_id: int, *, steps: Any, **arguments: Any) -> Workflow:
        known = [_sendable(step) for step in steps] if isinstance(steps, list | tuple) else steps
        body = self._body(ChangedStep, steps=known, **arguments)
        return await self._patch(self._one, workflow_id, body=body, into=Workflow, find=_single)

    def _body(self, step: Any, *, name: Any, activation: Any, trigger: Any, steps: Any) -> dict[str, Any]:
        return fields(
            name=name,
            activation=part(self._activation, activation, "activation"),
            trigger=part(self._trigger, trigger, "trigger"),
            steps=parts(step, steps, "steps"),
        )


class Workflows(_Workflows[M]):
    """Messages that follow from bookings: yours (`cal.workflows`, not by OAuth), or those of an organization's team.

    For a team: team admin, OAuth scopes `TEAM_WORKFLOW_READ` and `TEAM_WORKFLOW_WRITE`.
    """

    _many, _one = "/workflows", "/workflows/{workflowId}"
    _activation, _trigger = NewWorkflowActivation, NewTrigger

    @operation
    async def create(
        self,
        *,
        name: str,
        activation: WorkflowActivationInput,
        trigger: WorkflowTriggerInput,
        steps: Sequence[WorkflowStepInput],
    ) -> Workflow:
        """Make a workflow.

        `POST {scope}/workflows`

        Args:
            name: Its name.
            activation: `{"is_active_on_all_event_types": True}`, or False with `active_on_event_type_ids`.
            trigger: What sets it off: `{"type": "beforeEvent", "offset": {"value": 24, "unit": "hour"}}`. Servers keep
                some types as `beforeEvent`.
            steps: What it does: `[{"action": "email_host", "step_number": 1, "recipient": "const", "template":
                "reminder", "sender": "Cal", "message": {"subject": "…", "html": "…"}}]`; see `NewEmailStep` and
                `NewPhoneStep`.

        Raises:
            InvalidRequestError: a part is not what it should be.
        """
        return await self._create(name=name, activation=activation, trigger=trigger, steps=steps)

    @operation
    async def update(
        self,
        workflow_id: int,
        *,
        name: str | Unset = UNSET,
        activation: WorkflowActivationInput | Unset = UNSET,
        trigger: WorkflowTriggerInput | Unset = UNSET,
        steps: Sequence[WorkflowStepChange] | Unset = UNSET,
    ) -> Workflow:
        """Change what is given. Without `trigger` servers reset its offset to an hour: pass it along.

        `PATCH {scope}/workflows/{workflowId}`

        Args:
            workflow_id: Which one.
            name: Its name.
            activation: What it is for.
            trigger: What sets it off.
            steps: All steps; those with an `id` are kept. Steps of an answer will do, but a verified address or number
                has to be said again.
        """
        return await self._update(workflow_id, name=name, activation=activation, trigger=trigger, steps=steps)


class RoutingFormWorkflows(_Workflows[M]):
    """Messages that follow from answers to the routing forms of an organization's team; access as `Workflows`."""

    _many, _one = "/workflows/routing-form", "/workflows/{workflowId}/routing-form"
    _activation, _trigger = NewRoutingFormActivation, NewRoutingFormTrigger

    @operation
    async def create(
        self,
        *,
        name: str,
        activation: RoutingFormActivationInput,
        trigger: RoutingFormTriggerInput,
        steps: Sequence[WorkflowStepInput],
    ) -> Workflow:
        """Make a workflow.

        `POST {team}/workflows/routing-form`

        Args:
            name: Its name.
            activation: `{"is_active_on_all_routing_forms": True}`, or False with `active_on_routing_form_ids`.
            trigger: `{"type": "formSubmitted"}`, or `formSubmittedNoEvent` with an `offset`.
            steps: What it does, as for event types; no WhatsApp, and no e-mail to the host.
        """
        return await self._create(name=name, activation=activation, trigger=trigger, steps=steps)

    @operation
    async def update(
        self,
        workflow_id: int,
        *,
        name: str | Unset = UNSET,
        activation: RoutingFormActivationInput | Unset = UNSET,
        trigger: RoutingFormTriggerInput | Unset = UNSET,
        steps: Sequence[WorkflowStepChange] | Unset = UNSET,
    ) -> Workflow:
        """Change what is given; arguments as for event types.

        `PATCH {team}/workflows/{workflowId}/routing-form`
        """
        return await self._update(workflow_id, name=name, activation=activation, trigger=trigger, steps=steps)


_ANSWER_ONLY = frozenset({"email", "phone", "pathId", "paths"})


def _sendable(step: Any) -> Any:
    """A step of an answer without what requests don't know."""
    if not isinstance(step, WorkflowStep):
        return step
    if step.action == "paths":
        return {"action": "paths", "id": step.id}
    return {k: v for k, v in step.to_dict().items() if k not in _ANSWER_ONLY and v is not None}


def _single(data: Any) -> Any:
    return data[0] if isinstance(data, list) and data else data
