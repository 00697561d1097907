"""All facts about one model as plain values: the pages show them, and `api/v1/models/<id>.json` is them.

`schema/site-model-v1.schema.json` documents the keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import CARD_FILE
from dtmodels.card.model import Card, Dataset
from dtmodels.card.reader import CardReading, parse_card_file
from dtmodels.openness.derive import fsf, mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.openness.non_open_data import compromises
from dtmodels.package.config_reader import PackageConfig
from dtmodels.package.config_writer import build_config, source_text
from dtmodels.package.darktable_versions import FIRST, NEWER, newer_needs, versions_text
from dtmodels.pages.phrases import UNPUBLISHED, has_no_release
from dtmodels.site.built import Built, built
from dtmodels.site.licences import verdict_values
from dtmodels.site.proof_tree import card_line, class_values, proof_values
from dtmodels.site.slugs import slug


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """A model of the catalogue."""

    values: dict[str, Any]
    built: Built
    directory: Path
    card: Card


def model_facts(directory: Path, root: Path) -> ModelFacts:
    """Read a card and all that follows from it.

    Args:
        directory: the model's directory.
        root: the repository.

    Raises:
        Failure: the card or what was built of the model cannot be read.
    """
    reading = parse_card_file(directory / CARD_FILE)
    card = reading.card
    if card is None or any(problem.severity == "error" for problem in reading.problems):
        where, fix = str(directory / CARD_FILE), f"dtmodels lint {directory.name}"
        raise Failure("the card has errors", where=where, fix=fix)
    files = built(Workspace(root), card.id)
    values = {"schema": 1, **_head(card, root), **_derived(card, reading, root)}
    values |= {**_stated(card), **_package(card, files)}
    return ModelFacts(values=values, built=files, directory=directory, card=card)


def _head(card: Card, root: Path) -> dict[str, Any]:
    unpublished = card.status == "released" and has_no_release(root)
    return {
        "id": card.id,
        "name": card.name,
        "description": card.description,
        "task": card.task,
        "version": card.version,
        "status": card.status,
        "status_text": UNPUBLISHED if unpublished else card.status,
        "published": card.status == "released" and not unpublished,
        "status_reason": card.status_reason or "",
        "authors": list(card.source.authors),
        "source": {"text": source_text(card), "url": card.source.repository, "commit": card.source.commit or ""},
        "family": card.convert.family,
        "architecture": card.architecture,
        "purpose": card.use.scope,
    }


def _derived(card: Card, reading: CardReading, root: Path) -> dict[str, Any]:
    complete = with_inherited(card, root / "models")
    claims = (card.openness.osaid, card.openness.mof) if card.openness else ("none", "none")
    classes = [
        class_values("OSAID", claims[0], osaid(complete), reading),
        class_values("MOF", claims[1], mof(complete), reading),
    ]
    line, quote = card_line(reading, ("license", "weights"))
    return {
        "grade": grade(complete),
        "classes": classes,
        "fsf": proof_values(fsf(complete), reading),
        "licence": {
            **verdict_values(card.license.chosen or card.license.weights),
            "code": card.license.code,
            "line": line,
            "quote": quote,
        },
        "acceptances": [
            {"rule": one.rule, "reason": one.reason, "by": one.by, "date": one.date} for one in card.acceptances
        ],
        "datasets": [dataset_values(data) for data in complete.training.datasets],
    }


def dataset_values(data: Dataset) -> dict[str, Any]:
    """One dataset with what the card states, and the reasons why it is not open."""
    fields = ("name", "url", "role", "license", "access", "collection", "personal_data", "consent", "provenance")
    values = {name: getattr(data, name) for name in fields}
    return {**values, "slug": slug(data.name), "not_open": compromises(data)}


def _stated(card: Card) -> dict[str, Any]:
    code = card.training.code
    base = card.base_model
    publication = card.publication
    return {
        "limitations": [{"about": one.about, "text": one.text} for one in card.limitations],
        "evaluation": [
            {
                "metric": one.metric,
                "unit": one.unit,
                "mean": one.mean,
                "p5": one.p5,
                "worst": one.worst,
                "data": one.data,
                "command": one.command,
            }
            for one in card.evaluation
        ],
        "training_code": {"url": code.url, "license": code.license} if code else None,
        "base_model": {"name": base.name, "license": base.license, "url": base.url} if base else None,
        "publication": {"title": publication.title, "url": publication.url} if publication else None,
        "checkpoints": [
            {"name": one.name, "location": one.location, "sha256": one.sha256, "bytes": one.bytes}
            for one in card.checkpoints
        ],
        "changes": dict(card.changes),
        "rebuild": [f"dtmodels run {card.id}", f"dtmodels validate {card.id}"],
    }


def _package(card: Card, files: Built) -> dict[str, Any]:
    config = PackageConfig(values=files.config or build_config(card, {}))
    needs = list(newer_needs(config))
    sizes = [one.bytes for one in card.checkpoints if one.bytes]
    package = files.package_values
    return {
        "darktable": NEWER if needs else FIRST,
        "darktable_text": versions_text(config, needs),
        "package": package,
        "bytes": package["bytes"] if package else len(files.graph) or sum(sizes) or None,
        "bytes_of": "package" if package else "graph" if files.graph else "checkpoints",
        "module": config.string("module") or "" if card.task == "proxy" else "",
    }
