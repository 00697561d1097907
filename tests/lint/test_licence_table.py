"""Rule INT001, in the repository that contains the licence table and in others."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dtmodels.lint.engine import lint
from dtmodels.lint.rules import int001_licence_table as rule

HERE = Path(__file__).parent


class Later(date):
    """A date long after every review."""

    @classmethod
    def today(cls) -> "Later":
        return cls(2099, 1, 1)


def test_other_repository_gets_one_warning_for_old_tools(
    repository: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(HERE / "SCH001" / "good-mapping")
    assert lint(root, select=["INT001"]) == []
    monkeypatch.setattr(rule, "date", Later)
    (finding,) = lint(root, select=["INT001"])
    assert finding.severity == "warning"
    assert "installed tools" in finding.message


def test_old_table_is_an_error_for_each_row(
    repository: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(HERE / "INT001" / "good-table")
    monkeypatch.setattr(rule, "date", Later)
    found = lint(root, select=["INT001"])
    assert [(finding.severity, finding.path, finding.line) for finding in found] == [
        ("error", "schema/licences-v1.json", 1),
        ("error", "schema/licences-v1.json", 5),
    ]


def test_age_is_counted_to_the_last_commit(
    repository: Callable[[Path], Path], commit: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(HERE / "INT001" / "good-table")
    commit(root)  # in January 2026
    monkeypatch.setattr(rule, "date", Later)
    assert lint(root, select=["INT001"]) == []
    assert lint(root, select=["INT001"], profile="release") == []
