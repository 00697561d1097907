"""Derivation of classes: each fact that is removed lowers exactly the classes that require it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dtmodels.card.model import Card, Component, Openness, Publication
from dtmodels.card.reader import read_card
from dtmodels.openness.components import KINDS
from dtmodels.openness.derive import fsf, mof, osaid

ROOT = Path(__file__).parents[3]
LOCATIONS = {
    **dict.fromkeys(KINDS, "https://toys.net/report"),
    **{name: f"https://github.com/owner/toys/blob/v1/{name}.py" for name, kind in KINDS.items() if kind == "code"},
    **{name: f"https://toys.net/{name}.zip" for name in ("datasets", "evaluation_data", "intermediate_parameters")},
    "parameters": "https://github.com/owner/toys",
    "research_paper": "https://arxiv.org/abs/1906.00270",
}
"""A place for each component that can hold it."""


@pytest.fixture
def card(add_model: Callable[..., Path]) -> Card:
    """A card that publishes every component."""
    toy = read_card(add_model("denoise-toy") / "card.yaml")
    licences = {"code": "MIT", "data": "CC-BY-4.0", "document": "CC-BY-4.0"}
    parts = {name: Component(license=licences[kind], location=LOCATIONS[name]) for name, kind in KINDS.items()}
    return replace(toy, openness=Openness(osaid="open-source-ai", mof="I", components=parts))


def with_datasets(card: Card, **changed: str) -> Card:
    datasets = tuple(replace(data, **changed) for data in card.training.datasets)  # type: ignore[arg-type]
    return replace(card, training=replace(card.training, datasets=datasets))


def without(card: Card, *names: str) -> Card:
    assert card.openness
    remaining = {name: part for name, part in card.openness.components.items() if name not in names}
    return replace(card, openness=replace(card.openness, components=remaining), publication=None)


def test_complete_card_reaches_all_classes(card: Card) -> None:
    assert (osaid(card).level, mof(card).level, fsf(card).holds) == ("open-source-ai", "I", True)
    assert osaid(card).next_level == mof(card).next_level == ""
    assert osaid(card).missing("open-source-ai") == ()


@pytest.mark.parametrize(
    ("changed", "classes"),
    [
        ({"license": "NOASSERTION"}, ("open-model", "II", False)),
        ({"license": "LicenseRef-Mixed-Per-Item"}, ("open-model", "II", False)),
        ({"license": "LicenseRef-SA-1B-Research"}, ("open-source-ai", "II", False)),
        ({"access": "on-request"}, ("open-source-ai", "II", False)),
        ({"access": "undisclosed"}, ("open-model", "II", False)),
        ({"collection": "undisclosed"}, ("open-model", "I", True)),
        ({"name": "LVD-142M"}, ("open-model", "II", False)),
        ({"role": "evaluate"}, ("open-model", "II", False)),
    ],
)
def test_training_data_limit_the_classes(card: Card, changed: dict[str, str], classes: Any) -> None:
    changed_card = with_datasets(card, **changed)
    assert (osaid(changed_card).level, mof(changed_card).level, fsf(changed_card).holds) == classes


@pytest.mark.parametrize(
    ("removed", "level"),
    [
        ("architecture", "I"),
        ("evaluation_results", "none"),
        ("model_card", "none"),
        ("data_card", "none"),
        ("evaluation_code", "III"),
        ("evaluation_data", "III"),
        ("data_preprocessing_code", "II"),
        ("intermediate_parameters", "II"),
        ("research_paper", "II"),
        ("technical_report", "I"),
    ],
)
def test_missing_component_lowers_the_class_that_requires_it(card: Card, removed: str, level: str) -> None:
    assert mof(without(card, removed)).level == level


def test_public_paper_counts_with_a_remark(card: Card) -> None:
    bare = without(card, "technical_report", "research_paper")
    assert mof(bare).level == "none"
    published = replace(
        bare, publication=Publication(kind="preprint", title="Toys", url="https://arxiv.org/abs/1906.00270")
    )
    derived = mof(published)
    assert derived.level == "I"
    remarks = {leaf.remark for step in derived.steps for leaf in step.proof.leaves()}
    assert "its licence is not stated" in remarks


def test_closed_weights_or_code_lower_the_class(card: Card) -> None:
    assert osaid(replace(card, license=replace(card.license, weights="CC-BY-NC-4.0"))).level == "none"
    assert card.openness
    parts = {
        **card.openness.components,
        "inference_code": Component(license="CC0-1.0", location=LOCATIONS["inference_code"]),
    }
    assert osaid(replace(card, openness=replace(card.openness, components=parts))).level == "open-weights"


def test_open_source_ai_requires_training_code(card: Card) -> None:
    changed_card = without(replace(card, training=replace(card.training, code=None)), "training_code")
    assert osaid(changed_card).level == "open-model"
    assert [gap.claim for gap in osaid(changed_card).missing("open-source-ai")] == ["training code open"]


def test_every_proof_has_field_reason_and_fix(card: Card) -> None:
    bare = replace(card, openness=None, publication=None, training=replace(card.training, code=None, datasets=()))
    for derived in (osaid(bare), mof(bare)):
        for step in derived.steps:
            for leaf in step.proof.leaves():
                assert leaf.where and leaf.because
                assert leaf.holds or leaf.fix


def test_less_open_cards_never_rank_higher(card: Card) -> None:
    ranks = [
        (osaid(changed_card).rank(osaid(changed_card).level), mof(changed_card).rank(mof(changed_card).level))
        for changed_card in worse(card)
    ]
    best = (osaid(card).rank("open-source-ai"), mof(card).rank("I"))
    assert all(osaid_rank <= best[0] and mof_rank <= best[1] for osaid_rank, mof_rank in ranks)


def worse(card: Card) -> list[Card]:
    licences = ("NOASSERTION", "CC-BY-NC-4.0", "MIT/X", "")
    assert card.openness
    return [
        replace(
            card,
            openness=replace(
                card.openness,
                components={**card.openness.components, name: Component(license=licence, location=LOCATIONS[name])},
            ),
        )
        for name in KINDS
        for licence in licences
    ]


def test_all_framework_components_are_in_the_card_schema() -> None:
    schema = (ROOT / "schema" / "card-v1.schema.json").read_text(encoding="utf-8")
    assert {name for name in KINDS if not re.search(rf'"{name}": {{', schema)} == set()


@pytest.mark.parametrize(
    "location", ["card.yaml", "README.md", "https://toys.net/", "https://github.com/owner/toys/blob/v1/LICENSE"]
)
def test_pointers_at_one_place_reach_no_class(card: Card, location: str) -> None:
    assert card.openness
    parts = {name: replace(part, location=location) for name, part in card.openness.components.items()}
    everywhere = replace(card, openness=replace(card.openness, components=parts), publication=None)
    assert mof(everywhere).level == "none"
    assert osaid(everywhere).level == "none"
