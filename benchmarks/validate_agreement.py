"""Agreement of `dtmodels validate` with the real darktable on toy packages.

The behaviour of darktable 5.6.0 for each package was recorded in `verdicts.json`, next to the packages, in
`../shared/data/darktable-verdicts` (not part of the repository). A verdict of `runs` without a remark is a package that
works; `validate` must report an error for all others.
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
    "m-enc512": "recorded as running, but darktable passes 1024 x 1024 to its 512 x 512 encoder. Driven again, the "
    "real darktable failed that call, as validate says",
    "m-dynHW": "marked as a risk for its symbolic mask size; m-dynM, m-dynall and m-tdyn-M3-static3 declare the same "
    "or more symbols and are not. It runs, so it is a warning here",
    "m-tdyn-M1": "marked as a risk for its symbolic mask count; m-tdyn-1024 and m-tdyn-2out declare the same and are "
    "not. It runs, so it is a warning here",
}
"""Verdicts that contradict another verdict or a measurement; they still count as disagreements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One package: darktable's verdict and the report of validate."""

    name: str
    outcome: str
    works: bool
    """True if darktable runs it without a remark."""
    report: CheckReport

    @property
    def agrees(self) -> bool:
        """True if validate and darktable 5.6.0 agree."""
        return (self.report.ok and not self.report.facts.newer) == self.works


def compare_all(data: Path = DATA) -> list[Comparison]:
    """Validate every package that has a verdict."""
    verdicts: Mapping[str, Mapping[str, str]] = json.loads((data / "verdicts.json").read_text())
    with Runtime() as runtime:
        return [
            Comparison(
                name=name,
                outcome=verdict["outcome"] + (", with a remark" if verdict.get("silent") else ""),
                works=verdict["outcome"] == "runs" and not verdict.get("silent"),
                report=validate_package(data / f"{name}.dtmodel", runtime),
            )
            for name, verdict in verdicts.items()
        ]


def main() -> int:
    """Print the agreement; return 1 unless the disagreements are exactly the disputed verdicts."""
    console = Console()
    if not DATA.is_dir():
        console.note(f"{DATA} is missing, so there is nothing to compare with")
        return 0
    compared = compare_all()
    disagreements = {one.name for one in compared if not one.agrees}
    outcomes = Counter(one.outcome for one in compared)
    rows = [_row(outcome, [one for one in compared if one.outcome == outcome]) for outcome in sorted(outcomes)]
    console.table(["darktable", "packages", "agreed", "disagreements"], [*rows, _row("all", compared)])
    for name in sorted(disagreements):
        console.say(f"{name}: {DISPUTED.get(name, 'not explained')}")
    console.say()
    _print_stricter(compared, console)
    return 0 if disagreements == set(DISPUTED) else 1


def _row(outcome: str, compared: list[Comparison]) -> list[str]:
    disagreements = [one.name for one in compared if not one.agrees]
    return [outcome, str(len(compared)), str(len(compared) - len(disagreements)), ", ".join(disagreements)]


def _print_stricter(compared: list[Comparison], console: Console) -> None:
    """Print the rules that reject packages that darktable runs, with their reasons."""
    counts = Counter(
        (problem.code, problem.reason) for one in compared for problem in one.report.errors if problem.reason
    )
    rows = [[code, str(count), reason] for (code, reason), count in sorted(counts.items())]
    console.table(["stricter than darktable", "packages", "because"], rows)


if __name__ == "__main__":
    sys.exit(main())
