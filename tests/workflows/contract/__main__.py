"""`python -m tests.workflows.contract`: show what the workflows do differently from the contract, or `--write` it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.workflows.contract.compare import WRITE, differences
from tests.workflows.contract.describe import CONTRACT, contract_text

ROOT = Path(__file__).resolve().parents[3]


def main(arguments: list[str]) -> int:
    """Print the difference; 1 if there is one that was not written."""
    if arguments not in ([], ["--write"]):
        print("usage: python -m tests.workflows.contract [--write]", file=sys.stderr)
        return 2
    lines = differences(ROOT)
    print("\n".join(lines) if lines else f"the workflows do what {CONTRACT} states")
    if lines and arguments:
        (ROOT / CONTRACT).write_text(contract_text(ROOT), encoding="utf-8")
        print(f"written: {CONTRACT}")
    elif lines:
        print(f"if this is meant: {WRITE}")
    return int(bool(lines) and not arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
