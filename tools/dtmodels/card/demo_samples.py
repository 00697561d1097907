"""Sample sets: which images the demo of a task shows, and how, in `images/<task>/demo.yaml`.

The file holds one `demo` section as a card may have it; what a card says goes before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.card.model import Demo
from dtmodels.card.reader import build_dataclass
from dtmodels.card.schema_fit import validate_against_schema
from dtmodels.card.schemas import load_schema
from dtmodels.yaml.document import Mapping as Fields
from dtmodels.yaml.document import ReadProblem, UnreadableDocument, compose, decode

DEMO_FILE = "demo.yaml"
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png"}


def read_sample_set(directory: Path) -> Demo:
    """The sample set in `directory`; an empty one where there is none.

    Raises:
        Failure: it is not well formed; says line and column.
    """
    path = directory / DEMO_FILE
    if not path.is_file():
        return Demo()
    try:
        root, problems = compose(decode(path.read_bytes()))
    except UnreadableDocument as stop:
        raise _failure(path, stop.problem) from stop
    if not isinstance(root, Fields):
        raise Failure("holds no demo section", where=str(path), fix="start with `demo:`")
    values, more = validate_against_schema(root, _form())
    for problem in [*problems, *more]:
        if problem.severity == "error":
            raise _failure(path, problem)
    found: Demo = build_dataclass(Demo, values["demo"])
    return found


def merge_demos(card: Demo, default: Demo) -> Demo:
    """What a card says, and what the sample set says where the card is silent; prompts image by image."""
    said = {field.name: getattr(card, field.name) or getattr(default, field.name) for field in fields(Demo)}
    return Demo(**{**said, "prompts": {**default.prompts, **card.prompts}})


def _form() -> Mapping[str, Any]:
    whole = load_schema("card-v1")
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["demo"],
        "properties": {"demo": whole["properties"]["demo"]},
        "definitions": whole["definitions"],
    }


def _failure(path: Path, problem: ReadProblem) -> Failure:
    return Failure(problem.what, where=f"{path}:{problem.span.line}:{problem.span.column}", fix=problem.fix)
