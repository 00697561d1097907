"""Reports: for people, for programs, and for GitHub, whatever a card holds."""

import dataclasses
import io
import json
from pathlib import Path

import pytest

from dtbase.console import Console
from dtmodels.lint.report import github_annotations, json_report, lint_and_report, text_report
from dtmodels.lint.rule import Finding

HERE = Path(__file__).parent
FINDING = Finding(
    rule="SCH004",
    severity="error",
    path="models/toy-model/card.yaml",
    line=2,
    column=7,
    end=9,
    message="wrong",
    fix="mend it",
)


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "toy-model"
    folder.mkdir(parents=True)
    (folder / "card.yaml").write_bytes((HERE / "SCH004" / "bad-status" / "card.yaml").read_bytes())
    return tmp_path


def said(toy: Path, *, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    code = lint_and_report(toy, (), ("SCH",), Console(out=out, remarks=io.StringIO()), as_json=as_json)
    return code, out.getvalue()


def test_errors_fail_and_warnings_do_not(toy: Path) -> None:
    assert said(toy)[0] == 1
    card = toy / "models" / "toy-model" / "card.yaml"
    card.write_bytes((HERE / "SCH008" / "bad-spaces" / "card.yaml").read_bytes())
    code, text = said(toy)
    assert (code, text.splitlines()[-1]) == (0, "1 warning")


def test_silence_is_said_too(toy: Path) -> None:
    card = toy / "models" / "toy-model" / "card.yaml"
    card.write_bytes((HERE / "SCH004" / "good-types" / "card.yaml").read_bytes())
    assert said(toy) == (0, "no findings\n")


def test_json_has_a_version_counts_and_every_field(toy: Path) -> None:
    code, text = said(toy, as_json=True)
    report = json.loads(text)
    assert code == 1
    assert report["version"] == 1
    assert report["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert report["findings"][0].keys() == {field.name for field in dataclasses.fields(Finding)}
    assert json.loads(json_report([]))["findings"] == []


def test_github_gets_annotations_only_on_its_runners(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert "::error" not in said(toy)[1]
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert said(toy)[1].splitlines()[-1] == (
        "::error file=models/toy-model/card.yaml,line=9,col=9,endColumn=16,title=SCH004"
        "::status cannot be 'finished'; known: draft, released, yanked"
    )


@pytest.mark.parametrize(
    "text", ["a\n::set-output name=x::1", "a\r\n::stop-commands::x", "100%0A::error::x", "##[error]x"]
)
def test_no_card_can_speak_to_the_runner(text: str) -> None:
    finding = dataclasses.replace(FINDING, message=text, path=f"models/{text}")
    (line,) = github_annotations([finding])
    assert "\n" not in line and "\r" not in line
    assert line.count("::") == text.count("::") + 2
    assert "%0A" not in line.replace("%250A", "")
    assert "##[" not in line
    properties = line.removeprefix("::error ").partition("::")[0]
    assert properties.count(",") == 4


def test_no_card_can_speak_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / FINDING.path
    path.parent.mkdir(parents=True)
    path.write_text("one\nname: \x1b[2J\u202ex\n")
    shown = text_report([dataclasses.replace(FINDING, message="\x1b]0;x\x07")], tmp_path)
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "\\x1b[2J\\u202ex" in shown


def test_the_mark_stands_below_the_value_in_long_and_short_lines(tmp_path: Path) -> None:
    path = tmp_path / FINDING.path
    path.parent.mkdir(parents=True)
    for before in (6, 60, 600):
        path.write_text(f"one\n{'-' * before}VALUE{'-' * 300}\n")
        finding = dataclasses.replace(FINDING, column=before + 1, end=before + 6)
        source, mark = text_report([finding], tmp_path).splitlines()[2:4]
        start = mark.index("^")
        assert source[start : start + mark.count("^")] == "VALUE"
        assert len(source) < 120


def test_a_finding_about_a_file_that_is_not_there_is_shown_without_source(tmp_path: Path) -> None:
    assert text_report([FINDING], tmp_path).splitlines() == [
        "error[SCH004]: wrong",
        "  --> models/toy-model/card.yaml:2:7",
        "   = fix: mend it",
    ]
