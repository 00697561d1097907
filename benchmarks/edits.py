"""Run real edits of photographs as replicas, and compare each with darktable-cli's export of the same file.

    .venv/bin/python -m benchmarks.edits --edits DIRECTORY --photograph RAW [--write] [--results FILE]

DIRECTORY holds a directory for each owner of edits, with sidecars and styles. Every edit is counted once, and also
balanced, where each owner weighs the same. An edit is *right* from 45 dB PSNR on. It is *differentiable* if proxies run
all its modules. The last table counts why darktable had to run modules: the greedy order of what to add, each reason
with the number of edits that no other reason holds back.

Results are appended to a file as they come; a second run takes from there what it has.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks._page import Table, write_tables
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtproxies.darktable.edit_reader import SUFFIXES, read_edit
from dtproxies.darktable.export import export
from dtproxies.darktable.find import Darktable, find
from dtproxies.darktable.introspection import orders
from dtproxies.darktable.sidecar_writer import edit_sidecar
from dtproxies.replica.command import compare_with_export
from dtproxies.replica.open_replica import open_replica
from dtproxies.replica.plan import PlannedStep, ProxyLayouts, proxy_layouts

MODELS = Path("models")
EDITS, PHOTOGRAPH = Path("../shared/data/edits"), Path("../shared/data/DSC_1339_768x512.dng")
RESULTS = Path("output/edits.jsonl")
RIGHT = 45.0
"""PSNR in dB from which an image counts as darktable's."""
IDLE = ("finalscale",)
"""Modules that change nothing at full size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditResult:
    """Result of one edit."""

    owner: str
    edit: str
    error: str = ""
    """Reason why it was refused; empty if it ran."""
    psnr: float = 0.0
    levels: int = 0
    reasons: tuple[str, ...] = ()
    """What no proxy could run, by module and cause."""
    seconds: float = 0.0
    """CPU seconds of the replica."""
    darktable_seconds: float = 0.0
    """CPU seconds of darktable-cli's export."""

    @property
    def right(self) -> bool:
        """True if the image is darktable's."""
        return not self.error and self.psnr >= RIGHT

    @property
    def differentiable(self) -> bool:
        """True if proxies ran everything, and the image is right."""
        return self.right and not self.reasons


def main(arguments: Sequence[str] = ()) -> int:
    """Run all edits and print the tables; return 1 if fewer than 97 % are right."""
    parser = argparse.ArgumentParser(prog="benchmarks.edits")
    parser.add_argument("--edits", type=Path, default=EDITS, help="directory with a directory for each owner")
    parser.add_argument("--photograph", type=Path, default=PHOTOGRAPH, help="raw file that all edits are applied to")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file of results, which is continued")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/proxy-benchmarks.md")
    options = parser.parse_args(arguments)
    files = sorted(file for file in options.edits.rglob("*") if file.suffix in SUFFIXES)
    if not files:
        print(f"skipped: there are no edits in {options.edits}; pass --edits DIRECTORY --photograph RAW")
        return 0
    results = run_all(files, options.edits, options.photograph, options.results)
    tables = [summary(results), next_steps(results)]
    console = Console()
    for columns, rows in tables:
        console.table(columns, rows)
    if options.write:
        write_tables("edits", tables, f"{len(results)} edits of {len({one.owner for one in results})} owners.")
    return int(np.mean([one.right for one in results]) < 0.97)


def run_all(files: Sequence[Path], root: Path, photograph: Path, stored: Path) -> list[EditResult]:
    """Run the edits that have no stored result yet."""
    lines = stored.read_text().splitlines() if stored.is_file() else []
    known = {(one.owner, one.edit): one for one in (_read(line) for line in lines)}
    darktable = find()
    layouts = proxy_layouts(darktable, MODELS)
    stored.parent.mkdir(parents=True, exist_ok=True)
    results = []
    with stored.open("a") as log, Console().progress("edits", len(files)) as advance:
        for file in files:
            key = (file.relative_to(root).parts[0], file.name)
            if key not in known:
                known[key] = _run(darktable, layouts, photograph, file, key[0])
                log.write(json.dumps(asdict(known[key])) + "\n")
                log.flush()
            results.append(known[key])
            advance(1)
    return results


