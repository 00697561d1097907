"""Expected findings of every rule fixture, and completeness of rules and fixtures."""

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


class FakeWeb(Web):
    """Network access that returns the responses in a fixture's web.json."""

    def _cached(self, method: str, url: str) -> Response:
        responses = json.loads((self.cache / "web.json").read_bytes())
        return Response(**responses.get(url, {"status": 0}))


def history_and_web(root: Path) -> dict[str, Any]:
    """Options of `lint` for fixtures with an earlier revision or network responses."""
    web = root / "models" / "toy-model" / "web.json"
    return {
        "since": "HEAD" if (root / ".git").is_dir() else "",
        "web": FakeWeb(cache=web.parent) if web.is_file() else None,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_fixture_gives_exactly_its_findings(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    found = lint(root, select={case.parent.name, "YML", "SCH"}, **history_and_web(root))
    expected = case / "findings.txt"
    assert text_report(found, root) == (expected.read_text(encoding="utf-8").rstrip("\n") if expected.exists() else "")
    assert expected.exists() == case.name.startswith("bad-")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_bad_fixture_violates_its_rule(case: Path, repository: Callable[[Path], Path]) -> None:
    root = repository(case)
    rules = {finding.rule for finding in lint(root, **history_and_web(root))}
    assert (case.parent.name in rules) == case.name.startswith("bad-")


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rule_has_documentation_and_fixtures(rule: Rule) -> None:
    assert all([rule.title, rule.why, rule.fix, rule.bad, rule.good]), f"{rule.id}: a part of the docstring is missing"
    assert rule.title.endswith("."), f"{rule.id}: the title is a sentence"
    kinds = {case.name.partition("-")[0] for case in CASES if case.parent.name == rule.id}
    assert kinds == {"good", "bad"}, f"add tests/lint/{rule.id}/good-... and bad-..."


def test_rule_ids_are_unique_and_cover_all_fixtures() -> None:
    ids = [rule.id for rule in all_rules()]
    assert len(ids) == len(set(ids))
    assert {case.parent.name for case in CASES} <= set(ids)
