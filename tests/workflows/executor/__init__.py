"""Runs GitHub workflows on this machine, as far as they can be run without GitHub.

The parser and the evaluator of expressions are GitHub's own, from npm; everything around them is here, one file a
question: `triggers` (does this event start it?), `levels` and `engine` (which job, when?), `calls` (reusable
workflows), `rights` (what may the token do?), `matrix`, `jobs`, `steps`, `composite`, `shell`, `file_commands` and
`log_commands` (what does a step hand on?), `artifacts`, `actions/` (stand-ins of the marketplace's), `sandbox` (no
network). What GitHub would refuse raises `Refused` or fails the step. What it would let pass, but is a mistake wherever
it is seen, is a `SilentMisconfiguration` of the run. What is not imitated raises `NotImplementedHere`: nothing is
guessed.

What cannot be shown here: that Sigstore signs, that the artefact and cache services behave, what the runner's image
holds, environments with their reviewers, rules for branches and tags, and that concurrency groups keep runs apart.
"""

from tests.workflows.executor.evaluator import Evaluator
from tests.workflows.executor.events import Event
from tests.workflows.executor.faults import Fault
from tests.workflows.executor.github_state import World
from tests.workflows.executor.pins import Pins
from tests.workflows.executor.problems import NotImplementedHere, Refused, SilentMisconfiguration
from tests.workflows.executor.results import Run
from tests.workflows.executor.runs import happens, run_workflow
from tests.workflows.executor.sandbox import Network

__all__ = [
    "Evaluator", "Event", "Fault", "Network", "NotImplementedHere", "Pins", "Refused", "Run",
    "SilentMisconfiguration", "World", "happens", "run_workflow",
]  # fmt: skip
