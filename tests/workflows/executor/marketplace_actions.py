"""Calls of marketplace actions: fakes in `actions/`, checked against the lock file."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from types import ModuleType

from tests.workflows.executor import actions
from tests.workflows.executor.actions._call import Call
from tests.workflows.executor.problems import NotImplementedHere
from tests.workflows.executor.step_context import StepContext


def fake_action(action: str) -> ModuleType:
    """Import the fake of an action.

    Raises:
        NotImplementedHere: the action has no fake.
    """
    name = re.sub(r"\W+", "_", action)
    try:
        return importlib.import_module(f"{actions.__name__}.{name}")
    except ModuleNotFoundError as error:
        raise NotImplementedHere(f"{action} has no fake: write executor/actions/{name}.py") from error


def prepare(context: StepContext, uses: str, inputs: Mapping[str, str]) -> Call:
    """Check pin, inputs and permissions of an action, and return its arguments.

    Raises:
        StepFailed: the commit is not the one in the lock file, an input is unknown, or a permission is missing.
    """
    runner = context.runner
    pin = runner.github.pins.check(uses, set(inputs))
    module = fake_action(pin.action)
    call = Call(
        inputs={**module.DEFAULTS, **inputs},
        github=runner.github,
        run=runner.run,
        event=runner.run.event,
        workflow=runner.workflow,
        key=runner.job.key,
        permissions=runner.job.permissions,
        token=runner.token,
        workspace=runner.workspace,
        tools=runner.directory / "tools",
        before=runner.before,
        github_context=context.contexts["github"],
    )
    for scope, level in module.PERMISSIONS.items():
        call.require_permission(scope, level)
    return call


def run(uses: str, call: Call) -> dict[str, str]:
    """Run the fake of an action; return its outputs."""
    outputs: dict[str, str] = fake_action(uses.partition("@")[0]).run(call)
    return outputs
