"""The rule about the table of licences, in the repository that owns it and in others."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dtmodels.lint.engine import lint
from dtmodels.lint.rules import int001_licence_table as rule

HERE = Path(__file__).parent


class Later(date):
    """A day long after every review."""

    @classmethod
    def today(cls) -> "Later":
        return cls(2099, 1, 1)


def test_another_repository_is_warned_once_when_its_tools_are_old(
    repository: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(HERE / "SCH001" / "good-mapping")
    assert lint(root, select=["INT001"]) == []
    monkeypatch.setattr(rule, "date", Later)
    (finding,) = lint(root, select=["INT001"])
    assert finding.severity == "warning"
    assert "installed tools" in finding.message


def test_the_own_table_is_an_error_row_by_row_when_it_is_old(
    repository: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(HERE / "INT001" / "good-table")
    monkeypatch.setattr(rule, "date", Later)
    found = lint(root, select=["INT001"])
    assert [(finding.severity, finding.path, finding.line) for finding in found] == [
        ("error", "schema/licences-v1.json", 1),
        ("error", "schema/licences-v1.json", 5),
    ]
