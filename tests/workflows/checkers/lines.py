"""Commands of steps: one line each, only known programs, and all values passed by `env`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from dtmodels.command.cli import cli
from dtproxies.command.cli import commands
from tests.workflows.checkers._files import every_file

GROUPS = {"dtmodels": cli, "dtproxies": commands}
OTHER_PROGRAMS = {".ci/run", "sh", "zizmor", "gh"}
"""Other allowed programs: installer, tests, audit of workflows, and check of attestations."""


def check(root: Path) -> list[str]:
    runs = [(location, step) for file in every_file(root) for location, step in file.steps() if "run" in step]
    return [f"{location}: {problem}: {step['run']}" for location, step in runs for problem in _problems(step["run"])]


def _problems(line: str) -> Iterator[str]:
    if "\n" in line.strip():
        yield "more than one line"
    if "${{" in line:
        yield "a value is inserted into the script"
    words = list(shlex.shlex(line, posix=True, punctuation_chars="|<>&;"))
    if not (GROUPS.keys() | OTHER_PROGRAMS) & set(words):
        yield "no known program"
    if {";", "&&", "||", "&"} & set(words):
        yield "more than one command"
    for location, word in enumerate(words):
        if word in GROUPS:
            yield from _misused(GROUPS[word], _until_redirected(words[location + 1 :]))


def _until_redirected(words: list[str]) -> list[str]:
    return words[: next((location for location, word in enumerate(words) if set(word) <= set("|<>&;")), len(words))]


def _misused(group: click.Group, words: list[str]) -> Iterator[str]:
    """Yield unknown options and sub-commands."""
    command: click.Command = group
    ahead = iter(words)
    for word in ahead:
        options = {name: option for option in command.params for name in (*option.opts, *option.secondary_opts)}
        if word == "--":
            return
        if word.startswith("-"):
            if word not in options:
                yield f"{command.name} has no {word}"
            elif not getattr(options[word], "is_flag", False):
                next(ahead, None)
        elif isinstance(command, click.Group):
            if word not in command.commands:
                yield f"there is no command {word}"
                return
            command = command.commands[word]
