"""The report of a linter run, and its rendering in one of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.discovery import load_plugin, plugin_names
from dtmodels.lint.profiles import DEFAULT
from dtmodels.lint.rule import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """Findings of one run."""

    findings: Sequence[Finding]
    root: Path
    profile: str = DEFAULT


def format_names() -> list[str]:
    """Names of the report formats."""
    from dtmodels.lint import formats

    return plugin_names(formats)


def render(report: LintReport, form: str) -> str:
    """Render the report in the format `form`.

    Raises:
        WrongUsage: the format does not exist; the fix suggests similar names.
    """
    from dtmodels.lint import formats

    text: str = load_plugin(formats, form).render(report)
    return text
