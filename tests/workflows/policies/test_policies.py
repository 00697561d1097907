"""The contract shows each planted defect, and the policies report those that no approval may let through."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.workflows.checkers import policies
from tests.workflows.checkers._files import every_file
from tests.workflows.contract.compare import differences
from tests.workflows.contract.describe import CONTRACT, contract_text
from tests.workflows.executor import Evaluator
from tests.workflows.policies import all_policies

DIRECTORIES = (".github", ".ci")
MAX_DIFFERENCE = 12
"""Lines that a reviewer has to read for one defect: the places and a few lines around."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A defect of one file."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    policy: str = ""
    """The policy that reports it; empty if only the contract shows it."""


def _defects() -> Iterator[Planted]:
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("defects.yaml").read_text(encoding="utf-8"))
    for row in content["defects"]:
        edits = tuple((original, replacement) for original, replacement in row["edits"])
        policy = row.get("policy", "")
        yield Planted(name=row["name"], file=content["files"][row["file"]], edits=edits, policy=policy)


DEFECTS = tuple(_defects())


@pytest.fixture
def planted(root: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Planted, Path]:
    """A copy of the workflows with one defect."""
    defect: Planted = request.param
    for directory in DIRECTORIES:
        shutil.copytree(root / directory, tmp_path / directory)
    path = tmp_path / defect.file
    text = path.read_text(encoding="utf-8")
    for original, replacement in defect.edits:
        assert original in text
        text = text.replace(original, replacement, 1)
    path.write_text(text, encoding="utf-8")
    return defect, tmp_path


EACH = pytest.mark.parametrize("planted", DEFECTS, indirect=True, ids=lambda one: one.name)


@EACH
def test_contract_shows_the_defect_in_a_few_lines(planted: tuple[Planted, Path]) -> None:
    _, directory = planted
    assert 0 < len([line for line in differences(directory) if line.startswith(("+", "-"))]) <= MAX_DIFFERENCE


@pytest.mark.parametrize(
    "planted", [one for one in DEFECTS if one.policy], indirect=True, ids=lambda one: f"{one.policy}: {one.name}"
)
def test_policy_reports_the_defect_although_the_contract_was_written_anew(planted: tuple[Planted, Path]) -> None:
    defect, directory = planted
    (directory / CONTRACT).write_text(contract_text(directory), encoding="utf-8")
    assert differences(directory) == []
    title = all_policies()[defect.policy][0]
    assert [line for line in policies.check(directory) if line.endswith(f"(policy: {title})")]


def test_every_policy_has_a_defect_and_a_reason() -> None:
    known = all_policies()
    assert {one.policy for one in DEFECTS} - {""} == set(known)
    assert all(title.endswith(".") for title, _ in known.values())
    assert len({one.name for one in DEFECTS}) == len(DEFECTS) >= 60


def test_github_reads_the_files_as_the_contract_does(root: Path, evaluator: Evaluator) -> None:
    for file in every_file(root):
        action = file.path.name == "action.yml"
        parse = evaluator.action if action else evaluator.workflow
        assert _as_texts(parse(file.text, name=file.name)) == file.data


def _as_texts(value: Any) -> Any:
    """The value with texts as leaves, as the contract has them."""
    if isinstance(value, dict):
        return {key: _as_texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_texts(inner) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
