"""What is run: one line of our own commands, with every value by `env`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from dtmodels.command.cli import cli
from dtproxies.command.cli import commands
from tests.workflows.checkers._files import every_file

OURS = {"dtmodels": cli, "dtproxies": commands}
OTHERS = {".ci/run", "sh", "zizmor", "gh"}
"""What else a line may call: the installer, the tests, an audit, GitHub's own check of its attestations."""


def check(root: Path) -> list[str]:
    runs = [(place, step) for file in every_file(root) for place, step in file.steps() if "run" in step]
    return [f"{place}: {problem}: {step['run']}" for place, step in runs for problem in _problems(step["run"])]


def _problems(line: str) -> Iterator[str]:
    if "\n" in line.strip():
        yield "more than one line"
    if "${{" in line:
        yield "a value reaches the shell as text of the program"
    words = list(shlex.shlex(line, posix=True, punctuation_chars="|<>&;"))
    if not (OURS.keys() | OTHERS) & set(words):
        yield "none of our commands"
    if {";", "&&", "||", "&"} & set(words):
        yield "more than one command"
    for place, word in enumerate(words):
        if word in OURS:
            yield from _misused(OURS[word], _until_redirected(words[place + 1 :]))


def _until_redirected(words: list[str]) -> list[str]:
    return words[: next((place for place, word in enumerate(words) if set(word) <= set("|<>&;")), len(words))]


def _misused(group: click.Group, words: list[str]) -> Iterator[str]:
    """Options and sub-commands that do not exist."""
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
