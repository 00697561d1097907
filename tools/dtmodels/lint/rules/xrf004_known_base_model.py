"""The card says of a known base model what is known of it.

Weights keep the licence and the data of the weights they start from. For widely used base models the registry,
schema/base-models-v1.json, records both. A licence that is not theirs, or data that the card does not list, would
launder them. Missing data is a warning if the registry only records common knowledge that was not checked.

Fix: Write the licence that the registry records, and add the data of the base model to training.datasets with role
pretrain. If you know better, update the registry and give your source.

Authority: the row of schema/base-models-v1.json for each model, with its source

Bad::

    base_model: {name: Stable Diffusion XL, license: MIT, url: "https://huggingface.co/stabilityai/sdxl-vae"}

Good::

    base_model: {name: DINO, license: Apache-2.0, url: "https://github.com/facebookresearch/dino"}
    training: {datasets: [{name: ImageNet, role: pretrain, ...}]}
"""

import re
from collections.abc import Iterator

from dtmodels.card.model import Card
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._data import is_unfinished_draft
from dtmodels.openness.base_registry import KnownBase, bases_at, bases_by_name, bases_in_text
from dtmodels.openness.dataset_registry import dataset_named
from dtmodels.openness.grade import scraped_without_consent
from dtmodels.openness.inheritance import inherited_datasets
from dtmodels.openness.known_data import known_datasets
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"
HARD = True

_BASE = ("base_model", "name")
_TEXTS = ("description", "architecture", "limitations")
_DERIVED = re.compile(
    r"(?i)\b(fine-?tun\w*|distill?\w*|prun\w*|quanti[sz]\w*|merg\w*|adapt\w*|initiali[sz]\w*|deriv\w*|start\w*|based on"
    r"|built on|on top of|frozen|backbone|encoders?|weights|embeddings?|prior|pre-?train\w*|lora|teacher)\b"
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Compare base model and model with the registry; then search for base models that are not stated."""
    base = subject.card.base_model
    known = bases_by_name(base.name, base.url) if base and base.url != "self" else ()
    for entry in known:
        yield from _licence(subject, entry)
    yield from _data(subject)
    yield from _published(subject)
    yield from _not_stated(subject, known)


def _licence(subject: Subject, known: KnownBase) -> Iterator[RuleResult]:
    base = subject.card.base_model
    if base and base.license.casefold() not in (known.license.casefold(), "noassertion"):
        what = f"the licence of {known.name} is {known.license}, not {base.license}: {known.note} ({known.source})"
        fix = f"write license: {known.license}, or update schema/base-models-v1.json"
        yield RuleResult(where=("base_model", "license"), what=what, fix=fix)


def _data(subject: Subject) -> Iterator[RuleResult]:
    """Data of a known base model that the card does not list; DAT005 reports images of people that were scraped."""
    for inherited in inherited_datasets(subject.card, subject.directory.parent):
        if inherited.known and not scraped_without_consent(inherited.dataset):
            name = inherited.dataset.name
            what = f"{inherited.base} was trained on {name}, but no dataset of the card is it: {inherited.known.note}"
            fix = f"add {name} to training.datasets with role: pretrain"
            severity = _severity(inherited.known)
            yield RuleResult(where=_BASE, what=f"{what} ({inherited.place})", fix=fix, severity=severity)


def _published(subject: Subject) -> Iterator[RuleResult]:
    """Data of the model itself, if its source or a checkpoint is at a known address."""
    card = subject.card
    listed = {known for data in card.training.datasets for known in known_datasets(data)}
    for where, address in _addresses(card):
        for known in bases_at(address):
            missing = [name for name in known.data if dataset_named(name) not in listed]
            if missing and not is_unfinished_draft(card):
                listed |= {dataset_named(name) for name in missing}
                names = ", ".join(missing)
                what = f"{known.name} is published here, which was trained on {names}; no dataset of the card is it"
                fix = f"add {names} to training.datasets"
                yield RuleResult(where=where, what=f"{what} ({known.source})", fix=fix, severity=_severity(known))


def _addresses(card: Card) -> Iterator[tuple[FieldPath, str]]:
    """The addresses of the model's source and checkpoints, each with its field."""
    yield ("source", "repository"), card.source.repository
    for index, checkpoint in enumerate(card.checkpoints):
        if checkpoint.url:
            yield ("checkpoints", index, "url"), checkpoint.url
        if checkpoint.hub:
            yield ("checkpoints", index, "hub", "repository"), f"https://huggingface.co/{checkpoint.hub.repository}"


def _not_stated(subject: Subject, stated: tuple[KnownBase, ...]) -> Iterator[RuleResult]:
    """Known models that texts name as a source, but the card not as base model."""
    card = subject.card
    listed = {known.name for data in card.training.datasets for known in known_datasets(data)}
    reported = {known.name for known in stated}
    if bases_by_name(card.name, "") or bases_at(card.source.repository):
        return  # the texts name the model itself
    for where, text in subject.texts():
        if where[0] not in _TEXTS or not _DERIVED.search(text):
            continue
        for known, found in bases_in_text(text):
            if known.name not in reported and not (known.data and listed.issuperset(known.data)):
                reported.add(known.name)
                what = f"the text names {known.name}, but the card states neither it as base_model nor its data"
                fix = f"name {known.name} as base_model, or its data under training.datasets: {', '.join(known.data)}"
                part = (found.start, found.end)
                yield RuleResult(where=where, part=part, what=what, fix=fix.rstrip(": "), severity="warning")


def _severity(known: KnownBase) -> Severity:
    return "warning" if known.sure == "recalled" else "error"
