"""Build the `config.json` of a package from the card.

`schema/config-v1.schema.json` documents its keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dtmodels.card.model import Card, Dataset, PackageSettings

SEED_KEY = "stand_in"
"""Key of `config.json` for a model with seeded weights; its value is the seed."""

LOADER_KEYS = ("cpu_only", "coreml_format", "ort_optimization", "ort_optimization_provider")
"""Top-level keys by which darktable loads the ONNX files; fields of the card's `package` have the same names."""


def build_config(card: Card, attributes: Mapping[str, Any], *, seed: int | None = None) -> dict[str, Any]:
    """Return the content of `config.json` for a model.

    Args:
        card: the model's card.
        attributes: attributes from the network family; attributes of the card override them.
        seed: seed of seeded weights; all displayed texts then warn that the model is of no use.
    """
    values = _config(card, attributes)
    if seed is None:
        return values
    warning = f"Seeded weights (seed {seed}), of no use for images. "
    texts = {**values["model_card"], "long_description": warning + values["model_card"]["long_description"]}
    name = f"{values['name']} (seeded weights)"
    return {**values, "name": name, "description": warning + card.description, "model_card": texts, SEED_KEY: seed}


def _config(card: Card, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": card.id,
        "name": card.name,
        "description": card.description,
        "task": card.task,
        "version": card.version,
        "arch": card.architecture,
        "backend": "onnx",
        **loader_settings(card.package),
        "attributes": {**attributes, **card.package.attributes},
        "model_card": model_card_texts(card),
    }


def loader_settings(package: PackageSettings) -> dict[str, Any]:
    """Return the settings by which darktable loads the ONNX files: those that the card states, as plain JSON values."""
    return {key: _plain(value) for key in LOADER_KEYS if (value := getattr(package, key))}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def model_card_texts(card: Card) -> dict[str, str]:
    """Return the nine texts that darktable shows for an installed model; it shows an empty one as a dash."""
    training = [data for data in card.training.datasets if data.role != "evaluate"]
    return {
        "long_description": card.description,
        "scope": card.use.scope,
        "author": ", ".join(card.source.authors),
        "source": source_text(card),
        "paper": card.publication.url if card.publication else "",
        "license": card.license.weights,
        "training_data": " ".join(_dataset_text(data) for data in training),
        "training_data_license": "; ".join(_unique(data.license for data in training)),
        "notes": " ".join(limitation.text for limitation in card.limitations),
    }


def source_text(card: Card) -> str:
    """Return the origin of the network as text for readers."""
    if card.source.repository == "self":
        return "the model repository that released this package"
    return card.source.repository


def _dataset_text(data: Dataset) -> str:
    return f"{data.name}: {data.provenance.rstrip('.')}."


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
