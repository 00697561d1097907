"""Report formats: schemas, escaping of hostile text, and limits."""

import dataclasses
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from dtbase.system.errors import WrongUsage
from dtmodels.card.schemas import load_schema
from dtmodels.card.source_edits import TextEdit
from dtmodels.lint.formats.text import text_report
from dtmodels.lint.lint_report import LintReport, format_names, render
from dtmodels.lint.registry import all_rules
from dtmodels.lint.rule import Finding

FINDING = Finding(
    rule="SCH004",
    severity="error",
    path="models/toy-model/card.yaml",
    line=2,
    column=7,
    end=9,
    message="a problem",
    fix="a fix",
)
FIXABLE = dataclasses.replace(
    FINDING, rule="YML006", severity="warning", fixable="safe", edits=(TextEdit(2, 7, 2, 9, '"no"'),), end=7
)
HOSTILE = [
    "a\n::set-output name=x::1",
    "a\r\n::stop-commands::x",
    "100%0A::error::x",
    "##[error]x",
    "a\u2028::error::x",
    "]0;x",
]
SARIF = json.loads((Path(__file__).parent / "sarif-2.1.0-part.schema.json").read_bytes())


def report(*findings: Finding, root: Path = Path("/nowhere")) -> LintReport:
    return LintReport(findings=findings, root=root)


def hostile(text: str) -> LintReport:
    return report(dataclasses.replace(FINDING, message=text, fix=text, path=f"models/{text}"))


def test_format_names() -> None:
    assert format_names() == ["github", "json", "markdown", "sarif", "text"]
    with pytest.raises(WrongUsage, match="'sarf' is not one of the formats"):
        render(report(), "sarf")


@pytest.mark.parametrize("findings", [(), (FINDING,), (FINDING, FIXABLE)])
def test_json_matches_its_schema(findings: tuple[Finding, ...]) -> None:
    value = json.loads(render(report(*findings), "json"))
    Draft7Validator(load_schema("lint-report-v1")).validate(value)
    assert value["version"] == 1
    assert sum(value["counts"].values()) == len(value["findings"]) == len(findings)
    for finding in value["findings"]:
        assert finding.keys() == {field.name for field in dataclasses.fields(Finding)}


@pytest.mark.parametrize("findings", [(), (FINDING,), (FINDING, FIXABLE)])
def test_sarif_matches_its_schema(findings: tuple[Finding, ...]) -> None:
    value = json.loads(render(report(*findings), "sarif"))
    Draft7Validator.check_schema(SARIF)
    Draft7Validator(SARIF).validate(value)
    (run,) = value["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [rule.id for rule in all_rules()]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [finding.rule for finding in findings]


def test_sarif_has_locations_and_fixes() -> None:
    first, second = json.loads(render(report(FINDING, FIXABLE), "sarif"))["runs"][0]["results"]
    location = first["locations"][0]["physicalLocation"]
    assert location["region"] == {"startLine": 2, "startColumn": 7, "endColumn": 9}
    assert location["artifactLocation"]["uri"] == "models/toy-model/card.yaml"
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    (change,) = second["fixes"][0]["artifactChanges"][0]["replacements"]
    assert change["deletedRegion"] == {"startLine": 2, "startColumn": 7, "endLine": 2, "endColumn": 9}
    assert change["insertedContent"] == {"text": '"no"'}


def test_sarif_schema_rejects_invalid_lines() -> None:
    value = json.loads(render(report(FINDING), "sarif"))
    value["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    assert not Draft7Validator(SARIF).is_valid(value)


def test_rule_url_on_github_runners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs" / "rules").mkdir(parents=True)
    for name, value in (("SERVER_URL", "https://github.com"), ("REPOSITORY", "owner/models"), ("SHA", "abc")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    url = "https://github.com/owner/models/blob/abc/docs/rules/SCH004.md"
    assert f"   = why: {url}" in render(report(FINDING, root=tmp_path), "text")
    rules = json.loads(render(report(root=tmp_path), "sarif"))["runs"][0]["tool"]["driver"]["rules"]
    assert url in [rule["helpUri"] for rule in rules]
    monkeypatch.delenv("GITHUB_SHA")
    assert "   = why: dtmodels rule SCH004" in render(report(FINDING, root=tmp_path), "text")


@pytest.mark.parametrize("text", HOSTILE)
def test_workflow_commands_are_escaped(text: str) -> None:
    annotation = render(hostile(text), "github").removesuffix("\n")
    assert "\n" not in annotation and "\r" not in annotation
    properties, _, data = annotation.removeprefix("::error ").partition("::")
    assert properties.count(",") == 4 and ":" not in properties
    assert "%0A" not in data.replace("%250A", "")
    for form in format_names():
        lines = render(hostile(text), form).splitlines()
        commands = [line for line in lines if line.lstrip().startswith("::")]
        assert len(commands) == (form == "github")
        assert not any("##[" in line for line in lines)


@pytest.mark.parametrize("text", HOSTILE)
def test_json_preserves_the_text_of_the_card(text: str) -> None:
    (finding,) = json.loads(render(hostile(text), "json"))["findings"]
    assert finding["message"] == text


def test_github_format_lists_errors_first() -> None:
    lines = render(report(FIXABLE, FINDING), "github").splitlines()
    assert [line.split()[0] for line in lines] == ["::error", "::warning"]
    assert lines[0] == (
        "::error file=models/toy-model/card.yaml,line=2,col=7,endColumn=8,title=SCH004::a problem; a fix"
    )


def test_markdown_escapes_card_text() -> None:
    for text in ["a | b", "<script>x</script>", "[a](javascript:x)", "`", "x\ny", "# x"]:
        lines = render(hostile(text), "markdown").splitlines()
        assert len(lines) == 5
        bars = [line.replace("\\|", "").count("|") for line in lines[2:]]
        assert bars == [6, 6, 6]
        outside_code = re.sub(r"`[^`]*`|\\.", "", lines[-1])
        assert "<" not in outside_code and "](" not in outside_code


def test_markdown_stays_below_the_summary_limit() -> None:
    long = dataclasses.replace(FINDING, message="x" * 5000, fix="y" * 5000)
    text = render(report(*[long] * 2000), "markdown")
    assert len(text.encode()) < 1_048_576
    assert text.splitlines()[-1] == "1000 more are omitted."


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / FINDING.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return tmp_path


def test_terminal_escapes_are_escaped(tmp_path: Path) -> None:
    root = written(tmp_path, "one\nname: \x1b[2J\u202ex\n")
    output = text_report([dataclasses.replace(FINDING, message="\x1b]0;x\x07")], root)
    assert "\x1b" not in output and "\u202e" not in output
    assert "\\x1b[2J\\u202ex" in output


def test_marker_is_below_the_value(tmp_path: Path) -> None:
    for before in (6, 60, 600):
        root = written(tmp_path, f"one\n{'-' * before}VALUE{'-' * 300}\n")
        finding = dataclasses.replace(FINDING, column=before + 1, end=before + 6)
        source, marker = text_report([finding], root).splitlines()[2:4]
        start = marker.index("^")
        assert source[start : start + marker.count("^")] == "VALUE"
        assert len(source) < 120


def test_finding_in_a_missing_file_has_no_source_line(tmp_path: Path) -> None:
    assert text_report([FINDING], tmp_path).splitlines() == [
        "error[SCH004]: a problem",
        "  --> models/toy-model/card.yaml:2:7",
        "   = fix: a fix",
    ]
