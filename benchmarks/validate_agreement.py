"""How often `dtmodels validate` calls a package as the real darktable did.

darktable 5.6.0 was fed toy packages, and what it did with each was written down: `verdicts.json`, beside the
packages, in `../shared/data/darktable-verdicts` (not part of the repository). A verdict of `runs` without a remark
is a package its user would be happy with; everything else has to be an error here.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dtbase.terminal.console import Console
from dtmodels.findings.check_report import CheckReport
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.validate import validate_package

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "darktable-verdicts"
DISPUTED = {
    "m-enc512": "said to run, but darktable passes 1024 x 1024 to its 512 x 512 encoder, and ONNX Runtime 1.24.4 "
    "itself, the one darktable had, refuses that call",
    "m-dynHW": "marked as a risk for its symbolic mask size; m-dynM, m-dynall and m-tdyn-M3-static3 declare the same "
    "or more symbols and are not. It runs, so it is a warning here",
    "m-tdyn-M1": "marked as a risk for its symbolic mask count; m-tdyn-1024 and m-tdyn-2out declare the same and are "
    "not. It runs, so it is a warning here",
}
"""Verdicts that contradict another verdict or a measurement; counted as disagreements all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One package: what darktable did and what validate says."""

    name: str
    outcome: str
    good: bool
    """Whether darktable's user would be happy with it."""
    report: CheckReport

    @property
    def agreed(self) -> bool:
        """Whether validate calls it as darktable did."""
        return self.report.ok == self.good


def call_all(data: Path = DATA) -> list[Called]:
    """Validate every package that has a verdict."""
    verdicts: Mapping[str, Mapping[str, str]] = json.loads((data / "verdicts.json").read_text())
    with Runtime() as runtime:
        return [
            Called(
                name=name,
                outcome=verdict["outcome"] + (", with a remark" if verdict.get("silent") else ""),
                good=verdict["outcome"] == "runs" and not verdict.get("silent"),
                report=validate_package(data / f"{name}.dtmodel", runtime),
            )
            for name, verdict in verdicts.items()
        ]


def main() -> int:
    """Print the agreement; 1 when a disagreement is not among the disputed verdicts, or none of those any more."""
    console = Console()
    if not DATA.is_dir():
        console.note(f"{DATA} is absent, so there is nothing to compare with")
        return 0
    called = call_all()
    apart = {one.name for one in called if not one.agreed}
    outcomes = Counter(one.outcome for one in called)
    rows = [_row(outcome, [one for one in called if one.outcome == outcome]) for outcome in sorted(outcomes)]
    console.table(["darktable", "packages", "called right", "disagreements"], [*rows, _row("all", called)])
    for name in sorted(apart):
        console.say(f"{name}: {DISPUTED.get(name, 'not explained')}")
    console.say()
    _say_stricter(called, console)
    return 0 if apart == set(DISPUTED) else 1


def _row(outcome: str, called: list[Called]) -> list[str]:
    apart = [one.name for one in called if not one.agreed]
    return [outcome, str(len(called)), str(len(called) - len(apart)), ", ".join(apart)]


def _say_stricter(called: list[Called], console: Console) -> None:
    """The rules that refuse what darktable runs, with the reason each of them gives."""
    found = Counter((problem.code, problem.reason) for one in called for problem in one.report.errors if problem.reason)
    rows = [[code, str(count), reason] for (code, reason), count in sorted(found.items())]
    console.table(["stricter than darktable", "packages", "because"], rows)


if __name__ == "__main__":
    sys.exit(main())
