"""Files for outputs, variables and summaries of a step: `NAME=value`, or `NAME<<END`, lines, `END`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.workflows.executor.problems import StepFailed

FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
MOST_SUMMARY = 1024 * 1024
"""Bytes of one step's summary; GitHub does not display a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutputs:
    """Values that a step has written to its files."""

    outputs: dict[str, str]
    env: dict[str, str]
    paths: list[str]
    state: dict[str, str]
    summary: str


def create_command_files(directory: Path) -> dict[str, str]:
    """Create empty files for one step; return the variables with their paths."""
    directory.mkdir(parents=True)
    for name in FILES:
        (directory / name.lower()).touch()
    return {name: str(directory / name.lower()) for name in FILES}


def read_command_files(files: dict[str, str]) -> FileOutputs:
    """Read the files after the step, by GitHub's rules.

    Raises:
        StepFailed: a file is malformed, sets a reserved variable, or is too large.
    """
    texts = {name: Path(path).read_bytes().decode("utf-8") for name, path in files.items()}
    summary = texts["GITHUB_STEP_SUMMARY"]
    if len(summary.encode()) > MOST_SUMMARY:
        raise StepFailed(f"the summary has {len(summary.encode())} bytes, {MOST_SUMMARY} is the limit")
    env = dict(_pairs("GITHUB_ENV", texts["GITHUB_ENV"]))
    if reserved := [name for name in env if name.startswith(("GITHUB_", "RUNNER_")) or name == "NODE_OPTIONS"]:
        raise StepFailed(f"GITHUB_ENV may not set {', '.join(reserved)}")
    return FileOutputs(
        outputs=dict(_pairs("GITHUB_OUTPUT", texts["GITHUB_OUTPUT"])),
        env=env,
        paths=[line for line in texts["GITHUB_PATH"].split("\n") if line],
        state=dict(_pairs("GITHUB_STATE", texts["GITHUB_STATE"])),
        summary=summary,
    )


def _pairs(file: str, text: str) -> Iterator[tuple[str, str]]:
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        plain, marked = line.find("="), line.find("<<")
        if plain >= 0 and (marked < 0 or plain < marked):
            name, _, value = line.partition("=")
        elif marked >= 0:
            name, _, end = line.partition("<<")
            value = _until(file, end, lines)
        else:
            raise StepFailed(f"{file}: '{line}' is neither NAME=value nor NAME<<END")
        if not name:
            raise StepFailed(f"{file}: '{line}' has no name")
        yield name, value


def _until(file: str, end: str, lines: Iterator[str]) -> str:
    collected: list[str] = []
    for line in lines:
        if line == end:
            return "\n".join(collected)
        collected.append(line)
    raise StepFailed(f"{file}: no line says '{end}', which would end a value")
