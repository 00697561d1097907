"""Issue forms, code owners and dependency updates agree with the card schema and the repository."""

import fnmatch
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dtbase.system.discovery import plugin_names
from dtmodels import tasks
from dtmodels.card.schemas import load_schema


@pytest.fixture(scope="module")
def questions(root: Path) -> list[dict[str, Any]]:
    """Questions of the form for a new model, without the last one, which is not about the card."""
    form = yaml.safe_load((root / ".github" / "ISSUE_TEMPLATE" / "new-model.yml").read_text())
    elements = [element for element in form["body"] if "id" in element]
    assert elements[-1]["id"] == "help"
    return elements[:-1]


def field(question: str) -> tuple[list[int], dict[str, Any]]:
    """Return position and schema of the field of a question; `-` in its id separates levels."""
    position, schema = [], load_schema("card-v1")
    for name in question.split("-"):
        properties = schema.get("items", schema)["properties"]
        position.append(list(properties).index(name))
        schema = properties[name]
    return position, schema


def test_questions_are_in_the_order_of_the_card(questions: list[dict[str, Any]]) -> None:
    positions = [field(question["id"])[0] for question in questions]
    assert positions == sorted(positions)


def test_choices_equal_the_enums_of_the_card_schema(questions: list[dict[str, Any]]) -> None:
    choices = {item["id"]: item["attributes"]["options"] for item in questions if item["type"] == "dropdown"}
    assert choices.pop("task") == plugin_names(tasks)
    assert len(choices) >= 5
    for question, options in choices.items():
        assert options == field(question)[1]["enum"]


def test_form_covers_the_required_fields_of_a_draft(questions: list[dict[str, Any]]) -> None:
    covered = {question["id"].split("-")[0] for question in questions}
    set_later = {"schema", "id", "name", "architecture", "version", "status", "package"}
    assert set(load_schema("card-v1")["required"]) - set_later <= covered


def test_reviewed_files_have_code_owners(root: Path) -> None:
    lines = (root / ".github" / "CODEOWNERS").read_text().splitlines()
    owners = dict(line.split() for line in lines if line and not line.startswith("#"))
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    for pattern in owners:
        assert any(fnmatch.fnmatch(f"/{path}", f"{pattern}*") for path in tracked), f"no file matches {pattern}"

    def owner(path: str) -> str:
        return [team for pattern, team in owners.items() if f"/{path}".startswith(pattern)][-1]

    assert owner("schema/licences-v1.json") == owner("schema/datasets-v1.json") != owner("schema/card-v1.schema.json")
    for path in (".github/workflows/release.yml", ".github/CODEOWNERS", "constraints.txt"):
        assert owner(path)


def test_dependency_updates_have_a_cooldown(root: Path) -> None:
    updates = yaml.safe_load((root / ".github" / "dependabot.yml").read_text())["updates"]
    cooldowns = {update["package-ecosystem"]: update["cooldown"] for update in updates}
    semantic = {"default-days": 7, "semver-major-days": 14}
    assert cooldowns == {"github-actions": {"default-days": 14}, "pip": semantic, "npm": semantic}
