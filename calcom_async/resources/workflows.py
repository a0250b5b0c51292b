"""Workflows: yours, and those of an organization's team, for event types or for routing forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from calcom_async.core.inputs import fields, part, parts
from calcom_async.core.records import Input
from calcom_async.core.unset import UNSET, Unset
from calcom_async.models.workflows import (
    NewRoutingFormActivation,
    NewStep,
    NewWorkflowActivation,
    NewWorkflowTrigger,
    Workflow,
    WorkflowActivationInput,
    WorkflowStep,
    WorkflowStepInput,
    WorkflowTriggerInput,
)
from calcom_async.resources.resource import Listing, Resource, operation, paginated

__all__ = ["RoutingFormWorkflows", "Workflows"]

M = TypeVar("M", covariant=True)


class Workflows(Resource[M]):
    """Messages that follow from bookings: yours (`cal.workflows`, not by OAuth), or those of an organization's team.

    For a team: team admin, OAuth scopes `TEAM_WORKFLOW_READ` and `TEAM_WORKFLOW_WRITE`.
    """

    _many: ClassVar[str] = "/workflows"
    _one: ClassVar[str] = "/workflows/{workflowId}"
    _activation: ClassVar[type[Input]] = NewWorkflowActivation

    @paginated
    def list(self, *, page_size: int = 250) -> Listing[Workflow]:
        """Every workflow of this kind.

        `GET {scope}/workflows`; of routing forms `GET {scope}/workflows/routing-form`.
        """
        return self._list(self._many, Workflow, page_size=page_size)

    @operation
    async def get(self, workflow_id: int) -> Workflow:
        """One workflow.

        `GET {scope}/workflows/{workflowId}`; of routing forms `GET {scope}/workflows/{workflowId}/routing-form`. The
        document says a list, servers answer an object.
        """
        return await self._get(self._one, workflow_id, into=Workflow, find=_single)

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

        `POST {scope}/workflows`; of routing forms `POST {scope}/workflows/routing-form`.

        Args:
            name: Its name.
            activation: What it is for: `{"is_active_on_all_event_types": True}`, or False with
                `active_on_event_type_ids`; routing forms: `is_active_on_all_routing_forms`,
                `active_on_routing_form_ids`.
            trigger: What sets it off: `{"type": "beforeEvent", "offset": {"value": 24, "unit": "hour"}}`. Servers keep
                some types as `beforeEvent`.
            steps: What it does: `[{"action": "email_host", "step_number": 1, "recipient": "const", "template":
                "reminder", "sender": "Cal", "message": {"subject": "…", "html": "…"}}]`; see `NewEmailStep` and
                `NewPhoneStep`.

        Raises:
            InvalidRequestError: a part is not what it should be.
        """
        body = self._body(name, activation, trigger, steps)
        return await self._post(self._many, body=body, into=Workflow, find=_single)

    @operation
    async def update(
        self,
        workflow_id: int,
        *,
        name: str | Unset = UNSET,
        activation: WorkflowActivationInput | Unset = UNSET,
        trigger: WorkflowTriggerInput | Unset = UNSET,
        steps: Sequence[WorkflowStepInput] | Unset = UNSET,
    ) -> Workflow:
        """Change what is given. Without `trigger` servers reset its offset to an hour: pass it along.

        `PATCH {scope}/workflows/{workflowId}`; of routing forms `PATCH {scope}/workflows/{workflowId}/routing-form`.

        Args:
            workflow_id: Which one.
            name: Its name.
            activation: What it is for.
            trigger: What sets it off.
            steps: All steps; with `id` those to keep. A step of an answer keeps all but its verified address or
                number, which has to be said again.
        """
        body = self._body(name, activation, trigger, steps)
        return await self._patch(self._one, workflow_id, body=body, into=Workflow, find=_single)

    @operation
    async def delete(self, workflow_id: int) -> None:
        """Delete a workflow.

        `DELETE {scope}/workflows/{workflowId}`; of routing forms `DELETE {scope}/workflows/{workflowId}/routing-form`.
        """
        await self._delete(self._one, workflow_id, into=None)

    def _body(self, name: Any, activation: Any, trigger: Any, steps: Any) -> dict[str, Any]:
        known = [_sendable(step) for step in steps] if isinstance(steps, list | tuple) else steps
        return fields(
            name=name,
            activation=part(self._activation, activation, "activation"),
            trigger=part(NewWorkflowTrigger, trigger, "trigger"),
            steps=parts(NewStep, known, "steps"),
        )


class RoutingFormWorkflows(Workflows[M]):
    """Messages that follow from answers to the routing forms of an organization's team."""

    _many = "/workflows/routing-form"
    _one = "/workflows/{workflowId}/routing-form"
    _activation = NewRoutingFormActivation


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
