"""import: a `model.yaml` of darktable-ai's format as a card of this format.

What that format does not say becomes a placeholder, or the worst a card can say: lint reports both. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from dtmodels.card.yaml_writer import card_text, scalar
from dtmodels.stages._model_yaml import read_model_yaml
from dtmodels.stages.new import ADDRESS, COMMIT, TODO
from dtmodels.yaml.document import FieldPath

Values = Mapping[str, Any]
_CARRIED = {
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
_NO_FIELD = "the source's format has no field for it; `dtmodels explain` derives what the facts support"
_UNSAID = "the source does not say; this is the worst it could be"


def import_card(path: Path) -> str:
    """The text of a card with what the `model.yaml` at `path` says.

    Raises:
        WrongUsage: there is no such file, or it is a card of this format already.
        Failure: it is no plain YAML, or not of darktable-ai's format.
    """
    source = read_model_yaml(path)
    remarks: dict[FieldPath, str] = {}
    card = source.get("model_card")
    about: Values = card if isinstance(card, dict) else {}
    datasets = _datasets(about)
    for index in range(len(datasets)):
        for name in ("access", "collection", "personal_data", "consent"):
            remarks["training", "datasets", index, name] = _UNSAID
    values = _card(source, about, datasets)
    for claim in ("osaid", "mof"):
        remarks["openness", claim] = _NO_FIELD
    remarks["license", "weights"] = "the source states one licence; whether the code has the same is not said"
    rest = [line for name in source if name not in _CARRIED for line in _comment(name, source[name])]
    kept = ["# What the source says and a card has no field for:", *rest] if rest else []
    return card_text(values, remarks) + "".join(f"{line}\n" for line in kept)


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
            "repository": _text(about, "source", ADDRESS),
            "commit": COMMIT,
            "authors": [_text(about, "author")],
        },
        "publication": {"kind": TODO, "title": TODO, "url": _text(about, "paper", ADDRESS)},
        "license": {"weights": _text(about, "license"), "code": TODO},
        "training": {"datasets": datasets},
        "openness": {"osaid": TODO, "mof": TODO},
        "limitations": _limitations(about, datasets),
        # darktable runs models of that format itself, and gives them no network.
        "use": {"scope": _text(about, "scope"), "inference": "local", "network": "none", "telemetry": "none"},
        "checkpoints": list(_checkpoints(source)),
        "convert": {"family": TODO.lower(), "options": {}},
        "package": {"type": _text(source, "type"), "attributes": _attributes(source)},
    }
    return {name: value for name, value in values.items() if value != []}


def _datasets(about: Values) -> list[dict[str, Any]]:
    """One entry for each set the source names with its terms: `SIDD: MIT; DIV2K, WED: none`; else one for all."""
    said, terms = _text(about, "training_data"), _text(about, "training_data_license")
    parts = [part.partition(":") for part in terms.split(";")]
    if all(names and stated.strip() for names, _, stated in parts):
        named = [(name.strip(), stated.strip()) for names, _, stated in parts for name in names.split(",")]
    else:
        head, dash, _ = said.partition(" – ")
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
            "provenance": said,
        }
        for name, licence in named
        if name
    ]


def _limitations(about: Values, datasets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The source's notes, which is where its format discloses; they are about the sets they name."""
    notes = _text(about, "notes")
    if notes == TODO:
        return []
    named = [data["name"] for data in datasets if re.search(rf"(?<!\w){re.escape(data['name'])}(?!\w)", notes)]
    return [{"about": TODO, "text": notes} | ({"datasets": named} if named else {})]


def _checkpoints(source: Values) -> Iterator[dict[str, Any]]:
    given = source.get("checkpoints")
    for index, entry in enumerate(given if isinstance(given, list) else []):
        values: Values = entry if isinstance(entry, dict) else {}
        stem = PurePosixPath(_text(values, "path", "")).stem.lower()
        name = re.sub(r"[^a-z0-9_.-]+", "-", stem).strip("-._") or f"weights-{index + 1}"
        yield {"name": name, "url": _text(values, "url", ADDRESS), "sha256": "0" * 64}


def _attributes(source: Values) -> dict[str, Any]:
    given = source.get("attributes")
    attributes = dict(given) if isinstance(given, dict) else {}
    return attributes | ({"tiling": source["tiling"]} if "tiling" in source else {})


def _comment(name: str, value: Any) -> Iterator[str]:
    """A field as comment lines: one each, whatever the value holds."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _comment(f"{name}.{key}", inner)
        case list():
            for index, inner in enumerate(value):
                yield from _comment(f"{name}[{index}]", inner)
        case _:
            yield f"# {name}: {scalar(value)}"


def _text(values: Values, name: str, otherwise: str = TODO) -> str:
    """A text of the source; `otherwise` where it has none, or something that is no text."""
    value = values.get(name)
    return " ".join(value.split()) or otherwise if isinstance(value, str) else otherwise
