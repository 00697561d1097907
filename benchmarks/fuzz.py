"""Lint mutated cards by the hundred thousand: no bug, no card above two seconds or 256 MB, always the same order.

`python -m benchmarks.fuzz [COUNT [FIRST]]`; every card is linted and reported in four formats, every tenth one twice,
every fiftieth one fixed with all autofixes. A card that fails is printed as its number, from which
`benchmarks._mutations` makes it again.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._mutations import mutated, seeds
from dtbase.terminal.console import Console
from dtmodels.lint.engine import lint
from dtmodels.lint.fixes import apply_fixes
from dtmodels.lint.lint_report import LintReport, render

ROOT = Path(__file__).resolve().parent.parent
COUNT = 100_000
PROCESSES = 2
MOST_SECONDS = 2.0
MOST_MB = 256.0


@dataclass
class Tally:
    """Results of one process."""

    cards: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_card: int = -1
    megabytes: float = 0.0
    failed: list[str] = field(default_factory=list)


def main(count: int = COUNT, first: int = 0) -> int:
    """Print how many cards were linted, their highest cost, and every failure."""
    started = time.monotonic()
    parts = [range(first + part, first + count, PROCESSES) for part in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        tallies = pool.map(run, parts)
    rules = sum((tally.findings for tally in tallies), Counter[str]())
    worst = max(tallies, key=lambda tally: tally.slowest)
    rows = [
        ["cards", str(sum(tally.cards for tally in tallies))],
        ["findings", f"{rules.total()} of {len(rules)} rules"],
        ["slowest card", f"{worst.slowest:.2f} s (number {worst.slowest_card})"],
        ["largest process", f"{max(tally.megabytes for tally in tallies):.0f} MB"],
        ["failed", str(sum(len(tally.failed) for tally in tallies))],
        ["minutes", f"{(time.monotonic() - started) / 60:.1f}"],
    ]
    Console().table(["fuzzing", ""], rows)
    failed = [line for tally in tallies for line in tally.failed]
    for line in failed[:20]:
        Console().say(line)
    return int(bool(failed))


def run(numbers: range) -> Tally:
    """Lint the mutated cards with these numbers."""
    texts = seeds(ROOT)
    tally = Tally()
    with tempfile.TemporaryDirectory() as directory:
        card = Path(directory) / "models" / "toy-model" / "card.yaml"
        card.parent.mkdir(parents=True)
        for number in numbers:
            card.write_bytes(mutated(number, texts))
            _check(Path(directory), number, tally)
    tally.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if tally.megabytes > MOST_MB:
        tally.failed.append(f"a process took {tally.megabytes:.0f} MB")
    return tally


def _check(root: Path, number: int, tally: Tally) -> None:
    started = time.perf_counter()
    try:
        findings = lint(root)
        took = time.perf_counter() - started
        for form in ("text", "json", "github", "markdown"):
            render(LintReport(findings=findings, root=root), form)
        if number % 10 == 0 and lint(root) != findings:
            tally.failed.append(f"{number}: another order or other findings the second time")
        if number % 50 == 0:
            apply_fixes(root, lambda: lint(root), unsafe=True)
    except Exception:
        tally.failed.append(f"{number}: {traceback.format_exc(limit=-3)}")
        return
    tally.cards += 1
    tally.findings.update(finding.rule for finding in findings)
    if took > tally.slowest:
        tally.slowest, tally.slowest_card = took, number
    if took > MOST_SECONDS:
        tally.failed.append(f"{number}: took {took:.1f} s")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
