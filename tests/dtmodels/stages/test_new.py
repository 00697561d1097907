"""new: the draft has all fields, marks missing values, and cannot be released before they are filled in."""

import io
import re
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.card.reader import read_card
from dtmodels.lint.engine import lint
from dtmodels.stages.new import new, template


@pytest.fixture
def console() -> Console:
    return Console(out=io.StringIO(), remarks=io.StringIO())


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def test_new_card_is_a_draft_without_errors(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-toy", "denoise", console)
    assert path == models / "denoise-toy" / "card.yaml"
    assert read_card(path).status == "draft"
    findings = lint(models.parent)
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert {finding.rule for finding in findings} == {"SCH006"}
    assert isinstance(console.remarks, io.StringIO)
    assert "dtmodels lint denoise-toy" in console.remarks.getvalue()


def test_each_placeholder_has_a_comment(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-toy", "denoise", console)
    lines = path.read_text().splitlines()
    for finding in lint(models.parent, select=["SCH006"]):
        assert "  # fill in: " in lines[finding.line - 1]


@pytest.mark.parametrize(
    ("field", "description"),
    [
        ("code", "If it was never published, omit it"),
        ("license", "SPDX licence expressions"),
        ("weights", "which may differ from the licence of the code"),
        ("personal_data", "none, incidental, people. incidental: people appear by chance"),
        ("url", "Only undisclosed data may omit it"),
    ],
)
def test_comment_contains_the_description_of_the_schema(field: str, description: str) -> None:
    lines = template("denoise-toy", "denoise").splitlines()
    assert any(line.lstrip().startswith(f"{field}:") and description in line.partition("  # ")[2] for line in lines)


def test_placeholders_are_errors_in_a_released_card(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-toy", "denoise", console)
    placeholders = len(lint(models.parent, select=["SCH006"]))
    released = path.read_text().replace("status: draft", "status: released")
    digest = f"\n    sha256: {'ab' * 32}\n    bytes: 1\n"
    path.write_text(re.sub(r"(- name: weights.*\n.*)\n", rf"\1{digest}", released))
    findings = lint(models.parent, select=["SCH006"])
    assert len(findings) == placeholders
    assert {finding.severity for finding in findings} == {"error"}


@pytest.mark.parametrize("model_id", ["", "Denoise", "denoise_toy", "../toy", "-toy", "a--b", "toy/", "x" * 65])
def test_malformed_id_is_rejected(models: Path, console: Console, model_id: str) -> None:
    with pytest.raises(WrongUsage, match="cannot be the id"):
        new(models.parent, model_id, "denoise", console)
    assert list(models.iterdir()) == []


def test_existing_card_is_rejected_and_unchanged(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-toy", "denoise", console)
    path.write_text("mine")
    with pytest.raises(WrongUsage, match="already"):
        new(models.parent, "denoise-toy", "denoise", console)
    assert path.read_text() == "mine"


def test_unknown_task_suggests_the_nearest(models: Path, console: Console) -> None:
    with pytest.raises(WrongUsage, match="did you mean denoise"):
        new(models.parent, "denoise-toy", "denoice", console)


def test_directory_without_models_stays_unchanged(tmp_path: Path, console: Console) -> None:
    with pytest.raises(Failure, match="no models directory"):
        new(tmp_path, "denoise-toy", "denoise", console)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("model_id", ["no", "on", "12", "null", "1e3"])
def test_id_that_yaml_reads_as_another_type_is_quoted(models: Path, console: Console, model_id: str) -> None:
    path = new(models.parent, model_id, "denoise", console)
    assert read_card(path).id == model_id
    assert {finding.rule for finding in lint(models.parent)} == {"SCH006"}
    assert f'id: "{model_id}"' in template(model_id, "denoise")
