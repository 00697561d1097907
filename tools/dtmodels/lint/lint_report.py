"""A finished run of the linter, and handing it to one of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.discovery import load_plugin, plugin_names
from dtmodels.lint.profiles import DEFAULT
from dtmodels.lint.rule import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """What a run found."""

    findings: Sequence[Finding]
    root: Path
    profile: str = DEFAULT


def format_names() -> list[str]:
    """The formats a report can have."""
    from dtmodels.lint import formats

    return plugin_names(formats)


def render(report: LintReport, form: str) -> str:
    """The report in the format called `form`.

    Raises:
        WrongUsage: there is no such format; the nearest names are offered.
    """
    from dtmodels.lint import formats

    text: str = load_plugin(formats, form).render(report)
    return text
