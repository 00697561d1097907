"""lint as people and workflows call it: exit codes, files, annotations, summaries."""

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
    use(tmp_path, "SCH004/bad-status")
    return tmp_path


def use(root: Path, case: str) -> None:
    (root / "models" / "toy-model" / "card.yaml").write_bytes((HERE / case / "card.yaml").read_bytes())


def said(root: Path, **request: object) -> tuple[int, str]:
    out = io.StringIO()
    code = run(root, LintRequest(**({"select": ["SCH"]} | request)), Console(out=out, remarks=io.StringIO()))  # type: ignore[arg-type]
    return code, out.getvalue()


def test_errors_fail_and_warnings_do_not(toy: Path) -> None:
    assert said(toy)[0] == 1
    use(toy, "SCH008/bad-spaces")
    code, text = said(toy)
    assert (code, text.splitlines()[-1]) == (0, "1 warning (1 can be corrected with --fix or --unsafe-fixes)")


def test_silence_is_said_too(toy: Path) -> None:
    use(toy, "SCH004/good-types")
    assert said(toy) == (0, "no findings\n")
    assert said(toy, form="github") == (0, "")


def test_a_profile_decides_what_fails(toy: Path) -> None:
    use(toy, "SCH008/bad-spaces")
    assert [said(toy, profile=profile)[0] for profile in ("status", "draft", "strict")] == [0, 0, 0]
    assert said(toy, profile="release") == (0, "no findings\n"), "a draft that nobody named is left out"
    assert said(toy, profile="release", ids=["toy-model"])[0] == 1


def test_a_draft_is_judged_as_a_draft_unless_another_profile_is_named(toy: Path) -> None:
    use(toy, "DAT004/bad-disclosed-by-nobody-accepted")
    card = toy / "models" / "toy-model" / "card.yaml"
    assert "status: draft" in card.read_text()
    code, text = said(toy, select=["DAT004"])
    assert code == 0
    assert text.startswith("warning[DAT004]")
    assert said(toy, select=["DAT004"], profile="strict")[0] == 1
    card.write_text(card.read_text().replace("status: draft", "status: released"))
    assert said(toy, select=["DAT004"])[0] == 1


def test_a_draft_does_not_pass_what_nobody_may_accept(toy: Path) -> None:
    use(toy, "DAT005/bad-historic-openclip")
    assert "status: draft" in (toy / "models" / "toy-model" / "card.yaml").read_text()
    assert said(toy, select=["DAT005"])[0] == 1


def test_a_draft_beside_a_released_model_is_judged_for_itself(toy: Path) -> None:
    use(toy, "DAT004/bad-disclosed-by-nobody-accepted")
    text = (toy / "models" / "toy-model" / "card.yaml").read_text()
    other = toy / "models" / "other-model" / "card.yaml"
    other.parent.mkdir()
    other.write_text(text.replace("toy-model", "other-model").replace("status: draft", "status: released"))
    found = json.loads(said(toy, select=["DAT004"], form="json")[1])
    assert found["profile"] == "status"
    assert {one["path"]: one["severity"] for one in found["findings"]} == {
        "models/other-model/card.yaml": "error",
        "models/toy-model/card.yaml": "warning",
    }


def test_a_report_can_be_written_to_a_file(toy: Path) -> None:
    output = toy / "out" / "report.json"
    assert said(toy, form="json", output=output) == (1, "")
    assert json.loads(output.read_bytes())["counts"]["error"] == 1


def test_github_gets_annotations_only_on_its_runners(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "::error" not in said(toy)[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert said(toy)[1].splitlines()[-1] == (
        "::error file=models/toy-model/card.yaml,line=9,col=9,endColumn=16,title=SCH004"
        "::status cannot be 'finished'; known: draft, released, yanked"
    )
    assert "::error" not in said(toy, form="sarif")[1]


def test_github_gets_a_summary_below_what_is_there(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = toy / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    said(toy, form="json")
    assert summary.read_text().splitlines()[:2] == ["before", "## Model cards: 1 error"]


def test_a_report_in_a_file_leaves_annotations_and_summary_to_the_call_beside_it(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = toy / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert said(toy, form="sarif", output=toy / "lint.sarif") == (1, "")
    assert not summary.exists()


def test_on_githubs_runners_paths_count_from_the_checkout(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(toy.parent))
    assert "::error" not in said(toy)[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert f"::error file={toy.name}/models/toy-model/card.yaml," in said(toy)[1]
    assert f'"uri": "{toy.name}/models/toy-model/card.yaml"' in said(toy, form="sarif")[1]
    monkeypatch.setenv("GITHUB_WORKSPACE", str(toy / "elsewhere"))
    assert "::error file=models/toy-model/card.yaml," in said(toy)[1]


def test_three_hundred_bad_cards_are_one_exit_code(toy: Path) -> None:
    for number in range(300):
        directory = toy / "models" / f"model-{number}"
        directory.mkdir()
        (directory / "card.yaml").write_text("[")
    assert said(toy, select=["YML"], form="json")[0] == 1
