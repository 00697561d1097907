"""`dtmodels lint`: exit codes, report files, annotations and step summaries."""

import io
import json
from pathlib import Path

import pytest

from dtbase.terminal.console import Console
from dtmodels.lint.command import LintRequest, run

HERE = Path(__file__).parent


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "models" / "toy-model").mkdir(parents=True)
    use_fixture(tmp_path, "SCH004/bad-status")
    return tmp_path


def use_fixture(root: Path, case: str) -> None:
    (root / "models" / "toy-model" / "card.yaml").write_bytes((HERE / case / "card.yaml").read_bytes())


def run_lint(root: Path, **request: object) -> tuple[int, str]:
    out = io.StringIO()
    code = run(root, LintRequest(**({"select": ["SCH"]} | request)), Console(out=out, remarks=io.StringIO()))  # type: ignore[arg-type]
    return code, out.getvalue()


def test_errors_fail_and_warnings_pass(toy: Path) -> None:
    assert run_lint(toy)[0] == 1
    use_fixture(toy, "SCH008/bad-spaces")
    code, text = run_lint(toy)
    assert (code, text.splitlines()[-1]) == (0, "1 warning (1 can be fixed with --fix or --unsafe-fixes)")


def test_report_without_findings(toy: Path) -> None:
    use_fixture(toy, "SCH004/good-types")
    assert run_lint(toy) == (0, "no findings\n")
    assert run_lint(toy, form="github") == (0, "")


def test_exit_code_depends_on_profile(toy: Path) -> None:
    use_fixture(toy, "SCH008/bad-spaces")
    assert [run_lint(toy, profile=profile)[0] for profile in ("status", "draft", "strict")] == [0, 0, 0]
    assert run_lint(toy, profile="release") == (0, "no findings\n"), "a draft that is not named is skipped"
    assert run_lint(toy, profile="release", ids=["toy-model"])[0] == 1


def test_default_profile_depends_on_status(toy: Path) -> None:
    use_fixture(toy, "DAT004/bad-disclosed-but-not-accepted")
    card = toy / "models" / "toy-model" / "card.yaml"
    assert "status: draft" in card.read_text()
    code, text = run_lint(toy, select=["DAT004"])
    assert code == 0
    assert text.startswith("warning[DAT004]")
    assert run_lint(toy, select=["DAT004"], profile="strict")[0] == 1
    card.write_text(card.read_text().replace("status: draft", "status: released"))
    assert run_lint(toy, select=["DAT004"])[0] == 1


def test_draft_fails_findings_that_cannot_be_accepted(toy: Path) -> None:
    use_fixture(toy, "DAT005/bad-historic-openclip")
    assert "status: draft" in (toy / "models" / "toy-model" / "card.yaml").read_text()
    assert run_lint(toy, select=["DAT005"])[0] == 1


def test_each_model_gets_the_profile_of_its_status(toy: Path) -> None:
    use_fixture(toy, "DAT004/bad-disclosed-but-not-accepted")
    text = (toy / "models" / "toy-model" / "card.yaml").read_text()
    other = toy / "models" / "other-model" / "card.yaml"
    other.parent.mkdir()
    other.write_text(text.replace("toy-model", "other-model").replace("status: draft", "status: released"))
    report = json.loads(run_lint(toy, select=["DAT004"], form="json")[1])
    assert report["profile"] == "status"
    assert {finding["path"]: finding["severity"] for finding in report["findings"]} == {
        "models/other-model/card.yaml": "error",
        "models/toy-model/card.yaml": "warning",
    }


def test_report_is_written_to_a_file(toy: Path) -> None:
    output = toy / "out" / "report.json"
    assert run_lint(toy, form="json", output=output) == (1, "")
    assert json.loads(output.read_bytes())["counts"]["error"] == 1


def test_annotations_only_on_github_runners(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "::error" not in run_lint(toy)[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run_lint(toy)[1].splitlines()[-1] == (
        "::error file=models/toy-model/card.yaml,line=9,col=9,endColumn=16,title=SCH004"
        "::status cannot be 'finished'; known: candidate, draft, released, yanked"
    )
    assert "::error" not in run_lint(toy, form="sarif")[1]


def test_step_summary_is_appended(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = toy / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run_lint(toy, form="json")
    assert summary.read_text().splitlines()[:2] == ["before", "## Model cards: 1 error"]


def test_output_file_disables_annotations_and_summary(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = toy / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run_lint(toy, form="sarif", output=toy / "lint.sarif") == (1, "")
    assert not summary.exists()


def test_paths_on_github_are_relative_to_the_checkout(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(toy.parent))
    assert "::error" not in run_lint(toy)[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert f"::error file={toy.name}/models/toy-model/card.yaml," in run_lint(toy)[1]
    assert f'"uri": "{toy.name}/models/toy-model/card.yaml"' in run_lint(toy, form="sarif")[1]
    monkeypatch.setenv("GITHUB_WORKSPACE", str(toy / "elsewhere"))
    assert "::error file=models/toy-model/card.yaml," in run_lint(toy)[1]


def test_many_bad_cards_give_one_exit_code(toy: Path) -> None:
    for number in range(300):
        directory = toy / "models" / f"model-{number}"
        directory.mkdir()
        (directory / "card.yaml").write_text("[")
    assert run_lint(toy, select=["YML"], form="json")[0] == 1
