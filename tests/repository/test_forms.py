"""Forms, owners and updates: what is asked for is what a card says, and whoever is named guards what is there."""

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
    """What the form for a new model asks, up to the one question that is not about the card."""
    form = yaml.safe_load((root / ".github" / "ISSUE_TEMPLATE" / "new-model.yml").read_text())
    asked = [element for element in form["body"] if "id" in element]
    assert asked[-1]["id"] == "help"
    return asked[:-1]


def field(question: str) -> tuple[list[int], dict[str, Any]]:
    """Where in the card's schema a question belongs, and what the schema says there; `-` goes one level down."""
    place, form = [], load_schema("card-v1")
    for name in question.split("-"):
        properties = form.get("items", form)["properties"]
        place.append(list(properties).index(name))
        form = properties[name]
    return place, form


def test_a_new_model_is_asked_for_in_the_order_of_the_card(questions: list[dict[str, Any]]) -> None:
    places = [field(question["id"])[0] for question in questions]
    assert places == sorted(places)


def test_choices_are_those_of_the_card(questions: list[dict[str, Any]]) -> None:
    choices = {one["id"]: one["attributes"]["options"] for one in questions if one["type"] == "dropdown"}
    assert choices.pop("task") == plugin_names(tasks)
    assert len(choices) >= 5
    for question, options in choices.items():
        assert options == field(question)[1]["enum"]


def test_what_a_draft_has_to_say_is_asked(questions: list[dict[str, Any]]) -> None:
    asked = {question["id"].split("-")[0] for question in questions}
    settled_later = {"schema", "id", "name", "architecture", "version", "status", "package"}
    assert set(load_schema("card-v1")["required"]) - settled_later <= asked


def test_what_was_read_by_a_person_has_an_owner(root: Path) -> None:
    lines = (root / ".github" / "CODEOWNERS").read_text().splitlines()
    owners = dict(line.split() for line in lines if line and not line.startswith("#"))
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    for pattern in owners:
        assert any(fnmatch.fnmatch(f"/{path}", f"{pattern}*") for path in listed), f"nothing is at {pattern}"

    def owner(path: str) -> str:
        return [team for pattern, team in owners.items() if f"/{path}".startswith(pattern)][-1]

    assert owner("schema/licences-v1.json") == owner("schema/datasets-v1.json") != owner("schema/card-v1.schema.json")
    for path in (".github/workflows/release.yml", ".github/CODEOWNERS", "constraints.txt"):
        assert owner(path)


def test_updates_wait(root: Path) -> None:
    updates = yaml.safe_load((root / ".github" / "dependabot.yml").read_text())["updates"]
    waits = {one["package-ecosystem"]: one["cooldown"] for one in updates}
    semantic = {"default-days": 7, "semver-major-days": 14}
    assert waits == {"github-actions": {"default-days": 14}, "pip": semantic, "npm": semantic}
