"""Actions of the marketplace: found by their file in `actions/`, held to the lock file, given what they need."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from types import ModuleType

from tests.workflows.executor import actions
from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import NotImplementedHere
from tests.workflows.executor.step_context import Frame


def stand_in(action: str) -> ModuleType:
    """The module that stands for an action.

    Raises:
        NotImplementedHere: nobody wrote one.
    """
    name = re.sub(r"\W+", "_", action)
    try:
        return importlib.import_module(f"{actions.__name__}.{name}")
    except ModuleNotFoundError as error:
        raise NotImplementedHere(f"{action} has no stand-in: write executor/actions/{name}.py") from error


def call(frame: Frame, uses: str, given: Mapping[str, str]) -> Call:
    """A call of an action, after its pin and its inputs were checked.

    Raises:
        StepFailed: another commit than the lock file says, or inputs the action does not take.
    """
    machine = frame.machine
    pin = machine.world.pins.check(uses, set(given))
    module = stand_in(pin.action)
    made = Call(
        inputs={**module.DEFAULTS, **given},
        world=machine.world,
        run=machine.run,
        event=machine.run.event,
        workflow=machine.workflow,
        key=machine.job.key,
        rights=machine.job.rights,
        token=machine.token,
        workspace=machine.workspace,
        tools=machine.directory / "tools",
        before=machine.before,
        github=frame.contexts["github"],
    )
    for scope, level in module.RIGHTS.items():
        made.need(scope, level)
    return made


def run(uses: str, made: Call) -> dict[str, str]:
    """Do what the action does."""
    outputs: dict[str, str] = stand_in(uses.partition("@")[0]).run(made)
    return outputs
