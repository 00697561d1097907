"""The page of one model, `models/<id>/README.md`: its card as text and tables, with the facts behind each claim."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dtbase.system.errors import Failure
from dtmodels.card.catalogue import DEMO_FILE, CatalogueEntry
from dtmodels.card.model import ArchiveMember, Card, Checkpoint, Component
from dtmodels.openness.derive import mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import with_inherited
from dtmodels.openness.non_open_data import compromises, training_data
from dtmodels.openness.proof import Derivation
from dtmodels.package.config_reader import PackageConfig
from dtmodels.package.config_writer import build_config, source_text
from dtmodels.package.darktable_versions import newer_needs, versions_text
from dtmodels.pages.markdown import code, link, table, text
from dtmodels.pages.phrases import UNPUBLISHED, claimed_class, has_no_release

GENERATED = "<!-- Written by `dtmodels docs` from card.yaml; edit the card instead. -->"


def model_page(entry: CatalogueEntry) -> str:
    """The whole text of a model's README.md.

    Raises:
        Failure: golden.json of the model cannot be read.
    """
    card, unpublished = entry.card, has_no_release(entry.directory.parent.parent)
    complete = with_inherited(card, entry.directory.parent)
    head = _head(card, _grade(complete), unpublished=unpublished)
    sections = [
        head,
        *_image(entry),
        _limitations(card),
        _criteria(complete),
        *_optional(entry),
        _use(card, unpublished=unpublished),
        _changes(card),
    ]
    return "\n".join([GENERATED, "", *sections])


def _optional(entry: CatalogueEntry) -> Iterator[str]:
    card = entry.card
    if card.evaluation:
        yield _evaluation(card)
    if any(not checkpoint.file for checkpoint in card.checkpoints):
        yield _checkpoints(card)
    if (golden := _golden(entry.directory)) is not None:
        yield _tensors(golden, entry.directory)
    if card.training.datasets:
        yield f"## Data\n\n{datasets(card)}"
    if card.openness and card.openness.components:
        yield _components(card)


def _head(card: Card, derived_grade: str, *, unpublished: bool) -> str:
    status = UNPUBLISHED if unpublished and card.status == "released" else card.status
    facts = [
        ["task", text(card.task)],
        ["version", f"{text(card.version)} ({text(status)})"],
        ["grade", text(derived_grade)],
        ["authors", text(", ".join(card.source.authors))],
        *([["official files", f"{sum(sizes) / 1e6:,.0f} MB"]] if (sizes := _sizes(card)) else []),
        ["source", link(source_text(card), card.source.repository)],
        ["family", code(card.convert.family)],
        ["darktable", text(_versions(card))],
    ]
    if card.status_reason:
        facts.insert(2, [f"reason for {text(card.status)}", text(card.status_reason)])
    if base := card.base_model:
        facts.append(["base model", f"{link(base.name, base.url)}, {code(base.license)}"])
    return f"# {text(card.name)}\n\n{text(card.description)}\n\n{table(['', ''], facts)}"


def _sizes(card: Card) -> list[int]:
    """Sizes of the files to download, in bytes; empty if there is none, or one is unknown."""
    remote = [checkpoint.bytes or 0 for checkpoint in card.checkpoints if not checkpoint.file]
    return remote if all(remote) else []


def _grade(card: Card) -> str:
    """The grade and its reason, in one sentence."""
    match grade(card):
        case "open":
            return "open: weights, code and training data are free, and no rule had to be accepted"
        case "refused":
            return "refused: its licence, or images of people scraped without consent, rule it out"
        case "unknown":
            return "unknown: the card states no training data yet"
        case _:
            named = [data.name for _, data in training_data(card) if compromises(data)]
            what = f"{', '.join(named)}: not open data" if named else "rules had to be accepted, or facts are missing"
            accepted = ", ".join(accepted.rule for accepted in card.acceptances)
            return f"disclosed: {what}; {f'accepted by maintainers ({accepted})' if accepted else 'not accepted yet'}"


def _image(entry: CatalogueEntry) -> Iterator[str]:
    """The contact sheet of the demo, drawn when the model was built from its official files."""
    if (entry.directory / DEMO_FILE).is_file():
        yield f"![Input and output of {text(entry.card.name)} on the sample images]({DEMO_FILE})\n"
    elif entry.card.task != "proxy":
        run = code(f"dtmodels demo {entry.card.id}")
        yield f"No image yet: the model was not built here from its official files. {run} draws it once you have.\n"


def _versions(card: Card) -> str:
    config = PackageConfig(values=build_config(card, {}))
    return versions_text(config, list(newer_needs(config)))


def _criteria(card: Card) -> str:
    """The criteria for a model of the collection, and what this card declares for each."""
    rows = [
        ["Weights licence", code(card.license.weights)],
        ["Code licence", code(card.license.code)],
        ["OSAID v1.0", _class(card.openness.osaid, osaid(card)) if card.openness else "not claimed"],
        ["MOF class (I is the highest)", _class(card.openness.mof, mof(card)) if card.openness else "not claimed"],
        ["Training code", _training_code(card)],
        ["Training data", text("; ".join(data.name for _, data in training_data(card))) or "not declared"],
        ["Publication", link(card.publication.title, card.publication.url) if card.publication else "none"],
        ["Purpose", text(card.use.scope)],
        ["Inference", f"{text(card.use.inference)}; network {text(card.use.network)}, telemetry {card.use.telemetry}"],
    ]
    rows += [[f"Accepted: {text(accepted.rule)}", text(accepted.reason)] for accepted in card.acceptances]
    return "## Selection criteria\n\n" + table(["criterion", "this model"], rows)


def _class(claimed: str, derived: Derivation) -> str:
    """The claimed class, the supported class where that is another, and what the next class requires."""
    stated = claimed_class(claimed, derived)
    gaps = ", ".join(gap.claim for gap in derived.missing(derived.next_level)) if derived.next_level else ""
    return text(f"{stated}; {derived.next_level} requires: {gaps}" if gaps else stated)


def _training_code(card: Card) -> str:
    training = card.training.code
    return f"{link(training.url, training.url)}, {code(training.license)}" if training else "not available"


def _evaluation(card: Card) -> str:
    rows = [
        [
            text(f"{result.metric} ({result.unit})"),
            f"{result.mean:g}",
            f"{result.p5:g}",
            f"{result.worst:g}",
            text(result.data),
            code(result.command),
        ]
        for result in card.evaluation
    ]
    columns = ["metric", "mean", "5th percentile", "worst", "evaluated on", "command"]
    return "## Evaluation\n\n" + table(columns, rows)


def _checkpoints(card: Card) -> str:
    """The files of weights that a build downloads, and the members of archives."""
    rows = []
    for checkpoint in card.checkpoints:
        label = link(checkpoint.location.rpartition("/")[2], checkpoint.location)
        rows.append([text(checkpoint.name), label, *_digest(checkpoint)])
        if member := checkpoint.member:
            rows.append(["", f"its member {code(member.path)}", *_digest(member)])
    return "## Checkpoints\n\n" + table(["checkpoint", "file", "bytes", "SHA-256"], rows)


def _digest(file: Checkpoint | ArchiveMember) -> list[str]:
    blob = file.git_blob if isinstance(file, Checkpoint) else None
    identity = code(file.sha256) if file.sha256 else f"git blob {code(blob)}" if blob else "unknown"
    return [f"{file.bytes:,}" if file.bytes else "unknown", identity]


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
    """The datasets that a model was trained and evaluated on, as a table."""
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
    return "## Openness\n\n" + table(["component", "licence", "location"], rows)


def _location(part: Component) -> str:
    location = part.location
    return link(_short(location), location) if location.startswith("https://") else code(location)


def _short(url: str) -> str:
    """Host and last part of a URL, as the label of a link."""
    host, *path = url.removeprefix("https://").rstrip("/").split("/")
    return "/".join([host, *(["…"] if len(path) > 1 else []), *path[-1:]])


def _limitations(card: Card) -> str:
    lines = [f"* **{text(limitation.about)}:** {text(limitation.text)}" for limitation in card.limitations]
    return "## Known limitations\n\n" + ("\n".join(lines) or "None declared.") + "\n"


def _use(card: Card, *, unpublished: bool) -> str:
    package = code(card.id + ".dtmodel")
    match card.status:
        case "draft":
            sentences = ["This card is a draft; there is nothing to download."]
        case "candidate":
            sentences = [
                f"A release candidate: build it yourself with {code('dtmodels run ' + card.id)}.",
                _where_to_use(card, package),
            ]
        case "yanked":
            sentences = ["This model is withdrawn. Do not use it any longer."]
        case _ if unpublished:
            sentences = ["There is nothing to download yet, as no release is published.", _where_to_use(card, package)]
        case _:
            sentences = [f"Download {package} from a release.", _where_to_use(card, package)]
    return f"## Use\n\n{' '.join(sentences)}\n"


def _where_to_use(card: Card, package: str) -> str:
    if card.task == "proxy":
        return (
            "A proxy does not appear in darktable's interface. Lua scripts run an installed package by `darktable.ai`"
            " (darktable 5.6 or newer); other programs run its `model.onnx` by ONNX Runtime."
        )
    return f"In darktable, import {package} in the preferences, section AI. The model runs on your own machine."


def _changes(card: Card) -> str:
    lines = [f"* **{text(version)}** {text(change)}" for version, change in card.changes.items()]
    return "## Changes\n\n" + ("\n".join(lines) or "None yet.") + "\n"
