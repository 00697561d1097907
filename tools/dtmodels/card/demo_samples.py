"""Sample sets of demos: the images that the demo of a task uses, read from `images/<task>/demo.yaml`.

The file holds one `demo` section like that of a card; values of a card override it.
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
from dtmodels.yaml.document import ReadProblem, UnreadableDocument, compose_document, decode_document

DEMO_FILE = "demo.yaml"
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png"}


def read_sample_set(directory: Path) -> Demo:
    """Read the sample set in `directory`; it is empty when there is no file.

    Raises:
        Failure: the file is not well formed; the message states line and column.
    """
    path = directory / DEMO_FILE
    if not path.is_file():
        return Demo()
    try:
        root, problems = compose_document(decode_document(path.read_bytes()))
    except UnreadableDocument as exc:
        raise _failure(path, exc.problem) from exc
    if not isinstance(root, Fields):
        raise Failure("has no demo section", where=str(path), fix="start with `demo:`")
    values, departures = validate_against_schema(root, _demo_schema())
    for problem in [*problems, *departures]:
        if problem.severity == "error":
            raise _failure(path, problem)
    demo: Demo = build_dataclass(Demo, values["demo"])
    return demo


def merge_demos(card: Demo, default: Demo) -> Demo:
    """Merge the demo of a card with its task's sample set; the card overrides fields, and prompts of single images."""
    merged = {field.name: getattr(card, field.name) or getattr(default, field.name) for field in fields(Demo)}
    return Demo(**{**merged, "prompts": {**default.prompts, **card.prompts}})


def _demo_schema() -> Mapping[str, Any]:
    card = load_schema("card-v1")
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["demo"],
        "properties": {"demo": card["properties"]["demo"]},
        "definitions": card["definitions"],
    }


def _failure(path: Path, problem: ReadProblem) -> Failure:
    return Failure(problem.what, where=f"{path}:{problem.span.line}:{problem.span.column}", fix=problem.fix)
