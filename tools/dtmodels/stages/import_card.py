"""import: the card for a `model.yaml` of darktable-ai.

Fields that model.yaml does not have become placeholders or the worst possible value; lint reports both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dtmodels.card.yaml_writer import card_text, scalar
from dtmodels.stages._model_yaml import read_model_yaml
from dtmodels.stages.new import PLACEHOLDER_COMMIT, PLACEHOLDER_URL, TODO
from dtmodels.yaml.document import FieldPath

Values = Mapping[str, Any]
_CONVERTED = {
    "id",
    "name",
    "description",
    "task",
    "version",
    "arch",
    "type",
    "tiling",
    "attributes",
    "checkpoints",
    "model_card",
}
_NO_FIELD = "model.yaml has no such field; `dtmodels explain` derives what the facts support"
_UNSTATED = "model.yaml does not state it; this is the worst possible value"


def import_card(path: Path) -> str:
    """The text of a card with the facts of the `model.yaml` at `path`.

    Raises:
        WrongUsage: there is no such file, or it is already a card.
        Failure: it is not plain YAML, or not in darktable-ai's format.
    """
    source = read_model_yaml(path)
    comments: dict[FieldPath, str] = {}
    card = source.get("model_card")
    about: Values = card if isinstance(card, dict) else {}
    datasets = _datasets(about)
    for index in range(len(datasets)):
        for name in ("access", "collection", "personal_data", "consent"):
            comments["training", "datasets", index, name] = _UNSTATED
    values = _card(source, about, datasets)
    for claim in ("osaid", "mof"):
        comments["openness", claim] = _NO_FIELD
    comments["license", "weights"] = "model.yaml states one licence; it may or may not be the licence of the code"
    unused = [line for name in source if name not in _CONVERTED for line in _comment_lines(name, source[name])]
    appendix = ["# Fields of model.yaml that a card does not have:", *unused] if unused else []
    return card_text(values, comments) + "".join(f"{line}\n" for line in appendix)


def _card(source: Values, about: Values, datasets: list[dict[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "schema": 1,
        "id": _text(source, "id"),
        "name": _text(source, "name"),
        "description": _text(about, "long_description", _text(source, "description")),
        "task": _text(source, "task", TODO.lower()),
        "architecture": _text(source, "arch", TODO.lower()),
        "version": _text(source, "version"),
        "status": "draft",
        "source": {
            "repository": _text(about, "source", PLACEHOLDER_URL),
            "commit": PLACEHOLDER_COMMIT,
            "authors": [_text(about, "author")],
        },
        "publication": {"kind": TODO, "title": TODO, "url": _text(about, "paper", PLACEHOLDER_URL)},
        "license": {"weights": _text(about, "license"), "code": TODO},
        "training": {"datasets": datasets},
        "openness": {"osaid": TODO, "mof": TODO},
        "limitations": _limitations(about, datasets),
        # darktable runs these models itself, and gives them no network access.
        "use": {"scope": _text(about, "scope"), "inference": "local", "network": "none", "telemetry": "none"},
        "checkpoints": list(_checkpoints(source)),
        "convert": {"family": TODO.lower(), "options": {}},
        "package": {"type": _text(source, "type"), "attributes": _attributes(source)},
    }
    return {name: value for name, value in values.items() if value != []}


def _datasets(about: Values) -> list[dict[str, Any]]:
    """One entry for each dataset with stated terms, as in `SIDD: MIT; DIV2K, WED: none`; else one entry for all."""
    description, terms = _text(about, "training_data"), _text(about, "training_data_license")
    parts = [part.partition(":") for part in terms.split(";")]
    if all(names and stated.strip() for names, _, stated in parts):
        named = [(name.strip(), stated.strip()) for names, _, stated in parts for name in names.split(",")]
    else:
        head, dash, _ = description.partition(" – ")
        named = [(head.strip() if dash and "," not in head else TODO, terms)]
    return [
        {
            "name": name,
            "role": "train",
            "license": licence,
            "access": "undisclosed",
            "collection": "undisclosed",
            "personal_data": "people",
            "consent": "unknown",
            "provenance": description,
        }
        for name, licence in named
        if name
    ]


def _limitations(about: Values, datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The notes of model.yaml, where its authors disclose limitations, with the datasets that they name."""
    notes = _text(about, "notes")
    if notes == TODO:
        return []
    named = [data["name"] for data in datasets if re.search(rf"(?<!\w){re.escape(data['name'])}(?!\w)", notes)]
    return [{"about": TODO, "text": notes} | ({"datasets": named} if named else {})]


def _checkpoints(source: Values) -> Iterator[dict[str, Any]]:
    entries = source.get("checkpoints")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        values: Values = entry if isinstance(entry, dict) else {}
        stem = PurePosixPath(_text(values, "path", "")).stem.lower()
        name = re.sub(r"[^a-z0-9_.-]+", "-", stem).strip("-._") or f"weights-{index + 1}"
        yield {"name": name, "url": _text(values, "url", PLACEHOLDER_URL), "sha256": "0" * 64}


def _attributes(source: Values) -> dict[str, Any]:
    stated = source.get("attributes")
    attributes = dict(stated) if isinstance(stated, dict) else {}
    return attributes | ({"tiling": source["tiling"]} if "tiling" in source else {})


def _comment_lines(name: str, value: Any) -> Iterator[str]:
    """A field as comment lines, one for each value in it."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _comment_lines(f"{name}.{key}", inner)
        case list():
            for index, inner in enumerate(value):
                yield from _comment_lines(f"{name}[{index}]", inner)
        case _:
            yield f"# {name}: {scalar(value)}"


def _text(values: Values, name: str, default: str = TODO) -> str:
    """A text of model.yaml; `default` where it is missing, empty or no text."""
    value = values.get(name)
    return " ".join(value.split()) or default if isinstance(value, str) else default
