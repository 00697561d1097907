"""Every rule says exactly what its fixtures expect, and the rules of reading and shape add nothing of their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dtmodels.lint.engine import lint
from dtmodels.lint.formats.text import text_report
from dtmodels.lint.registry import all_rules
from dtmodels.lint.rule import Rule
from dtmodels.lint.web import Response, Web

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/card.yaml"))


class Imagined(Web):
    """A network that knows what a fixture's web.json says and nothing else."""

    def _remembered(self, method: str, address: str) -> Response:
        known = json.loads((self.cache / "web.json").read_bytes())
        return Response(**known.get(address, {"status": 0}))


def surroundings(root: Path) -> dict[str, Any]:
    """The earlier revision and the network a fixture brings along."""
    web = root / "models" / "toy-model" / "web.json"
    return {
        "since": "HEAD" if (root / ".git").is_dir() else "",
        "web": Imagined(cache=web.parent) if web.is_file() else None,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_card_is_answered_with_exactly_these_findings(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    found = lint(root, select={case.parent.name, "YML", "SCH"}, **surroundings(root))
    expected = case / "findings.txt"
    assert text_report(found, root) == (expected.read_text(encoding="utf-8").rstrip("\n") if expected.exists() else "")
    assert expected.exists() == case.name.startswith("bad-")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_bad_card_is_named_by_its_own_rule(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    rules = {finding.rule for finding in lint(root, **surroundings(root))}
    assert (case.parent.name in rules) == case.name.startswith("bad-")


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_documented_and_has_good_and_bad_fixtures(rule: Rule) -> None:
    assert all([rule.title, rule.why, rule.fix, rule.bad, rule.good]), f"{rule.id}: a part of the docstring is missing"
    assert rule.title.endswith("."), f"{rule.id}: the title is a sentence"
    kinds = {case.name.partition("-")[0] for case in CASES if case.parent.name == rule.id}
    assert kinds == {"good", "bad"}, f"add tests/lint/{rule.id}/good-... and bad-..."


def test_no_two_rules_share_an_id_and_every_fixture_has_a_rule() -> None:
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert {case.parent.name for case in CASES} <= set(ids)
