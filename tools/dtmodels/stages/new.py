"""new: a draft card with every field that a release requires."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import WrongUsage
from dtbase.system.files import write_text
from dtbase.system.suggestions import did_you_mean
from dtbase.terminal.console import Console
from dtmodels import families, tasks
from dtmodels.card.catalogue import CARD_FILE, model_directories
from dtmodels.card.placeholders import PLACEHOLDER_COMMIT, PLACEHOLDER_URL, TODO
from dtmodels.card.schemas import load_schema
from dtmodels.card.yaml_writer import card_text
from dtmodels.pages.generate import stale
from dtmodels.yaml.document import FieldPath

CARD_ITSELF = {"license": "GPL-3.0-or-later", "location": "card.yaml"}
"""The card is two of the components that openness is derived from."""
_Field = tuple[FieldPath, Any, Mapping[str, Any]]
"""Path, value and schema of a field."""


def new(root: Path, model_id: str, task: str, console: Console) -> Path:
    """Write `models/<id>/card.yaml` as a draft and its page, and print the next steps.

    The directory may hold other files of the model already. Fields that the family knows are filled in; see
    `dtmodels.families`. For unknown facts the draft assumes the worst: undisclosed data about people, without consent.

    Raises:
        WrongUsage: the id is malformed or has a card already, or the task does not exist.
        Failure: there is no `models` directory.
    """
    directory = root / "models" / model_id
    _check_arguments(root, model_id, task)
    path = directory / CARD_FILE
    write_text(path, template(model_id, task, _card_facts(model_id, task, directory)))
    for file, content in stale(root):
        if file.parent in (directory, root):
            write_text(file, content)
    console.say(str(path))
    console.note("next: fill in the marked fields, and remove their comments;")
    console.note(f"`dtmodels setup --pin {model_id}` adds digests of checkpoints; then run `dtmodels docs` and")
    console.note(f"`dtmodels lint {model_id}`, until nothing is left but findings that a maintainer has to accept")
    return path


def template(model_id: str, task: str, facts: Mapping[str, Any] | None = None) -> str:
    """The text of a new card; a comment next to each value that has to be filled in says what belongs there.

    Args:
        model_id: of the new model.
        task: that darktable uses it for.
        facts: card fields that are known; they replace those of the draft, and only placeholders get a comment.
    """
    known = facts or {}
    values = {**_draft(model_id, task), **known}
    form = load_schema("card-v1")
    ordered = {name: values[name] for name in form["properties"] if name in values}
    comments = {
        where: _comment(field, value, str(where[-1]))
        for where, value, field in _fields(ordered, form)
        if not known or _is_placeholder(value)
    }
    return card_text(ordered, comments)


def _check_arguments(root: Path, model_id: str, task: str) -> None:
    model_directories(root)  # raises where there is no `models`
    form = load_schema("card-v1")["properties"]["id"]
    if not re.fullmatch(form["pattern"], model_id) or len(model_id) > form["maxLength"]:
        raise WrongUsage(f"'{model_id}' cannot be the id of a model", fix=form["description"])
    if (root / "models" / model_id / CARD_FILE).exists():
        raise WrongUsage(f"there is a model '{model_id}' already", fix="choose another id, or edit its card")
    if task not in (known := plugin_names(tasks)):
        raise WrongUsage(f"'{task}' is not a task", fix=did_you_mean(task, known))


def _card_facts(model_id: str, task: str, directory: Path) -> Mapping[str, Any]:
    """The card fields that the family with the name of the task knows; none where there is no such family."""
    if task not in plugin_names(families):
        return {}
    card_facts = getattr(load_plugin(families, task), "card_facts", None)
    return card_facts(model_id, directory) if card_facts else {}


def _draft(model_id: str, task: str) -> Mapping[str, Any]:
    dataset = {
        "name": TODO,
        "url": PLACEHOLDER_URL,
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
        "source": {"repository": PLACEHOLDER_URL, "commit": PLACEHOLDER_COMMIT, "authors": [TODO]},
        "publication": {"kind": "peer-reviewed", "title": TODO, "url": PLACEHOLDER_URL},
        "license": {"weights": TODO, "code": TODO},
        "training": {"code": {"url": PLACEHOLDER_URL, "license": TODO}, "datasets": [dataset]},
        "openness": {
            "osaid": "none",
            "mof": "none",
            "components": {"model_card": CARD_ITSELF, "data_card": CARD_ITSELF},
        },
        "limitations": [{"about": "data", "text": TODO, "datasets": [TODO]}],
        "use": {"scope": TODO, "inference": "local", "network": "none", "telemetry": "none"},
        "checkpoints": [{"name": "weights", "url": PLACEHOLDER_URL}],
        "convert": {"family": "onnx", "options": {}},
        "package": {"type": "single", "attributes": {}},
        "changes": {"1.0": "First release."},
    }


def _fields(values: Mapping[str, Any], form: Mapping[str, Any], at: FieldPath = ()) -> Iterator[_Field]:
    """The fields of a card; a list of one text counts as this text."""
    for name, value in values.items():
        where = (*at, name)
        field = _resolved(form.get("properties", {}).get(name) or form.get("additionalProperties", {}))
        match value:
            case dict() if value:
                yield where, value, field
                yield from _fields(value, field, where)
            case [dict(), *_]:
                yield where, value, field
                for index, item in enumerate(value):
                    yield from _fields(item, field["items"], (*where, index))
            case [item]:
                yield where, item, field
            case _:
                yield where, value, field


def _resolved(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema with its reference resolved."""
    for part in form.get("allOf", ()):
        if name := part.get("$ref", "").rpartition("/")[2]:
            return {**load_schema("card-v1")["definitions"][name], **form}
    return form


def _comment(form: Mapping[str, Any], value: Any, name: str) -> str:
    """What belongs into a field: its choices and the schema's description; `fill in` marks a missing value."""
    described = str(form["description"])
    if name == "family":
        return f"fill in: {', '.join(plugin_names(families))}, or a new file in tools/dtmodels/families"
    if name == "attributes":
        return f"fill in: {described.removesuffix('.')}, such as {json.dumps(form['examples'][0])}"
    if "enum" in form and value != "draft":
        return f"fill in: {', '.join(form['enum'])}. {described}"
    return f"fill in: {described}" if _is_placeholder(value) else described


def _is_placeholder(value: Any) -> bool:
    return value in (PLACEHOLDER_URL, PLACEHOLDER_COMMIT) or str(value).upper().startswith(TODO)
