"""new: the first card of a model, with a place for everything a release must say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dtbase.system.discovery import plugin_names
from dtbase.system.errors import WrongUsage
from dtbase.system.files import write_text
from dtbase.system.suggestions import did_you_mean
from dtbase.terminal.console import Console
from dtmodels import families, tasks
from dtmodels.card.catalogue import CARD_FILE, model_directories
from dtmodels.card.schemas import load_schema
from dtmodels.card.yaml_writer import MODELINE, scalar
from dtmodels.pages.generate import stale

TODO = "TODO"
"""A placeholder: lint points it out in a draft and refuses it in a release."""
ADDRESS = "https://example.org/"
"""The same for an address."""
COMMIT = "0" * 40
"""The same for a commit."""
HERE = {"license": "GPL-3.0-or-later", "location": "card.yaml"}
"""What the card itself is of a model: two of the components that its openness is judged by."""


def new(root: Path, model_id: str, task: str, console: Console) -> Path:
    """Write `models/<id>/card.yaml` as a draft and its page, and say what comes next.

    Where nothing is known, the draft says the worst: data about people, undisclosed, without consent.

    Raises:
        WrongUsage: the id is not well formed or taken, or the task does not exist.
        Failure: there is no `models` directory.
    """
    _refuse(root, model_id, task)
    path = root / "models" / model_id / CARD_FILE
    write_text(path, template(model_id, task))
    for file, content in stale(root):
        if file.parent in (path.parent, root):
            write_text(file, content)
    console.say(str(path))
    console.note("next: fill in what is marked there, and take the remarks out as you go;")
    console.note(f"`dtmodels setup --pin {model_id}` adds digests of checkpoints; then `dtmodels docs` and")
    console.note(f"`dtmodels lint {model_id}`, until it is silent or only asks for what a maintainer has to accept")
    return path


def template(model_id: str, task: str) -> str:
    """The text of a new card; each value that has to be filled in is followed by what belongs there."""
    values = _draft(model_id, task)
    return MODELINE + "\n".join(_lines(values, load_schema("card-v1"), "")) + "\n"


def _refuse(root: Path, model_id: str, task: str) -> None:
    taken = [directory.name for directory in model_directories(root)]
    form = load_schema("card-v1")["properties"]["id"]
    if not re.fullmatch(form["pattern"], model_id) or len(model_id) > form["maxLength"]:
        raise WrongUsage(f"'{model_id}' cannot be the id of a model", fix=form["description"])
    if model_id in taken or (root / "models" / model_id).exists():
        raise WrongUsage(f"there is a model '{model_id}' already", fix="choose another id, or edit its card")
    if task not in (known := plugin_names(tasks)):
        raise WrongUsage(f"'{task}' is not a task", fix=did_you_mean(task, known))


def _draft(model_id: str, task: str) -> Mapping[str, Any]:
    dataset = {
        "name": TODO,
        "url": ADDRESS,
        "role": "train",
        "license": TODO,
        "access": "undisclosed",
        "collection": "undisclosed",
        "personal_data": "people",
        "consent": "unknown",
        "provenance": TODO,
    }
    return {
        "schema": 1,
        "id": model_id,
        "name": model_id.replace("-", " "),
        "description": TODO,
        "task": task,
        "architecture": TODO.lower(),
        "version": "1.0",
        "status": "draft",
        "source": {"repository": ADDRESS, "commit": COMMIT, "authors": [TODO]},
        "publication": {"kind": "peer-reviewed", "title": TODO, "url": ADDRESS},
        "license": {"weights": TODO, "code": TODO},
        "training": {"code": {"url": ADDRESS, "license": TODO}, "datasets": [dataset]},
        "openness": {"osaid": "none", "mof": "none", "components": {"model_card": HERE, "data_card": HERE}},
        "limitations": [{"about": "data", "text": TODO, "datasets": [TODO]}],
        "use": {"scope": TODO, "inference": "local", "network": "none", "telemetry": "none"},
        "checkpoints": [{"name": "weights", "url": ADDRESS}],
        "convert": {"family": "onnx", "options": {}},
        "package": {"type": "single", "attributes": {}},
        "changes": {"1.0": "First release."},
    }


def _lines(values: Mapping[str, Any], form: Mapping[str, Any], indent: str) -> Iterator[str]:
    """The fields of a mapping as YAML, each beside what the schema says about it."""
    for name, value in values.items():
        key = f"{indent}{scalar(name)}:"
        of_field = _whole(form.get("properties", {}).get(name) or form.get("additionalProperties", {}))
        match value:
            case dict() if value:
                yield f"{key}  # {_remark(of_field, value, name)}"
                yield from _lines(value, of_field, indent + "  ")
            case [dict() as item]:
                yield f"{key}  # {_remark(of_field, value, name)}"
                first, *others = _lines(item, of_field["items"], "")
                yield f"{indent}  - {first}"
                yield from (f"{indent}    {line}" for line in others)
            case [item]:
                yield f"{key} [{scalar(item)}]  # {_remark(of_field, item, name)}"
            case _:
                yield f"{key} {scalar(value)}  # {_remark(of_field, value, name)}"


def _whole(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema with its reference followed."""
    for part in form.get("allOf", ()):
        if name := part.get("$ref", "").rpartition("/")[2]:
            return {**load_schema("card-v1")["definitions"][name], **form}
    return form


def _remark(form: Mapping[str, Any], value: Any, name: str) -> str:
    """What belongs into a field: its choices, and what the schema says about it."""
    described = str(form["description"])
    if name == "family":
        return f"fill in: {', '.join(plugin_names(families))}, or a new file in tools/dtmodels/families"
    if name == "attributes":
        return f"fill in: {described.removesuffix('.')}, such as {json.dumps(form['examples'][0])}"
    if "enum" in form and value != "draft":
        return f"fill in: {', '.join(form['enum'])}. {described}"
    return f"fill in: {described}" if value in (TODO, TODO.lower(), ADDRESS, COMMIT) else described
