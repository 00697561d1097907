"""`dtproxies add`: states of the steps, and a run that stops at the first error; no darktable, no real command."""

import sys
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtproxies.command import add_steps
from dtproxies.command.add_steps import print_steps, run_steps

IMAGES = Path("images")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were started; each succeeds and writes the file that its step is expected to write."""
    started: list[list[str]] = []

    def run(command: tuple[str, ...], *, cwd: Path, **_: object) -> SimpleNamespace:
        words = list(command[2:])
        assert command[:2] == (sys.executable, "-m")
        if words[-1] != "--check":
            started.append(words)
        model = cwd / "models" / f"proxy-{words[2].removeprefix('proxy-')}"
        model.mkdir(parents=True, exist_ok=True)
        files = {"train": "weights.safetensors", "golden": "golden.safetensors", "new": "card.yaml"}
        if words[1] in files:
            (model / files[words[1]]).write_text("")
        return SimpleNamespace(returncode=1 if words[1] == "evaluate" else 0)

    monkeypatch.setattr(add_steps.subprocess, "run", run)
    monkeypatch.setattr(add_steps, "find", lambda: None)
    return started


def printed(root: Path) -> list[str]:
    out = StringIO()
    print_steps(Console(out, StringIO()), "exposure", root, images=IMAGES)
    return [line for line in out.getvalue().splitlines() if line[0].isdigit()]


def test_first_missing_step_is_to_do_and_later_ones_are_blocked(tmp_path: Path, commands: list[list[str]]) -> None:
    assert printed(tmp_path)[:2] == [
        "1. train the proxy: to do",
        "2. render the golden file: blocked: step 1 comes first",
    ]
    assert commands == []


def test_run_stops_at_a_failed_command_and_resumes(tmp_path: Path, commands: list[list[str]]) -> None:
    for _ in range(2):
        with pytest.raises(Failure, match=r"step 4 .* failed: exit code 1 of `dtproxies evaluate exposure"):
            run_steps(Console(StringIO(), StringIO()), "exposure", tmp_path, images=IMAGES)
    assert [words[:2] for words in commands] == [
        ["dtproxies", "train"],
        ["dtproxies", "golden"],
        ["dtmodels", "new"],
        ["dtproxies", "evaluate"],
        ["dtproxies", "evaluate"],
    ]
    assert printed(tmp_path)[2:4] == ["3. write the card: done", "4. evaluate, and write results and report: to do"]


def test_rendering_step_is_blocked_without_darktable(
    tmp_path: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise Failure("no darktable found")

    monkeypatch.setattr(add_steps, "find", missing)
    assert printed(tmp_path)[0] == "1. train the proxy: blocked: no darktable found"
    with pytest.raises(Failure, match=r"step 1 .* is blocked: no darktable found"):
        run_steps(Console(StringIO(), StringIO()), "exposure", tmp_path, images=IMAGES)


def test_unknown_module_is_wrong_usage(tmp_path: Path, commands: list[list[str]]) -> None:
    with pytest.raises(WrongUsage):
        print_steps(Console(StringIO(), StringIO()), "expsure", tmp_path, images=IMAGES)
