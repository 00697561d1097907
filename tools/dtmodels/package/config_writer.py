"""`build_config.json` of a package: what darktable reads, derived from the card and never written by hand.

Which keys are read, and that only strings count as strings there, is documented in
`schema/config-v1.schema.json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dtmodels.card.model import Card, Dataset

SEED_KEY = "stand_in"
"""Key of `build_config.json` that marks a model without real weights; its value is their seed."""


def build_config(card: Card, attributes: Mapping[str, Any], *, seed: int | None = None) -> dict[str, Any]:
    """The content of `build_config.json` for a model.

    Args:
        card: the model's card.
        attributes: what the network family knows beyond the card; the card's own attributes win.
        seed: of seeded weights; such a model says in every place a person may see that it is of no use.
    """
    values = _config(card, attributes)
    if seed is None:
        return values
    warning = f"Seeded weights (seed {seed}), of no use for pictures. "
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
        "attributes": {**attributes, **card.package.attributes},
        "model_card": model_card_texts(card),
    }


def model_card_texts(card: Card) -> dict[str, str]:
    """The nine texts darktable shows about an installed model; an empty one is shown as a dash."""
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
    """Where the network comes from, for a reader."""
    if card.source.repository == "self":
        return "the model repository that released this package"
    return card.source.repository


def _dataset_text(data: Dataset) -> str:
    return f"{data.name}: {data.provenance.rstrip('.')}."


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
