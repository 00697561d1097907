"""The linter engine: order, selection, acceptances, usage errors."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure, NothingToDo, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.lint.engine import lint
from dtmodels.lint.registry import find_rule, select_rules
from dtmodels.lint.release_check import require_no_errors

HERE = Path(__file__).parent


@pytest.fixture
def console() -> Console:
    return Console(out=io.StringIO(), remarks=io.StringIO())


def add_model(root: Path, name: str, **changed: str) -> Path:
    """Add a model from a good fixture; `status="x"` prefixes the value of its status with x."""
    text = (HERE / "SCH001" / "good-mapping" / "card.yaml").read_text().replace("toy-model", name)
    for field, prefix in changed.items():
        text = text.replace(f"\n{field}: ", f"\n{field}: {prefix}", 1)
    card = root / "models" / name / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text(text)
    return card


def test_findings_are_sorted_and_unique(tmp_path: Path) -> None:
    for name in ("c-model", "a-model", "b-model"):
        add_model(tmp_path, name, task="x", status="x")
    found = lint(tmp_path)
    assert found == lint(tmp_path)
    assert [(finding.path, finding.line, finding.column) for finding in found] == sorted(
        (finding.path, finding.line, finding.column) for finding in found
    )
    assert len(found) == len(set(found))


def test_selection_of_models_and_rules(tmp_path: Path) -> None:
    for name in ("a-model", "b-model"):
        add_model(tmp_path, name, status="x")
    assert {finding.path for finding in lint(tmp_path, ids=["b-model"])} == {
        "models/b-model/card.yaml",
    }
    assert {finding.rule for finding in lint(tmp_path, select=["sch"])} == {"SCH004"}
    assert lint(tmp_path, select=["REP001"]) == []


def test_unknown_task_cannot_be_accepted(tmp_path: Path) -> None:
    card = add_model(tmp_path, "a-model")
    accepted = 'acceptances: [{rule: SCP001, reason: we want it badly, by: A. Maintainer, date: "2026-01-31"}]\n'
    card.write_text(card.read_text().replace("task: denoise", "task: face-swap") + accepted)
    assert {finding.rule for finding in lint(tmp_path, select=["SCP001", "SUP"])} == {"SCP001", "SUP001"}


def test_acceptance_applies_to_its_card_only(tmp_path: Path) -> None:
    accepted = 'acceptances: [{rule: SCH008, reason: it is written so, by: A. Maintainer, date: "2026-01-31"}]\n'
    for name, more in (("a-model", accepted), ("b-model", "")):
        card = add_model(tmp_path, name)
        card.write_text(card.read_text().replace("A model", "A <b>model</b>") + more)
    assert [(finding.rule, finding.path) for finding in lint(tmp_path, select=["SCH008", "SUP"])] == [
        ("SCH008", "models/b-model/card.yaml")
    ]


def test_acceptance_of_a_skipped_rule_is_not_unused(tmp_path: Path) -> None:
    card = add_model(tmp_path, "a-model")
    card.write_text(
        card.read_text()
        + 'acceptances: [{rule: SCH008, reason: it is written so, by: A. Maintainer, date: "2026-01-31"}]\n'
    )
    assert lint(tmp_path, select=["SUP002"]) == []
    assert [finding.rule for finding in lint(tmp_path, select=["SUP002", "SCH008"])] == ["SUP002"]


def test_directory_without_card_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "models" / "a-model").mkdir(parents=True)
    (finding,) = lint(tmp_path)
    assert (finding.rule, finding.path) == ("YML001", "models/a-model/card.yaml")
    (tmp_path / "models" / "a-model" / "card.yaml").mkdir()
    (finding,) = lint(tmp_path)
    assert finding.message.startswith("cannot be read")


def test_missing_page_is_a_finding(tmp_path: Path) -> None:
    add_model(tmp_path, "a-model")
    (finding,) = lint(tmp_path, select=["DOC"])
    assert (finding.path, finding.message) == ("models/a-model/README.md", "the file is missing")


def test_unknown_ids_are_wrong_usage(tmp_path: Path) -> None:
    add_model(tmp_path, "a-model")
    with pytest.raises(WrongUsage, match="did you mean a-model"):
        lint(tmp_path, ids=["b-model"])
    with pytest.raises(WrongUsage, match="no rule 'SCH999'"):
        lint(tmp_path, select=["SCH999"])


def test_no_models_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with pytest.raises(NothingToDo):
        lint(tmp_path)


def test_release_check_fails_on_errors(tmp_path: Path, console: Console) -> None:
    card = add_model(tmp_path, "a-model")
    card.write_text(card.read_text().replace("status: draft", "status: released"))
    with pytest.raises(Failure, match="error"):
        require_no_errors(tmp_path, console)
    assert isinstance(console.remarks, io.StringIO)
    assert "card.yaml" in console.remarks.getvalue()
    card.write_text("- no card\n")
    with pytest.raises(Failure, match="1 error"):
        require_no_errors(tmp_path, console)


def test_release_check_ignores_drafts(tmp_path: Path, console: Console) -> None:
    add_model(tmp_path, "a-model", task="x")
    assert any(finding.severity == "error" for finding in lint(tmp_path))
    require_no_errors(tmp_path, console)


def test_every_broken_card_is_reported(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / "models" / f"model-{number:03}").mkdir(parents=True)
        (tmp_path / "models" / f"model-{number:03}" / "card.yaml").write_text("[")
    assert len({finding.path for finding in lint(tmp_path)}) == 100


def test_rules_are_selected_by_id_and_family() -> None:
    assert find_rule("yml003").id == "YML003"
    assert [rule.id for rule in select_rules(["YML"])] == [f"YML00{number}" for number in range(1, 7)]


Repository = Callable[[Path], Path]


def test_link_out_of_the_directory_is_rejected(repository: Repository) -> None:
    root = repository(HERE / "REP005" / "good-file")
    weights = root / "models" / "toy-model" / "weights.bin"
    weights.rename(root / "weights.bin")
    weights.symlink_to(root / "weights.bin")
    assert [finding.message for finding in lint(root, select=["REP005"])] == [
        "'weights.bin' is a link to a file outside the directory"
    ]
