"""Page of the proxy benchmarks: writes the tables of one benchmark between its markers, and formats dB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dtbase.system.files import write_text
from dtbase.text.generated_section import replace_section
from dtproxies.images.metrics import MetricSummary

PAGE = Path("docs/proxy-benchmarks.md")
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Names of columns, and rows."""


def write_tables(name: str, tables: Sequence[Table], remark: str) -> None:
    """Write the results of `benchmarks/<name>.py` between its markers, tables first.

    Raises:
        Failure: the page has no such markers.
    """
    begin, end = f"<!-- {name}:begin, written by `python -m benchmarks.{name} --write` -->", f"<!-- {name}:end -->"
    lines = [line for table in tables for line in (*_lines(*table), "")]
    write_text(PAGE, replace_section(PAGE.read_text(), begin, end, "\n".join([*lines, remark, ""]), str(PAGE)))


def psnr_statistics(summary: MetricSummary) -> list[str]:
    """Return mean, 5th percentile and minimum of a PSNR."""
    return [f"{value:.1f}" for value in (summary.mean, summary.p5, summary.worst)]


def _lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (columns, ["---"] * len(columns), *rows)]
