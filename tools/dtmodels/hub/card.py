"""The model card of a Hub repository: front matter for the Hub's search, then the model's page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from huggingface_hub import ModelCard, ModelCardData

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import CatalogueEntry
from dtmodels.card.hub_pipelines import PIPELINES
from dtmodels.card.model import Card
from dtmodels.hub.licences import OTHER, hub_licence
from dtmodels.licence import licence_verdict
from dtmodels.package.reader import PackageContents
from dtmodels.pages.markdown import code, link, text
from dtmodels.pages.model_page import model_page

_OTHER_PIPELINE = "image-to-image"
_MODEL = re.compile(r"https://huggingface\.co/(?!datasets/|spaces/)([\w.-]+/[\w.-]+)(/.*)?", re.ASCII)
_DATASET = re.compile(r"https://huggingface\.co/datasets/([\w.-]+/[\w.-]+)(/.*)?", re.ASCII)


def hub_card(package: PackageContents, source: str) -> str:
    """The text of README.md.

    Args:
        package: the model.
        source: URL of its release; empty when it is unknown.

    Raises:
        Failure: huggingface_hub reads other front matter than was written.
    """
    data = _data(package)
    page = model_page(CatalogueEntry(package.card, package.path.parent))
    readme = f"---\n{data.to_yaml().strip()}\n---\n\n{_origin(package, source)}\n{page}"
    if ModelCard(readme).data.to_yaml() != data.to_yaml():
        raise Failure(
            "huggingface_hub reads other front matter than was written", where=f"{package.card.id}: README.md"
        )
    return readme


def _data(package: PackageContents) -> ModelCardData:
    card = package.card
    fields: dict[str, Any] = {
        **_licence(package),
        "library_name": "onnx",
        "pipeline_tag": PIPELINES.get(card.task, _OTHER_PIPELINE),
        "tags": ["darktable", "onnx", card.task, card.architecture],
        "datasets": _on_hub(_DATASET, (data.url for data in card.training.datasets if data.role != "evaluate")),
        "base_model": _on_hub(_MODEL, _bases(card)),
    }
    return ModelCardData(**fields)


def _licence(package: PackageContents) -> dict[str, str]:
    """The Hub's licence fields; `other` has the expression and the licence text of the package."""
    stated = package.card.license
    expression = stated.package or stated.chosen or licence_verdict(stated.weights).chosen or stated.weights
    if (licence := hub_licence(expression)) != OTHER:
        return {"license": licence}
    fields = {"license": OTHER, "license_name": re.sub(r"[^a-z0-9.+]+", "-", expression.lower()).strip("-")}
    texts = [member.name for member in package.files if member.name.startswith("LICENSE")]
    return {**fields, "license_link": texts[0]} if texts else fields


def _bases(card: Card) -> Iterable[str]:
    """URLs of the weights' origins: the base model, and the repositories of the checkpoints."""
    if card.base_model:
        yield card.base_model.url
    for checkpoint in card.checkpoints:
        if checkpoint.hub:
            yield f"https://huggingface.co/{checkpoint.hub.repository}"
        elif checkpoint.url:
            yield checkpoint.url


def _on_hub(form: re.Pattern[str], urls: Iterable[str]) -> list[str] | None:
    """The names of Hub repositories among URLs, which are all that the Hub's search knows; None without any."""
    names = [match[1] for url in urls if (match := form.fullmatch(url))]
    return sorted(set(names)) or None


def _origin(package: PackageContents, source: str) -> str:
    release = f" of {link('this release', source)}" if source else ""
    return (
        f"The files of {code(package.path.name)}{release}, version {text(package.card.version)}, for"
        f" [darktable](https://www.darktable.org) 5.6 or newer. SHA-256 of the package: {code(package.sha256)}.\n"
    )
