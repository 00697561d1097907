"""The workflows, actions and forms of this repository satisfy every checker."""

from pathlib import Path

import pytest

from tests.workflows.checkers import Check, all_checkers

EXPECTED = {
    *("actionlint", "contract", "language_service", "lines", "permissions", "pins", "policies", "schemas", "shape"),
    *("shell", "zizmor"),
}


def test_all_checkers_are_discovered() -> None:
    assert set(all_checkers()) == EXPECTED


@pytest.mark.parametrize("check", [pytest.param(check, id=name) for name, check in all_checkers().items()])
def test_workflows_pass_all_checkers(check: Check, root: Path) -> None:
    assert check(root) == []
