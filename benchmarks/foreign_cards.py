"""Import mutated cards of other collections: each becomes a readable card or one error, within two seconds.

`python -m benchmarks.foreign_cards [COUNT [FILE...]]`; the files are those of the tests, or yours. Every tenth card is
linted, too. A file that fails is printed as its number, from which `benchmarks._mutations` makes it again.
"""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from benchmarks._mutations import mutated
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels.card.reader import parse_card_text
from dtmodels.importing.import_card import import_card
from dtmodels.lint.engine import lint

EXAMPLES = Path(__file__).resolve().parent.parent / "tests" / "dtmodels" / "importing" / "formats"
COUNT = 2_000
MOST_SECONDS = 2.0


def main(count: int = COUNT, *files: str) -> int:
    """Print how many files became cards, how many were refused, and every failure."""
    paths = [Path(file) for file in files]
    paths = paths or sorted([*EXAMPLES.glob("upstream/*.yaml"), *EXAMPLES.glob("examples/*")])
    results: Counter[str] = Counter()
    failed: list[str] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory() as directory:
        for number in range(count):
            path = paths[number % len(paths)]
            file = Path(directory) / path.name
            file.write_bytes(mutated(number, [path.read_text()]))
            started = time.perf_counter()
            try:
                results[_result(file, number)] += 1
            except Exception:
                failed.append(f"{number} of {path.name}: {traceback.format_exc(limit=-3)}")
            took = time.perf_counter() - started
            slowest = max(slowest, took)
            failed += [f"{number} of {path.name}: took {took:.1f} s"] if took > MOST_SECONDS else []
    rows = [*([name, str(results[name])] for name in sorted(results)), ["slowest", f"{slowest:.2f} s"]]
    Console().table([f"{count} mutations of {len(paths)} files", ""], [*rows, ["failed", str(len(failed))]])
    for line in failed[:20]:
        Console().say(line)
    return int(bool(failed))


def _result(file: Path, number: int) -> str:
    try:
        text = import_card(file).text
    except Failure as exc:
        if not exc.fix or "\n" in exc.what:
            raise ValueError(f"no clear error: {exc}") from exc
        return "refused with one error"
    if parse_card_text(file, text).root is None:
        raise ValueError("the card cannot be read")
    if number % 10 == 0:
        card = file.parent / "models" / "toy-model" / "card.yaml"
        card.parent.mkdir(parents=True, exist_ok=True)
        card.write_text(text)
        lint(file.parent)
    return "imported as a card"


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:2]), *sys.argv[2:]))
