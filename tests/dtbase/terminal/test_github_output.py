"""What a step hands on arrives as it was, whatever is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dtbase.terminal.github_output import MAX_SUMMARY_BYTES, add_summary, set_outputs


def read(path: Path) -> dict[str, str]:
    """Outputs by GitHub's rules of the multi-line form."""
    found, lines = {}, iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        if line:
            name, _, end = line.partition("<<")
            content = []
            while (following := next(lines)) != end:
                content.append(following)
            found[name] = "\n".join(content)
    return found


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    return tmp_path / "outputs"


@pytest.mark.parametrize(
    "value", ["", "a", "a\nb", "a\nother=1\n", "end\nadmin<<end\ntrue\nend", "EOF", "ü ∞", "a=b<<c"]
)
def test_a_value_arrives_as_it_was_and_brings_no_other(outputs: Path, value: str) -> None:
    set_outputs({"first": value, "second": "x"})
    assert read(outputs) == {"first": value, "second": "x"}


def test_what_is_no_text_is_json_on_one_line(outputs: Path) -> None:
    set_outputs({"ids": ["a", "b\nc"], "count": 2})
    assert json.loads(read(outputs)["ids"]) == ["a", "b\nc"]
    assert read(outputs)["count"] == "2"


def test_steps_add_to_what_is_there(outputs: Path) -> None:
    set_outputs({"one": "1"})
    set_outputs({"two": "2"})
    assert read(outputs) == {"one": "1", "two": "2"}


def test_frames_are_never_the_same(outputs: Path) -> None:
    set_outputs({"one": "1"})
    set_outputs({"one": "1"})
    first, second = (line for line in outputs.read_text().splitlines() if line.startswith("one<<"))
    assert first != second


def test_outside_a_runner_nothing_is_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    set_outputs({"one": "1"})
    add_summary("words")
    assert list(tmp_path.iterdir()) == []


def test_a_summary_never_grows_beyond_what_github_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
