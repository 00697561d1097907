"""The grade of a model follows from its training data, licences and code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dtmodels.card.model import Acceptance, Card, Dataset, License
from dtmodels.card.reader import read_card
from dtmodels.openness.grade import grade
from tests.support.sample_dataset import OPEN_DATASET


@pytest.fixture
def card(add_model: Callable[..., Path]) -> Card:
    return replace(read_card(add_model("denoise-toy") / "card.yaml"), acceptances=())


def trained_on(card: Card, *datasets: Dataset) -> Card:
    return replace(card, training=replace(card.training, datasets=datasets))


def test_open_data_is_graded_open(card: Card) -> None:
    assert grade(trained_on(card, OPEN_DATASET)) == "open"


@pytest.mark.parametrize(
    "change",
    [
        {"license": "NOASSERTION"},
        {"access": "restricted"},
        {"access": "undisclosed"},
        {"collection": "scraped"},
        {"personal_data": "incidental", "consent": "unknown"},
    ],
)
def test_non_open_data_is_graded_disclosed(card: Card, change: dict[str, Any]) -> None:
    accepted = Acceptance(rule="DAT004", reason="There is no other set.", by="A. Maintainer", date="2026-01-31")
    changed = trained_on(card, OPEN_DATASET, replace(OPEN_DATASET, name="Toy Crawl", **change))
    assert grade(changed) == "disclosed"
    assert grade(replace(changed, acceptances=(accepted,))) == "disclosed"


def test_evaluation_data_do_not_affect_the_grade(card: Card) -> None:
    evaluation_set = replace(OPEN_DATASET, name="Toy Crawl", role="evaluate", license="NOASSERTION")
    assert grade(trained_on(card, OPEN_DATASET, evaluation_set)) == "open"


def test_scraped_images_of_people_are_refused(card: Card) -> None:
    faces = replace(OPEN_DATASET, name="Toy Faces", collection="scraped", personal_data="people", consent="none")
    accepted = Acceptance(rule="DAT004", reason="There is no other set.", by="A. Maintainer", date="2026-01-31")
    assert grade(replace(trained_on(card, faces), acceptances=(accepted,))) == "refused"
    assert grade(trained_on(card, replace(faces, consent="given"))) == "disclosed"


def test_registry_overrides_the_card(card: Card) -> None:
    claimed = replace(OPEN_DATASET, name="FFHQ", collection="photographed", personal_data="none", consent="not-needed")
    assert grade(trained_on(card, claimed)) == "refused"


@pytest.mark.parametrize("field", ["collection", "access"])
def test_undisclosed_takes_nothing_back_that_the_registry_knows(card: Card, field: str) -> None:
    claimed = replace(
        OPEN_DATASET, name="LAION-2B", personal_data="people", consent="unknown", **{field: "undisclosed"}
    )
    assert grade(trained_on(card, claimed)) == "refused"


def test_draft_without_data_is_unknown(card: Card) -> None:
    assert grade(trained_on(replace(card, status="draft"))) == "unknown"
    assert grade(trained_on(card)) == "disclosed"  # its data card lists no data


def test_missing_training_code_or_mof_class_is_disclosed(card: Card) -> None:
    changed = trained_on(card, OPEN_DATASET)
    assert grade(replace(changed, training=replace(changed.training, code=None))) == "disclosed"
    assert changed.openness is not None
    assert grade(replace(changed, openness=replace(changed.openness, components={}))) == "disclosed"


def test_incompatible_licence_is_refused(card: Card) -> None:
    assert (
        grade(replace(trained_on(card, OPEN_DATASET), license=License(weights="CC-BY-NC-4.0", code="MIT"))) == "refused"
    )


def test_missing_code_or_publication_is_disclosed(card: Card) -> None:
    changed = trained_on(card, OPEN_DATASET)
    assert grade(replace(changed, training=replace(changed.training, code=None))) == "disclosed"
    assert grade(replace(changed, openness=None, publication=None)) == "disclosed"


def test_incompatible_weights_are_refused(card: Card) -> None:
    changed = trained_on(card, OPEN_DATASET)
    assert grade(replace(changed, license=replace(changed.license, weights="CC-BY-NC-4.0"))) == "refused"
