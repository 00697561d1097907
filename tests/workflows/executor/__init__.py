"""Executor of GitHub workflows on this machine, without GitHub.

The parser and the evaluator of expressions are GitHub's own npm packages. The other parts are modules of this package:

* `triggers`: events that start a workflow; `workflow_jobs`, `engine` and `matrix`: order of jobs;
* `calls`: reusable workflows; `permissions`: permissions of tokens;
* `jobs`, `steps`, `composite`, `shell`, `sandbox`: execution of steps, without a network;
* `file_commands`, `log_commands`, `artifacts`: values and files that steps and jobs exchange;
* `concurrency`: runs that wait for each other, without executing them;
* `actions/`: fakes of marketplace actions.

A workflow that GitHub rejects raises `WorkflowRejected` or fails a step. A mistake that GitHub accepts is recorded as a
`SilentMisconfiguration` of the run. Anything that is not simulated raises `NotImplementedHere`.

Not tested here: Sigstore, the artefact and cache services, the contents of the runner's image, environments with
reviewers, and rules for branches and tags.
"""

from tests.workflows.executor.evaluator import Evaluator
from tests.workflows.executor.events import Event
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import GitHubState
from tests.workflows.executor.pins import Pins
from tests.workflows.executor.problems import NotImplementedHere, SilentMisconfiguration, WorkflowRejected
from tests.workflows.executor.results import Run
from tests.workflows.executor.runs import run_workflow, trigger
from tests.workflows.executor.sandbox import Network

__all__ = [
    "Evaluator", "Event", "Fault", "GitHubState", "Network", "NotImplementedHere", "Pins", "Run",
    "SilentMisconfiguration", "WorkflowRejected", "run_workflow", "trigger",
]  # fmt: skip
