"""Console output: progress bars on a terminal, plain lines in a log, and tables."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO


@dataclass(frozen=True)
class Console:
    """Output streams of a command: results go to `out`, progress and remarks to `remarks`."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    remarks: TextIO = field(default_factory=lambda: sys.stderr)
    quiet: bool = False

    def say(self, text: str = "") -> None:
        """Print one line of a result."""
        print(text, file=self.out, flush=True)

    def note(self, text: str) -> None:
        """Print one remark about the progress, unless quiet."""
        if not self.quiet:
            print(text, file=self.remarks, flush=True)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
        """Print an aligned table as wide as its content; columns of numbers are right-aligned."""
        if title:
            self.say(title)
        widths = [max(len(row[i]) for row in [list(columns), *rows]) for i in range(len(columns))]
        numeric = [bool(rows) and all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
        for row in [list(columns), ["-" * width for width in widths], *rows]:
            cells = (
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, numeric, strict=True)
            )
            self.say("  ".join(cells).rstrip())

    @contextmanager
    def progress(self, what: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        """Show the progress of a long step; the caller passes each advance to the yielded function.

        On a terminal this is a bar. Elsewhere it is a line at the start and at most one every ten seconds.
        """
        if self.remarks.isatty() and not self.quiet:
            with self._bar(what, total) as advance:
                yield advance
        else:
            with self._lines(what, total) as advance:
                yield advance

    @contextmanager
    def _bar(self, what: str, total: float | None) -> Iterator[Callable[[float], None]]:
        from rich.console import Console as RichConsole
        from rich.progress import Progress

        with Progress(console=RichConsole(file=self.remarks), transient=True) as progress:
            task = progress.add_task(what, total=total)
            yield lambda amount: progress.advance(task, amount)

    @contextmanager
    def _lines(self, what: str, total: float | None) -> Iterator[Callable[[float], None]]:
        started = last = time.monotonic()
        done = 0.0

        def advance(amount: float) -> None:
            nonlocal done, last
            done += amount
            if time.monotonic() - last >= 10:
                last = time.monotonic()
                amount_done = f"{done / total:.0%}" if total else f"{done:.0f}"
                self.note(f"{what}: {amount_done}, {last - started:.0f} s")

        self.note(what)
        yield advance


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?[0-9][0-9,]*(\.[0-9]+)?", text) is not None
