"""Start-up time of interactive commands, compared with bare Python in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from dtbase.terminal.console import Console

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "dtmodels --help": [str(BIN / "dtmodels"), "--help"],
    "dtmodels list": [str(BIN / "dtmodels"), "list"],
    "dtmodels lint": [str(BIN / "dtmodels"), "lint"],
    "dtproxies --help": [str(BIN / "dtproxies"), "--help"],
    "make release, nothing changed": ["make", "release"],
}


def main() -> int:
    """Print the median of seven runs of each command; everything is built once before."""
    subprocess.run(["make", "release"], cwd=ROOT, check=True, capture_output=True)
    bare = seconds(COMMANDS["python -c pass"])
    rows = [[name, f"{(took := seconds(command)):.3f}", f"{took / bare:.1f}"] for name, command in COMMANDS.items()]
    Console().table(["command", "seconds", "of bare Python"], rows)
    return 0


def seconds(command: list[str]) -> float:
    """Median wall time of seven runs."""
    return statistics.median(_once(command) for _ in range(7))


def _once(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
