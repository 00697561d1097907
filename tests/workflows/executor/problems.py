"""What can be wrong with a workflow, beside a step that fails."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """GitHub would not start this run: the workflow is not valid, or asks for more than it may."""


class NotImplementedHere(Exception):
    """The workflow uses what the executor does not imitate: it says so, it never guesses."""


class StepFailed(Exception):
    """An action or a command ended badly; the text is the error a person would read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentMisconfiguration:
    """What GitHub lets pass in silence and is a mistake wherever it is seen.

    An output nobody sets reads as an empty text, and so does a variable; artefacts that no `needs` orders are a race.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
