"""Classes follow from facts: each fact that is taken away lowers exactly the classes that rest on it."""

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
PLACE = "https://toys.net/"


@pytest.fixture
def card(add_model: Callable[..., Path]) -> Card:
    """A card with everything anybody could publish."""
    found = read_card(add_model("denoise-toy") / "card.yaml")
    suited = {"code": "MIT", "data": "CC-BY-4.0", "document": "CC-BY-4.0"}
    parts = {name: Component(license=suited[kind], location=PLACE) for name, kind in KINDS.items()}
    return replace(found, openness=Openness(osaid="open-source-ai", mof="I", components=parts))


def with_data(card: Card, **changed: str) -> Card:
    sets = tuple(replace(data, **changed) for data in card.training.datasets)  # type: ignore[arg-type]
    return replace(card, training=replace(card.training, datasets=sets))


def without(card: Card, *names: str) -> Card:
    assert card.openness
    kept = {name: part for name, part in card.openness.components.items() if name not in names}
    return replace(card, openness=replace(card.openness, components=kept), publication=None)


def test_a_card_with_everything_reaches_everything(card: Card) -> None:
    assert (osaid(card).level, mof(card).level, fsf(card).holds) == ("open-source-ai", "I", True)
    assert osaid(card).next == mof(card).next == ""
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
def test_data_decide_as_far_as_each_definition_asks(card: Card, changed: dict[str, str], classes: Any) -> None:
    made = with_data(card, **changed)
    assert (osaid(made).level, mof(made).level, fsf(made).holds) == classes


@pytest.mark.parametrize(
    ("gone", "level"),
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
def test_each_missing_component_lowers_the_class_that_asks_for_it(card: Card, gone: str, level: str) -> None:
    assert mof(without(card, gone)).level == level


def test_a_paper_anybody_can_read_counts_with_a_remark(card: Card) -> None:
    bare = without(card, "technical_report", "research_paper")
    assert mof(bare).level == "none"
    read = replace(bare, publication=Publication(kind="preprint", title="Toys", url="https://arxiv.org/abs/1906.00270"))
    derived = mof(read)
    assert derived.level == "I"
    remarks = {leaf.remark for step in derived.steps for leaf in step.proof.leaves()}
    assert "its licence is not stated" in remarks


def test_weights_and_code_under_closed_terms_reach_nothing(card: Card) -> None:
    assert osaid(replace(card, license=replace(card.license, weights="CC-BY-NC-4.0"))).level == "none"
    assert card.openness
    parts = {**card.openness.components, "inference_code": Component(license="CC0-1.0", location=PLACE)}
    assert osaid(replace(card, openness=replace(card.openness, components=parts))).level == "open-weights"


def test_no_training_code_is_no_open_source_ai(card: Card) -> None:
    made = without(replace(card, training=replace(card.training, code=None)), "training_code")
    assert osaid(made).level == "open-model"
    assert [gap.claim for gap in osaid(made).missing("open-source-ai")] == ["training code open"]


def test_every_gap_says_what_would_fill_it_and_every_fact_names_a_field(card: Card) -> None:
    bare = replace(card, openness=None, publication=None, training=replace(card.training, code=None, datasets=()))
    for derived in (osaid(bare), mof(bare)):
        for step in derived.steps:
            for leaf in step.proof.leaves():
                assert leaf.where and leaf.because
                assert leaf.holds or leaf.fix


def test_more_open_is_never_classed_lower(card: Card) -> None:
    heights = [(osaid(made).height(osaid(made).level), mof(made).height(mof(made).level)) for made in worse(card)]
    best = (osaid(card).height("open-source-ai"), mof(card).height("I"))
    assert all(one <= best[0] and other <= best[1] for one, other in heights)


def worse(card: Card) -> list[Card]:
    licences = ("NOASSERTION", "CC-BY-NC-4.0", "MIT/X", "")
    assert card.openness
    return [
        replace(
            card,
            openness=replace(
                card.openness,
                components={**card.openness.components, name: Component(license=licence, location=PLACE)},
            ),
        )
        for name in KINDS
        for licence in licences
    ]


def test_the_components_of_the_card_are_those_of_the_framework() -> None:
    schema = (ROOT / "schema" / "card-v1.schema.json").read_text(encoding="utf-8")
    assert {name for name in KINDS if not re.search(rf'"{name}": {{', schema)} == set()
