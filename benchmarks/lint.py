"""How fast cards are linted with all rules, beside check-jsonschema with the same files and schema in the same run.

check-jsonschema is taken from this environment, from PATH, or from a throw-away environment made for the run.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._cards import card, write_repository
from dtbase.console import Console

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema" / "card-v1.schema.json"
SIZES = (1_000, 10_000)
_PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main() -> int:
    """Print seconds, the ratio and the memory for one card and for many; every card keeps every rule."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        other = _check_jsonschema(Path(folder))
        rows = _one_card(Path(folder), other)
        for count in SIZES:
            rows.append(_many(Path(folder), count, other if count == SIZES[0] else None))
    title = f"cards of {len(card(7).splitlines())} lines; {os.cpu_count()} processors"
    console.table(["cards", "dtmodels lint s", "check-jsonschema s", "ratio", "lint MB", "ms/card"], rows, title=title)
    return 0


def _one_card(folder: Path, other: list[str]) -> list[list[str]]:
    root = folder / "one"
    (path,) = write_repository(root, 1)
    ours = statistics.median(_run(_lint(root))[0] for _ in range(7))
    theirs = statistics.median(_run([*other, str(path)])[0] for _ in range(7))
    return [["1 (cold)", f"{ours:.2f}", f"{theirs:.2f}", f"{theirs / ours:.1f}", f"{_run(_lint(root))[1]:.0f}", ""]]


def _many(folder: Path, count: int, other: list[str] | None) -> list[str]:
    root = folder / str(count)
    cards = write_repository(root, count)
    ours, peak = _run(_lint(root))
    theirs = _run([*other, *map(str, cards)])[0] if other else None
    said = (f"{theirs:.1f}", f"{theirs / ours:.1f}") if theirs else ("", "")
    return [str(count), f"{ours:.1f}", *said, f"{peak:.0f}", f"{1000 * ours / count:.1f}"]


def _lint(root: Path) -> list[str]:
    return [sys.executable, "-m", "dtmodels", "--root", str(root), "lint"]


def _run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command that must succeed."""
    started = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *command], capture_output=True, text=True, check=True, env=environment
    )
    took = time.perf_counter() - started
    code, peak = done.stdout.split()
    assert code == "0", command
    return took, int(peak) / 1024


def _check_jsonschema(folder: Path) -> list[str]:
    beside = Path(sys.executable).with_name("check-jsonschema")
    program = str(beside) if beside.is_file() else shutil.which("check-jsonschema")
    if not program:
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        pip = [str(folder / "venv" / "bin" / "pip"), "install", "--quiet", "check-jsonschema"]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
        program = str(folder / "venv" / "bin" / "check-jsonschema")
    return [program, "--schemafile", str(SCHEMA)]


if __name__ == "__main__":
    sys.exit(main())