def summary(results: Sequence[EditResult]) -> Table:
    """Return the shares of edits that ran, and the accuracy, by owner and over all."""
    owners: dict[str, list[EditResult]] = defaultdict(list)
    for one in results:
        owners[one.owner].append(one)
    rows = [[owner, *_row(some)] for owner, some in sorted(owners.items())]
    balanced = [
        f"{np.mean([np.mean([measure(one) for one in some]) for some in owners.values()]):.1%}"
        for measure in (lambda one: not one.error, lambda one: one.right, lambda one: one.differentiable)
    ]
    rows += [["all, each once", *_row(results)], ["all, balanced", str(len(results)), *balanced, *[""] * 5]]
    columns = ["owner", "edits", "ran", "right", "differentiable", "median (dB)", "p5", "worst", "levels", "CPU ratio"]
    return columns, rows


def next_steps(results: Sequence[EditResult]) -> Table:
    """Return what to add next, greedily: each time the reason that makes most edits differentiable."""
    open_edits = [set(one.reasons) for one in results if one.right and one.reasons]
    everywhere = Counter(reason for reasons in open_edits for reason in reasons)
    rows, done = [], sum(one.differentiable for one in results)
    while open_edits and len(rows) < 25:
        counts = Counter(reason for reasons in open_edits for reason in reasons)
        alone = Counter(next(iter(reasons)) for reasons in open_edits if len(reasons) == 1)
        best = max(counts, key=lambda reason: (alone[reason], counts[reason], reason))
        open_edits = [rest for reasons in open_edits if (rest := reasons - {best})]
        done = sum(one.right for one in results) - len(open_edits)
        rows.append([best, str(everywhere[best]), f"{done / len(results):.1%}"])
    return ["add", "edits that need it", "differentiable then"], rows


def _row(results: Sequence[EditResult]) -> list[str]:
    measures: Sequence[Callable[[EditResult], bool]] = (
        lambda one: not one.error,
        lambda one: one.right,
        lambda one: one.differentiable,
    )
    shares = [f"{np.mean([measure(one) for one in results]):.1%}" for measure in measures]
    ran = [one for one in results if not one.error]
    if not ran:
        return [str(len(results)), *shares, *["-"] * 5]
    levels = [one.psnr for one in ran]
    ratio = np.median([one.seconds / one.darktable_seconds for one in ran])
    figures = [np.median(levels), np.percentile(levels, 5), min(levels)]
    worst = max(one.levels for one in ran)
    return [str(len(results)), *shares, *(f"{one:.1f}" for one in figures), str(worst), f"{ratio:.1f}"]


def _run(darktable: Darktable, layouts: ProxyLayouts, photograph: Path, file: Path, owner: str) -> EditResult:
    try:
        edit = read_edit(file)
        before = _cpu_seconds()
        with open_replica(darktable, edit, photograph, layouts=layouts, models=MODELS) as replica:
            pixels, steps = replica.run(), replica.steps
        between = _cpu_seconds()
        exported = export(darktable, photograph, edit_sidecar(edit, orders(darktable)))
    except Failure as exc:
        return EditResult(owner=owner, edit=file.name, error=str(exc))
    accuracy = compare_with_export(pixels, exported)
    return EditResult(
        owner=owner,
        edit=file.name,
        psnr=accuracy.psnr,
        levels=accuracy.levels,
        reasons=tuple(sorted({_reason(one) for one in steps if not one.runnable and one.step.module not in IDLE})),
        seconds=between - before,
        darktable_seconds=_cpu_seconds() - between,
    )


def _reason(one: PlannedStep) -> str:
    """Shorten a reason to the module and its cause, without values."""
    names = [part.split(" at ")[0] for part in one.reason.removeprefix("its proxy does not support ").split(", ")]
    cause = ", ".join(sorted(set(names))) if " (fixed at " in one.reason else one.reason
    return f"{one.step.module}: {cause}"


def _cpu_seconds() -> float:
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def _read(line: str) -> EditResult:
    content: Mapping[str, object] = json.loads(line)
    return EditResult(**{**content, "reasons": tuple(content["reasons"])})  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
