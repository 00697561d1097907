"""Step outputs and summaries: any value is passed on unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dtbase.terminal.github_output import MAX_SUMMARY_BYTES, add_summary, set_outputs


def read(path: Path) -> dict[str, str]:
    """Parse outputs by GitHub's rules for multi-line values."""
    outputs, lines = {}, iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line:
            name, _, delimiter = line.partition("<<")
            content = []
            while (following := next(lines)) != delimiter:
                content.append(following)
            outputs[name] = "\n".join(content)
    return outputs


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    return tmp_path / "outputs"


@pytest.mark.parametrize(
    "value", ["", "a", "a\nb", "a\nother=1\n", "end\nadmin<<end\ntrue\nend", "EOF", "ü ∞", "a=b<<c"]
)
def test_value_is_unchanged_and_injects_no_other_output(outputs: Path, value: str) -> None:
    set_outputs({"first": value, "second": "x"})
    assert read(outputs) == {"first": value, "second": "x"}


def test_other_values_are_json_on_one_line(outputs: Path) -> None:
    set_outputs({"ids": ["a", "b\nc"], "count": 2})
    assert json.loads(read(outputs)["ids"]) == ["a", "b\nc"]
    assert read(outputs)["count"] == "2"


def test_outputs_are_appended(outputs: Path) -> None:
    set_outputs({"one": "1"})
    set_outputs({"two": "2"})
    assert read(outputs) == {"one": "1", "two": "2"}


def test_delimiters_are_random(outputs: Path) -> None:
    set_outputs({"one": "1"})
    set_outputs({"one": "1"})
    first, second = (line for line in outputs.read_text().splitlines() if line.startswith("one<<"))
    assert first != second


def test_nothing_is_written_outside_github_actions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    set_outputs({"one": "1"})
    add_summary("words")
    assert list(tmp_path.iterdir()) == []


def test_summary_is_truncated_at_the_limit_of_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    add_summary("| short |\n")
    for _ in range(3):
        add_summary("∞ line\n" * 90_000)
    text = file.read_text(encoding="utf-8")
    assert file.stat().st_size <= MAX_SUMMARY_BYTES
    assert text.startswith("| short |\n")
    assert text.count("did not fit") == 1
    assert all(
        line in ("| short |", "∞ line", "", "The rest did not fit into this summary.") for line in text.split("\n")
    )
