"""Steps from a module's file to a released proxy: their commands, their state, and a run of those that are missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.find import find
from dtproxies.evaluation.code_digest import code_digest
from dtproxies.evaluation.documents import CARD, REPORT
from dtproxies.evaluation.stored_results import is_current, read_stored
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weight_files import WEIGHTS

GOLDEN_PAIRS, GOLDEN_STATISTICS = "golden.safetensors", "golden.json"
DONE, TO_DO = "done", "to do"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; `finished` inspects the files, so that a run resumes where the last one ended."""

    title: str
    commands: tuple[tuple[str, ...], ...]
    """Commands in order, each `dtproxies` or `dtmodels` with its arguments."""
    finished: Callable[[], bool]
    renders: bool = False
    """True if the step needs darktable."""


def steps(name: str, root: Path, images: Path) -> list[Step]:
    """Return the steps for the module `name`, in order.

    Raises:
        WrongUsage: there is no file `modules/<name>.py`.
    """
    load_definition(name)
    model, directory = f"proxy-{name}", root / "models" / f"proxy-{name}"
    weights = directory / WEIGHTS

    def evaluated() -> bool:
        stored = read_stored(directory)
        if not stored or not weights.is_file() or not (directory / REPORT).is_file():
            return False
        same = {"darktable": stored.darktable, "pairs": stored.evaluation.pairs}
        return is_current(stored, directory, code=code_digest(name), **same)  # type: ignore[arg-type]

    def documented() -> bool:
        command = (sys.executable, "-m", "dtmodels", "docs", "--check")
        return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 0

    out, photographs = ("--out", str(directory)), ("--images", str(images))
    golden = ("--out", str(directory / GOLDEN_PAIRS))
    return [
        Step(
            title="train the proxy",
            commands=(("dtproxies", "train", name, *out, *photographs),),
            finished=weights.is_file,
            renders=True,
        ),
        Step(
            title="render the golden file",
            commands=(("dtproxies", "golden", name, *golden, *photographs),),
            finished=(directory / GOLDEN_PAIRS).is_file,
            renders=True,
        ),
        Step(
            title="write the card",
            commands=(("dtmodels", "new", model, "--task", "proxy"),),
            finished=(directory / CARD).is_file,
        ),
        Step(
            title="evaluate, and write results and report",
            commands=(("dtproxies", "evaluate", name, "--weights", str(weights), "--write", *photographs),),
            finished=evaluated,
            renders=True,
        ),
        Step(
            title="pin the output statistics",
            commands=(("dtmodels", "convert", model), ("dtmodels", "validate", "--pin", model)),
            finished=(directory / GOLDEN_STATISTICS).is_file,
        ),
        Step(title="write the generated pages", commands=(("dtmodels", "docs"),), finished=documented),
    ]


def states(planned: list[Step]) -> Iterator[tuple[Step, str]]:
    """Yield each step with its state: done, to do, or blocked with the reason."""
    missing = 0
    for number, step in enumerate(planned, 1):
        if missing:
            yield step, f"blocked: step {missing} comes first"
            continue
        if step.finished():
            yield step, DONE
            continue
        missing = number
        reason = _no_darktable() if step.renders else ""
        yield step, f"blocked: {reason}" if reason else TO_DO


def print_steps(console: Console, name: str, root: Path, *, images: Path) -> None:
    """Print the numbered steps with commands and states.

    Raises:
        WrongUsage: as in `steps`.
    """
    for number, (step, state) in enumerate(states(steps(name, root, images)), 1):
        console.say(f"{number}. {step.title}: {state}")
        for command in step.commands:
            console.say(f"   {' '.join(command)}")


def run_steps(console: Console, name: str, root: Path, *, images: Path) -> None:
    """Run the steps that are not done, in order, each command in a subprocess.

    Raises:
        WrongUsage: as in `steps`.
        Failure: a step is blocked, a command failed, or it ended without doing its step.
    """
    planned = steps(name, root, images)
    for number, step in enumerate(planned, 1):
        if step.finished():
            continue
        if step.renders and (reason := _no_darktable()):
            raise Failure(f"step {number} ({step.title}) is blocked: {reason}", fix="dtproxies doctor --install")
        for command in step.commands:
            console.note(f"step {number} of {len(planned)}: {' '.join(command)}")
            code = subprocess.run((sys.executable, "-m", *command), cwd=root, check=False).returncode
            if code:
                what = f"step {number} ({step.title}) failed: exit code {code} of `{' '.join(command)}`"
                raise Failure(what, fix=f"resolve the error above, then run `dtproxies add {name} --run` again")
        if not step.finished():
            what = f"step {number} ({step.title}) ended without error, but is not done"
            raise Failure(what, fix=f"run `{' '.join(step.commands[-1])}` and check its output")


def _no_darktable() -> str:
    try:
        find()
    except Failure as exc:
        return exc.what
    return ""
