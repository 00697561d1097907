"""The rules as a whole: ids without gaps or second lives, and silence about cards there is nothing to say about."""

import io
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.discovery import member_names
from dtbase.terminal.console import Console
from dtmodels.lint import rules as package
from dtmodels.lint.engine import lint
from dtmodels.lint.registry import all_rules
from dtmodels.lint.retired_ids import RETIRED_IDS
from dtmodels.pages.generate import write_docs

HERE = Path(__file__).parent
GOOD = sorted(path.parent for path in HERE.glob("*/good-*/card.yaml"))


def test_the_name_of_a_file_is_an_id_and_what_it_is_about() -> None:
    assert [name for name in member_names(package) if not re.fullmatch(r"[a-z]{3}[0-9]{3}(_[a-z0-9]+)+", name)] == []


def test_no_family_has_a_gap_without_a_reason() -> None:
    numbers = defaultdict(set)
    for rule in all_rules():
        numbers[rule.id[:3]].add(int(rule.id[3:]))
    expected = {f"{family}{number:03}" for family, used in numbers.items() for number in range(1, max(used) + 1)}
    assert sorted(expected - {rule.id for rule in all_rules()}) == sorted(RETIRED_IDS.keys() & expected)


def test_an_id_that_was_given_up_has_no_second_life_and_a_reason() -> None:
    assert [rule.id for rule in all_rules() if rule.id in RETIRED_IDS] == []
    assert [
        name for name, reason in RETIRED_IDS.items() if len(reason) < 10 or not re.fullmatch(r"[A-Z]{3}[0-9]{3}", name)
    ] == []


@pytest.mark.parametrize("case", GOOD, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_no_rule_has_anything_against_a_good_card(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    write_docs(root, Console(out=io.StringIO()), check=False)
    found = [finding for finding in lint(root) if finding.severity != "info"]
    assert [f"{finding.rule} {finding.message}" for finding in found] == []
