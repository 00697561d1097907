"""The grade follows from what a model learned from, not from what was typed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dtmodels.card.model import Acceptance, Card, Dataset, License
from dtmodels.card.reader import read_card
from dtmodels.openness.grade import grade

STILL = Dataset(
    name="Toy Scenes",
    url="https://toy-scenes.net/",
    role="train",
    license="CC-BY-4.0",
    access="public",
    collection="photographed",
    personal_data="none",
    consent="not-needed",
    provenance="400 scenes photographed by the authors",
)


@pytest.fixture
def card(add_model: Callable[..., Path]) -> Card:
    return replace(read_card(add_model("denoise-toy") / "card.yaml"), acceptances=())


def learned_from(card: Card, *sets: Dataset) -> Card:
    return replace(card, training=replace(card.training, datasets=sets))


def test_open_data_needs_no_excuse(card: Card) -> None:
    assert grade(learned_from(card, STILL)) == "open"


@pytest.mark.parametrize(
    "short",
    [
        {"license": "NOASSERTION"},
        {"access": "restricted"},
        {"access": "undisclosed"},
        {"collection": "scraped"},
        {"personal_data": "incidental", "consent": "unknown"},
    ],
)
def test_data_that_falls_short_is_disclosed_accepted_or_not(card: Card, short: dict[str, Any]) -> None:
    accepted = Acceptance(rule="DAT004", reason="There is no other set.", by="A. Maintainer", date="2026-01-31")
    made = learned_from(card, STILL, replace(STILL, name="Toy Crawl", **short))
    assert grade(made) == "disclosed"
    assert grade(replace(made, acceptances=(accepted,))) == "disclosed"


def test_data_a_model_was_only_judged_by_does_not_count(card: Card) -> None:
    judged_by = replace(STILL, name="Toy Crawl", role="evaluate", license="NOASSERTION")
    assert grade(learned_from(card, STILL, judged_by)) == "open"


def test_nobody_can_accept_people_taken_without_asking(card: Card) -> None:
    faces = replace(STILL, name="Toy Faces", collection="scraped", personal_data="people", consent="none")
    accepted = Acceptance(rule="DAT004", reason="There is no other set.", by="A. Maintainer", date="2026-01-31")
    assert grade(replace(learned_from(card, faces), acceptances=(accepted,))) == "refused"
    assert grade(learned_from(card, replace(faces, consent="given"))) == "disclosed"


def test_a_card_is_not_believed_against_the_registry(card: Card) -> None:
    flattered = replace(STILL, name="FFHQ", collection="photographed", personal_data="none", consent="not-needed")
    assert grade(learned_from(card, flattered)) == "refused"


def test_a_draft_without_data_is_unknown(card: Card) -> None:
    assert grade(learned_from(replace(card, status="draft"))) == "unknown"
    assert grade(learned_from(card)) == "open"


def test_hidden_training_code_or_no_mof_class_is_disclosed(card: Card) -> None:
    made = learned_from(card, STILL)
    assert grade(replace(made, training=replace(made.training, code=None))) == "disclosed"
    assert made.openness is not None
    assert grade(replace(made, openness=replace(made.openness, components={}))) == "disclosed"


def test_a_licence_darktable_cannot_use_is_refused(card: Card) -> None:
    assert grade(replace(learned_from(card, STILL), license=License(weights="CC-BY-NC-4.0", code="MIT"))) == "refused"


def test_what_was_made_in_the_dark_is_disclosed(card: Card) -> None:
    made = learned_from(card, STILL)
    assert grade(replace(made, training=replace(made.training, code=None))) == "disclosed"
    assert grade(replace(made, openness=None, publication=None)) == "disclosed"


def test_weights_darktable_cannot_use_are_refused(card: Card) -> None:
    made = learned_from(card, STILL)
    assert grade(replace(made, license=replace(made.license, weights="CC-BY-NC-4.0"))) == "refused"
