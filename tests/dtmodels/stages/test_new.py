"""A new card: complete, honest about what is not known, and no release before it is filled in."""

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


def test_a_new_card_is_a_draft_without_errors(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-thing", "denoise", console)
    assert path == models / "denoise-thing" / "card.yaml"
    assert read_card(path).status == "draft"
    findings = lint(models.parent)
    assert [finding for finding in findings if finding.severity == "error"] == []
    assert {finding.rule for finding in findings} == {"SCH006"}
    assert isinstance(console.remarks, io.StringIO)
    assert "dtmodels lint denoise-thing" in console.remarks.getvalue()


def test_each_placeholder_stands_beside_what_belongs_there(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-thing", "denoise", console)
    lines = path.read_text().splitlines()
    for finding in lint(models.parent, select=["SCH006"]):
        assert "  # fill in: " in lines[finding.line - 1]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("code", "If it was never published, omit it"),
        ("license", "SPDX licence expressions"),
        ("weights", "which may differ from the licence of the code"),
        ("personal_data", "none, incidental, people. incidental: people appear by chance"),
        ("url", "Only undisclosed data may omit it"),
    ],
)
def test_all_the_schema_says_about_a_field_stands_beside_it(field: str, said: str) -> None:
    lines = template("denoise-thing", "denoise").splitlines()
    assert any(line.lstrip().startswith(f"{field}:") and said in line.partition("  # ")[2] for line in lines)


def test_a_release_is_refused_until_every_placeholder_is_gone(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-thing", "denoise", console)
    marked = len(lint(models.parent, select=["SCH006"]))
    released = path.read_text().replace("status: draft", "status: released")
    digest = f"\n    sha256: {'ab' * 32}\n    bytes: 1\n"
    path.write_text(re.sub(r"(- name: weights.*\n.*)\n", rf"\1{digest}", released))
    found = lint(models.parent, select=["SCH006"])
    assert len(found) == marked
    assert {finding.severity for finding in found} == {"error"}


@pytest.mark.parametrize("model_id", ["", "Denoise", "denoise_thing", "../thing", "-thing", "a--b", "thing/", "x" * 65])
def test_an_id_that_is_no_directory_name_is_refused(models: Path, console: Console, model_id: str) -> None:
    with pytest.raises(WrongUsage, match="cannot be the id"):
        new(models.parent, model_id, "denoise", console)
    assert list(models.iterdir()) == []


def test_a_taken_id_is_refused_and_its_card_is_left_alone(models: Path, console: Console) -> None:
    path = new(models.parent, "denoise-thing", "denoise", console)
    path.write_text("mine")
    with pytest.raises(WrongUsage, match="already"):
        new(models.parent, "denoise-thing", "denoise", console)
    assert path.read_text() == "mine"


def test_an_unknown_task_is_answered_with_the_nearest(models: Path, console: Console) -> None:
    with pytest.raises(WrongUsage, match="did you mean denoise"):
        new(models.parent, "denoise-thing", "denoice", console)


def test_a_directory_that_is_no_repository_is_left_alone(tmp_path: Path, console: Console) -> None:
    with pytest.raises(Failure, match="no models directory"):
        new(tmp_path, "denoise-thing", "denoise", console)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("model_id", ["no", "on", "12", "null", "1e3"])
def test_an_id_that_looks_like_another_type_is_quoted(models: Path, console: Console, model_id: str) -> None:
    path = new(models.parent, model_id, "denoise", console)
    assert read_card(path).id == model_id
    assert {finding.rule for finding in lint(models.parent)} == {"SCH006"}
    assert f'id: "{model_id}"' in template(model_id, "denoise")
