"""Workflow commands in a step's output: `::error file=…::text`, and the older `##[error]text` anywhere in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LEVELS = ("error", "warning", "notice")
REMOVED = {
    "set-env": "GITHUB_ENV",
    "add-path": "GITHUB_PATH",
    "set-output": "GITHUB_OUTPUT",
    "save-state": "GITHUB_STATE",
}
KNOWN = {*LEVELS, *REMOVED, "debug", "group", "endgroup", "add-mask", "add-matcher", "remove-matcher", "echo"}
STOP = "stop-commands"

NEW = re.compile(r"\s*::(?P<name>[^\s:]+)(?: (?P<properties>.*?))?::(?P<data>.*)", re.DOTALL)
OLD = re.compile(r".*?##\[(?P<name>[^\s\]]+)(?: (?P<properties>[^\]]*))?\](?P<data>.*)", re.DOTALL)

ESCAPES = {"%0D": "\r", "%0A": "\n"}
NEW_PROPERTY = {**ESCAPES, "%3A": ":", "%2C": ","}
OLD_ALL = {**ESCAPES, "%3B": ";", "%5D": "]"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A message at a line of a file, or on the page of the run."""

    level: str
    message: str
    file: str = ""
    line: int = 0
    title: str = ""


@dataclass(slots=True, kw_only=True)
class ParsedLog:
    """Text and commands in the output of a step."""

    lines: list[str] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    """Names of all executed commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command."""

    name: str
    properties: Mapping[str, str]
    data: str


def read_log(lines: Iterable[str]) -> ParsedLog:
    """Separate the output of a step into commands and text, as the runner does."""
    parsed, token = ParsedLog(), ""
    for line in lines:
        command = parse(line, also=token)
        if command is None or (token and command.name != token.lower()):
            parsed.lines.append(line)
        elif token:
            token = ""
        elif command.name == STOP:
            token = command.data
        else:
            _execute(command, parsed)
    return parsed


def parse(line: str, *, also: str = "") -> Command | None:
    """Return the known command in a line, if any; `also` is the token that ends `stop-commands`."""
    known = {*KNOWN, STOP, also.lower()}
    for form, separator, escapes, of_data in ((NEW, ",", NEW_PROPERTY, ESCAPES), (OLD, ";", OLD_ALL, OLD_ALL)):
        if (match := form.fullmatch(line)) and match["name"].lower() in known:
            pairs = (pair.partition("=") for pair in (match["properties"] or "").split(separator))
            properties = {name.strip(): _unescape(value, escapes) for name, _, value in pairs if value}
            data = _unescape(match["data"], of_data)
            return Command(name=match["name"].lower(), properties=properties, data=data)
    return None


def _unescape(text: str, escapes: Mapping[str, str]) -> str:
    for code, character in escapes.items():
        text = text.replace(code, character)
    return text.replace("%25", "%")


def _execute(command: Command, parsed: ParsedLog) -> None:
    parsed.commands.append(command.name)
    if command.name in LEVELS:
        line = command.properties.get("line", "")
        parsed.annotations.append(
            Annotation(
                level=command.name,
                message=command.data,
                file=command.properties.get("file", ""),
                line=int(line) if line.isdigit() else 0,
                title=command.properties.get("title", ""),
            )
        )
    elif command.name == "add-mask":
        parsed.masks.append(command.data)
    elif command.name in REMOVED:
        parsed.errors.append(f"the command {command.name} is no longer supported: write to ${REMOVED[command.name]}")
