"""The set of rules: ids without gaps, no reused ids, and no findings for good fixtures."""

import io
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.discovery import plugin_names
from dtbase.terminal.console import Console
from dtmodels.lint import rules as package
from dtmodels.lint.engine import lint
from dtmodels.lint.registry import all_rules
from dtmodels.lint.retired_ids import RETIRED_IDS
from dtmodels.pages.generate import write_docs

HERE = Path(__file__).parent
GOOD = sorted(path.parent for path in HERE.glob("*/good-*/card.yaml"))


def test_rule_file_names_are_id_and_subject() -> None:
    assert [name for name in plugin_names(package) if not re.fullmatch(r"[a-z]{3}[0-9]{3}(_[a-z0-9]+)+", name)] == []


def test_gaps_in_a_family_have_a_reason() -> None:
    numbers = defaultdict(set)
    for rule in all_rules():
        numbers[rule.id[:3]].add(int(rule.id[3:]))
    expected = {f"{family}{number:03}" for family, used in numbers.items() for number in range(1, max(used) + 1)}
    assert sorted(expected - {rule.id for rule in all_rules()}) == sorted(RETIRED_IDS.keys() & expected)


def test_retired_ids_are_not_reused_and_have_a_reason() -> None:
    assert [rule.id for rule in all_rules() if rule.id in RETIRED_IDS] == []
    assert [
        name for name, reason in RETIRED_IDS.items() if len(reason) < 10 or not re.fullmatch(r"[A-Z]{3}[0-9]{3}", name)
    ] == []


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_good_fixture_has_no_findings(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    write_docs(root, Console(out=io.StringIO()), check=False)
    found = [finding for finding in lint(root) if finding.severity != "info"]
    assert [f"{finding.rule} {finding.message}" for finding in found] == []
