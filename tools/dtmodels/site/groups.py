"""Datasets and licences of the whole collection, each with the models that use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dtmodels.licence import licence_verdict
from dtmodels.site.licences import licence_values
from dtmodels.site.slugs import slug

SIZES = (("under 1 MB", 1_000_000), ("1 to 100 MB", 100_000_000), ("over 100 MB", float("inf")))
"""Upper ends of the sizes that the catalogue filters by, in bytes."""
FACETS = {
    "task": "task",
    "grade": "grade",
    "licence": "licence of the weights",
    "status": "status",
    "darktable": "darktable",
    "size": "size",
}
"""What the catalogue filters by: key in addresses, and label."""


def dataset_groups(models: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Datasets by name; statements of cards that differ stand next to each other."""
    groups: dict[str, dict[str, Any]] = {}
    for model in models:
        for data in model["datasets"]:
            group = groups.setdefault(data["name"], {"name": data["name"], "slug": data["slug"], "statements": []})
            _add_statement(group["statements"], data, model)
    return [groups[name] for name in sorted(groups, key=str.casefold)]


def _add_statement(statements: list[dict[str, Any]], data: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    stated = {key: value for key, value in data.items() if key not in ("role", "name", "slug")}
    use = {"id": model["id"], "name": model["name"], "role": data["role"]}
    same = next((one for one in statements if all(one[key] == value for key, value in stated.items())), None)
    if same is None:
        statements.append({**stated, "models": [use]})
    else:
        same["models"].append(use)


def licence_groups(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Licences of weights, code and datasets, each with its verdict and the models and datasets under it."""
    uses: dict[str, dict[str, dict[str, str]]] = {}
    for model in models:
        for what, expression in _expressions(model):
            for licence in _licences(expression):
                of = uses.setdefault(licence, {})
                one = of.setdefault(model["id"], {"id": model["id"], "name": model["name"], "what": what})
                if what not in one["what"].split(", "):
                    one["what"] += f", {what}"
    return [{**licence_values(name), "models": list(uses[name].values())} for name in sorted(uses, key=str.casefold)]


def _expressions(model: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield "weights", model["licence"]["expression"]
    yield "code", model["licence"]["code"]
    for data in model["datasets"]:
        yield "dataset", data["license"]


def _licences(expression: str) -> list[str]:
    parts = licence_verdict(expression).applicable
    return [part.text for part in parts] if parts else [expression]


def facets(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the catalogue filters by: each value with its address and the number of models."""
    return [_facet(key, label, [facet_value(model, key) for model in models]) for key, label in FACETS.items()]


def facet_value(model: Mapping[str, Any], facet: str) -> str:
    """The value that a model has for a facet."""
    if facet == "licence":
        return str(model["licence"]["expression"])
    return size_name(model["bytes"]) if facet == "size" else str(model[facet])


def size_name(size: int | None) -> str:
    """Name of the class of sizes; `unknown` without a size."""
    return next(name for name, end in SIZES if size < end) if size else "unknown"


def _facet(key: str, label: str, values: Sequence[str]) -> dict[str, Any]:
    counted = {value: values.count(value) for value in sorted(set(values), key=str.casefold)}
    rows = [{"value": value, "slug": slug(value), "count": count} for value, count in counted.items()]
    return {"key": key, "label": label, "values": rows}
