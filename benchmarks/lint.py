"""Speed of `dtmodels lint` with all rules, compared with check-jsonschema on the same files in the same run.

check-jsonschema is taken from this environment, from PATH, or from a temporary environment made for the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks._cards import card, write_repository
from dtbase.terminal.console import Console

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema" / "card-v1.schema.json"
SIZES = (1_000, 10_000)
_PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_maxrss, used.ru_utime + used.ru_stime)
"""


def main() -> int:
    """Print seconds, ratio and memory for one card (best of seven) and for many; no card has a finding."""
    console = Console()
    with tempfile.TemporaryDirectory() as directory:
        other = _check_jsonschema(Path(directory))
        rows = _one_card(Path(directory), other)
        for count in SIZES:
            rows.append(_many(Path(directory), count, other if count == SIZES[0] else None))
    title = f"cards of {len(card(7).splitlines())} lines; {os.cpu_count()} cores"
    columns = ["cards", "dtmodels lint s", "check-jsonschema s", "ratio", "lint MB", "lint CPU ms/card"]
    console.table(columns, rows, title=title)
    return 0


def _one_card(directory: Path, other: list[str]) -> list[list[str]]:
    root = directory / "one"
    (path,) = write_repository(root, 1)
    ours = min(_run(_lint(root)).seconds for _ in range(7))
    theirs = min(_run([*other, str(path)]).seconds for _ in range(7))
    megabytes = f"{_run(_lint(root)).megabytes:.0f}"
    return [["1 (cold)", f"{ours:.2f}", f"{theirs:.2f}", f"{theirs / ours:.1f}", megabytes, ""]]


def _many(directory: Path, count: int, other: list[str] | None) -> list[str]:
    root = directory / str(count)
    cards = write_repository(root, count)
    ours = _run(_lint(root))
    theirs = _run([*other, *map(str, cards)]).seconds if other else 0.0
    said = (f"{theirs:.1f}", f"{theirs / ours.seconds:.1f}") if theirs else ("", "")
    return [str(count), f"{ours.seconds:.1f}", *said, f"{ours.megabytes:.0f}", f"{1000 * ours.cpu / count:.1f}"]


def _lint(root: Path) -> list[str]:
    return [sys.executable, "-m", "dtmodels", "--root", str(root), "lint"]


@dataclass(frozen=True, slots=True)
class _Cost:
    seconds: float
    megabytes: float
    cpu: float
    """CPU time, which does not depend on other load of the machine."""


def _run(command: list[str]) -> _Cost:
    """Wall time, CPU time and peak memory of a command that must succeed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    measured = [sys.executable, "-c", _PEAK, *command]
    started = time.perf_counter()
    done = subprocess.run(measured, capture_output=True, text=True, check=True, env=environment)
    took = time.perf_counter() - started
    code, peak, cpu = done.stdout.split()
    assert code == "0", command
    return _Cost(took, int(peak) / 1024, float(cpu))


def _check_jsonschema(directory: Path) -> list[str]:
    installed = Path(sys.executable).with_name("check-jsonschema")
    program = str(installed) if installed.is_file() else shutil.which("check-jsonschema")
    if not program:
        subprocess.run([sys.executable, "-m", "venv", str(directory / "venv")], check=True)
        pip = [str(directory / "venv" / "bin" / "pip"), "install", "--quiet", "check-jsonschema"]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        program = str(directory / "venv" / "bin" / "check-jsonschema")
    return [program, "--schemafile", str(SCHEMA)]


if __name__ == "__main__":
    sys.exit(main())
