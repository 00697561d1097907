"""Errors of workflows, and silent misconfigurations."""

from __future__ import annotations

from dataclasses import dataclass


class WorkflowRejected(Exception):
    """GitHub would not start this run: the workflow is invalid, or requests too many permissions."""


class NotImplementedHere(Exception):
    """The workflow uses a feature that the executor does not simulate."""


class StepFailed(Exception):
    """An action or a command failed; the text is the error message for the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentMisconfiguration:
    """A mistake that GitHub accepts silently.

    A missing output or variable is an empty string; artefacts without a `needs` between their jobs are a race.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
