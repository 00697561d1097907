"""The cards of this collection, whichever they are: read, linted, consistent with each other, and shown as they are."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from dtmodels.card.catalogue import Catalogue, Entry
from dtmodels.card.model import Card, Dataset
from dtmodels.lint.engine import lint
from dtmodels.lint.rule import Finding
from dtmodels.openness.derive import mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.pages.generate import stale

ROOT = Path(__file__).parents[3]

IN_DRAFTS = {
    "COD001": "the training code was never published, and nobody accepted that yet",
    "DAT004": "a compromise is disclosed, and nobody accepted it yet",
    "MOF003": "no class of the Model Openness Framework is reached, and nobody accepted that yet",
    "REP002": "no address is known yet whose content cannot change",
}
"""What may stand against a draft, and why: each keeps it from being released, none says that the card is wrong."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(ROOT)


@pytest.fixture(scope="module")
def entries(catalogue: Catalogue) -> tuple[Entry, ...]:
    return catalogue.entries


@pytest.fixture(scope="module")
def cards(entries: tuple[Entry, ...]) -> list[Card]:
    return [entry.card for entry in entries]


@pytest.fixture(scope="module")
def errors() -> list[Finding]:
    return [finding for finding in lint(ROOT) if finding.severity == "error"]


def test_every_card_can_be_read(catalogue: Catalogue) -> None:
    assert catalogue.entries
    assert not catalogue.broken


def test_only_drafts_have_errors_and_only_of_stated_kinds(entries: tuple[Entry, ...], errors: list[Finding]) -> None:
    drafts = {entry.directory.relative_to(ROOT).as_posix() for entry in entries if entry.card.status == "draft"}
    unexpected = [
        f"{found.path}:{found.line} {found.rule} {found.message}"
        for found in errors
        if found.path.rpartition("/")[0] not in drafts or found.rule not in IN_DRAFTS
    ]
    assert not unexpected


def test_every_stated_kind_still_occurs(errors: list[Finding]) -> None:
    assert {found.rule for found in errors} == set(IN_DRAFTS), "take the kind off the list, or find out what changed"


def test_a_run_that_names_nothing_passes_and_keeps_quiet_about_nothing(errors: list[Finding]) -> None:
    by_status = lint(ROOT, profile="status")
    assert not [found for found in by_status if found.severity == "error"]
    places = {(found.path, found.rule, found.line) for found in by_status if found.severity == "warning"}
    assert {(found.path, found.rule, found.line) for found in errors} <= places


def test_nothing_stands_against_releasing_what_is_released() -> None:
    assert not [finding for finding in lint(ROOT, profile="release") if finding.severity == "error"]


def test_no_limitation_keeps_a_compromise_quiet(errors: list[Finding]) -> None:
    assert not [found for found in errors if found.rule in ("DAT004", "COD001") and found.hard]


def test_a_draft_says_why_it_is_one(cards: list[Card]) -> None:
    silent = [card.id for card in cards if card.status == "draft" and not card.status_reason]
    assert not silent


def test_what_nobody_can_accept_says_so_in_the_card(cards: list[Card], errors: list[Finding]) -> None:
    refused = {card.id: card for card in cards if grade(card) == "refused"}
    assert set(refused) == {found.path.split("/")[1] for found in errors if found.rule == "DAT005"}
    for card in refused.values():
        assert card.status == "draft"
        assert "cannot be released" in f"{card.status_reason} {' '.join(one.text for one in card.limitations)}"


def test_generated_pages_are_fresh() -> None:
    assert [path.relative_to(ROOT).as_posix() for path, _ in stale(ROOT)] == []


def test_no_claim_is_above_what_the_facts_carry(cards: list[Card]) -> None:
    for card in cards:
        assert card.openness, f"{card.id} claims no class"
        for claimed, derived in ((card.openness.osaid, osaid(card)), (card.openness.mof, mof(card))):
            assert derived.rank(claimed) <= derived.rank(derived.level), f"{card.id} claims {claimed}"


def test_one_file_has_one_licence_and_one_size(cards: list[Card]) -> None:
    said = defaultdict(set)
    for card in cards:
        for checkpoint in card.checkpoints:
            if checkpoint.sha256:
                said[checkpoint.sha256].add((card.license.weights, checkpoint.bytes))
    assert all(len(facts) == 1 for facts in said.values()), dict(said)


def test_one_set_of_data_has_one_description(cards: list[Card]) -> None:
    said = defaultdict(set)
    for card in cards:
        for data in card.training.datasets:
            said[data.name].add(_facts(data))
    assert {name: facts for name, facts in said.items() if len(facts) > 1} == {}


def _facts(data: Dataset) -> tuple[object, ...]:
    """What does not depend on the model that used the set."""
    return (data.url, data.license, data.annotations, data.access, data.collection, data.personal_data, data.consent)


def test_a_digest_is_never_without_a_size_nor_a_size_without_a_digest(cards: list[Card]) -> None:
    halves = [
        f"{card.id}: {checkpoint.name}"
        for card in cards
        for checkpoint in card.checkpoints
        if bool(checkpoint.sha256) != bool(checkpoint.bytes)
    ]
    assert not halves
