"""The page of one model, `models/<id>/README.md`: the card as a reader wants it, with what supports each claim."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import Entry
from dtmodels.card.model import Card, Component
from dtmodels.openness.derive import mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.non_open_data import training_data
from dtmodels.openness.proof import Derivation
from dtmodels.package.config_writer import source_text
from dtmodels.pages.markdown import code, link, table, text

GENERATED = "<!-- Written by `dtmodels docs` from card.yaml; edit the card instead. -->"


def model_page(entry: Entry) -> str:
    """The whole text of a model's README.md."""
    sections = [_head(entry.card), _criteria(entry.card), *_optional(entry), _install(entry.card), _changes(entry.card)]
    return "\n".join([GENERATED, "", *sections])


def _optional(entry: Entry) -> Iterator[str]:
    card = entry.card
    if card.evaluation:
        yield _evaluation(card)
    if (golden := _golden(entry.directory)) is not None:
        yield _tensors(golden, entry.directory)
    if card.training.datasets:
        yield f"## Data\n\n{datasets(card)}"
    if card.openness and card.openness.components:
        yield _components(card)
    yield _limitations(card)


def _head(card: Card) -> str:
    facts = [
        ["task", text(card.task)],
        ["version", f"{text(card.version)} ({text(card.status)})"],
        ["grade", text(grade(card))],
        ["authors", text(", ".join(card.source.authors))],
        ["source", link(source_text(card), card.source.repository)],
        ["family", code(card.convert.family)],
    ]
    if card.status_reason:
        facts.insert(2, [f"why {text(card.status)}", text(card.status_reason)])
    if made_from := card.base_model:
        facts.append(["made from", f"{link(made_from.name, made_from.url)}, {code(made_from.license)}"])
    return f"# {text(card.name)}\n\n{text(card.description)}\n\n{table(['', ''], facts)}"


def _criteria(card: Card) -> str:
    """What a model must meet to be in the collection, and what this one declares."""
    rows = [
        ["Weights licence", code(card.license.weights)],
        ["Code licence", code(card.license.code)],
        ["OSAID v1.0", _class(card.openness.osaid, osaid(card)) if card.openness else "not claimed"],
        ["MOF class", _class(card.openness.mof, mof(card)) if card.openness else "not claimed"],
        ["Training code", _training_code(card)],
        ["Training data", text("; ".join(data.name for _, data in training_data(card))) or "not declared"],
        ["Publication", link(card.publication.title, card.publication.url) if card.publication else "none"],
        ["Purpose", text(card.use.scope)],
        ["Inference", f"{text(card.use.inference)}; network {text(card.use.network)}, telemetry {card.use.telemetry}"],
    ]
    rows += [[f"Accepted: {text(accepted.rule)}", text(accepted.reason)] for accepted in card.acceptances]
    return "## Selection criteria\n\n" + table(["criterion", "this model"], rows)


def _class(claimed: str, derived: Derivation) -> str:
    """The claimed class, what the facts carry where that is more, and what the next class asks for in vain."""
    said = claimed if claimed == derived.level else f"{claimed} (the facts carry {derived.level})"
    gaps = ", ".join(gap.claim for gap in derived.missing(derived.next_level)) if derived.next_level else ""
    return text(f"{said}; {derived.next_level} asks for: {gaps}" if gaps else said)


def _training_code(card: Card) -> str:
    used = card.training.code
    return f"{link(used.url, used.url)}, {code(used.license)}" if used else "not available"


def _evaluation(card: Card) -> str:
    rows = [
        [
            text(f"{one.metric} ({one.unit})"),
            f"{one.mean:g}",
            f"{one.p5:g}",
            f"{one.worst:g}",
            text(one.data),
            code(one.command),
        ]
        for one in card.evaluation
    ]
    columns = ["metric", "mean", "5th percentile", "worst", "measured on", "measure again"]
    return "## Evaluation\n\n" + table(columns, rows)


def _tensors(golden: Any, directory: Path) -> str:
    try:
        rows = [
            [code(file), side, code(name), code(dtype), code(" × ".join(map(str, shape)))]
            for file, graph in sorted(golden["files"].items())
            for side in ("inputs", "outputs")
            for name, dtype, shape in graph[side]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise _broken(directory, f"does not list the tensors of the model's files: {exc!r}") from exc
    return "## Tensors\n\n" + table(["file", "", "name", "type", "shape"], rows)


def _golden(directory: Path) -> Any:
    path = directory / "golden.json"
    try:
        return json.loads(path.read_bytes()) if path.is_file() else None
    except ValueError as exc:
        raise _broken(directory, f"cannot be read: {exc}") from exc


def _broken(directory: Path, what: str) -> Failure:
    fix = f"restore it, or store it again: `dtmodels validate --pin {directory.name}`"
    return Failure(what, where=f"models/{directory.name}/golden.json", fix=fix)


def datasets(card: Card) -> str:
    """The data a model was made from and judged by, as a table."""
    rows = [
        [
            link(data.name, data.url),
            text(data.role),
            code(data.license),
            text(data.access),
            text(data.collection),
            text(data.personal_data),
            text(data.consent),
            text(data.provenance),
        ]
        for data in card.training.datasets
    ]
    columns = ["dataset", "role", "licence", "access", "collection", "personal data", "consent", "provenance"]
    return table(columns, rows)


def _components(card: Card) -> str:
    components = card.openness.components if card.openness else {}
    rows = [[text(name.replace("_", " ")), code(part.license), _location(part)] for name, part in components.items()]
    return "## Openness\n\n" + table(["component", "licence", "where"], rows)


def _location(part: Component) -> str:
    address = part.location
    return link(_short(address), address) if address.startswith("https://") else code(address)


def _short(address: str) -> str:
    """Host and last part of an address: enough to see what a link leads to."""
    host, *path = address.removeprefix("https://").rstrip("/").split("/")
    return "/".join([host, *(["…"] if len(path) > 1 else []), *path[-1:]])


def _limitations(card: Card) -> str:
    lines = [f"* **{text(one.about)}:** {text(one.text)}" for one in card.limitations] or ["None declared."]
    return "## Known limitations\n\n" + "\n".join(lines) + "\n"


def _install(card: Card) -> str:
    if card.status == "draft":
        return "## Use\n\nNot released: this card is a draft, there is nothing to download.\n"
    if card.status == "yanked":
        return "## Use\n\nWithdrawn: do not use it any longer.\n"
    return (
        f"## Use\n\nDownload {code(card.id + '.dtmodel')} from a release, then in darktable: preferences, AI, import."
        " It runs on your own machine.\n"
    )


def _changes(card: Card) -> str:
    lines = [f"* **{text(version)}** {text(change)}" for version, change in card.changes.items()]
    return "## Changes\n\n" + ("\n".join(lines) or "None yet.") + "\n"
