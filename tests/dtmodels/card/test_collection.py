"""All cards of this collection: they are readable, linted and consistent, and the generated pages are fresh."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.card.model import Card, Dataset
from dtmodels.lint.engine import lint
from dtmodels.lint.rule import Finding
from dtmodels.openness.derive import mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.pages.generate import stale

ROOT = Path(__file__).parents[3]

IN_DRAFTS = {
    "COD001": "the training code was never published, and this is not accepted yet",
    "DAT004": "a compromise is disclosed, and not accepted yet",
    "MOF003": "no class of the Model Openness Framework is reached, and this is not accepted yet",
}
"""Errors that a draft may have, with the reason: they prevent its release, but the card is correct."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(ROOT)


@pytest.fixture(scope="module")
def entries(catalogue: Catalogue) -> tuple[CatalogueEntry, ...]:
    return catalogue.entries


@pytest.fixture(scope="module")
def cards(entries: tuple[CatalogueEntry, ...]) -> list[Card]:
    return [entry.card for entry in entries]


@pytest.fixture(scope="module")
def errors() -> list[Finding]:
    return [finding for finding in lint(ROOT) if finding.severity == "error"]


def test_every_card_is_readable(catalogue: Catalogue) -> None:
    assert catalogue.entries
    assert not catalogue.broken


def test_only_drafts_have_errors_of_the_listed_rules(
    entries: tuple[CatalogueEntry, ...], errors: list[Finding]
) -> None:
    drafts = {entry.directory.relative_to(ROOT).as_posix() for entry in entries if entry.card.status == "draft"}
    unexpected = [
        f"{finding.path}:{finding.line} {finding.rule} {finding.message}"
        for finding in errors
        if finding.path.rpartition("/")[0] not in drafts or finding.rule not in IN_DRAFTS
    ]
    assert not unexpected


def test_every_listed_rule_still_occurs(errors: list[Finding]) -> None:
    assert {finding.rule for finding in errors} == set(IN_DRAFTS), "delete the rule here, or find out what changed"


def test_default_profile_reports_all_errors_of_drafts_as_warnings(errors: list[Finding]) -> None:
    by_status = lint(ROOT, profile="status")
    assert not [finding for finding in by_status if finding.severity == "error"]
    warnings = {(finding.path, finding.rule, finding.line) for finding in by_status if finding.severity == "warning"}
    assert {(finding.path, finding.rule, finding.line) for finding in errors} <= warnings


def test_released_models_have_no_errors_in_the_release_profile() -> None:
    assert not [finding for finding in lint(ROOT, profile="release") if finding.severity == "error"]


def test_every_compromise_has_a_limitation(errors: list[Finding]) -> None:
    assert not [finding for finding in errors if finding.rule in ("DAT004", "COD001") and finding.hard]


def test_every_draft_has_a_status_reason(cards: list[Card]) -> None:
    without_reason = [card.id for card in cards if card.status == "draft" and not card.status_reason]
    assert not without_reason


def test_cards_with_grade_refused_state_that_they_cannot_be_released(cards: list[Card], errors: list[Finding]) -> None:
    refused = {card.id: card for card in cards if grade(card) == "refused"}
    open_questions = lint(ROOT, select=["LIC014"])
    assert set(refused) == {
        finding.path.split("/")[1] for finding in [*errors, *open_questions] if finding.rule in ("DAT005", "LIC014")
    }
    for card in refused.values():
        assert card.status == "draft"
        assert (
            "cannot be released"
            in f"{card.status_reason} {' '.join(limitation.text for limitation in card.limitations)}"
        )


def test_generated_pages_are_fresh() -> None:
    assert [path.relative_to(ROOT).as_posix() for path, _ in stale(ROOT)] == []


def test_no_claim_exceeds_the_derived_class(cards: list[Card]) -> None:
    for card in cards:
        assert card.openness, f"{card.id} claims no class"
        for claimed, derived in ((card.openness.osaid, osaid(card)), (card.openness.mof, mof(card))):
            assert derived.rank(claimed) <= derived.rank(derived.level), f"{card.id} claims {claimed}"


def test_equal_checkpoints_have_equal_licence_and_size(cards: list[Card]) -> None:
    by_digest = defaultdict(set)
    for card in cards:
        for checkpoint in card.checkpoints:
            if checkpoint.sha256:
                by_digest[checkpoint.sha256].add((card.license.weights, checkpoint.bytes))
    assert all(len(facts) == 1 for facts in by_digest.values()), dict(by_digest)


def test_equal_datasets_have_equal_facts(cards: list[Card]) -> None:
    by_name = defaultdict(set)
    for card in cards:
        for data in card.training.datasets:
            by_name[data.name].add(_facts(data))
    assert {name: facts for name, facts in by_name.items() if len(facts) > 1} == {}


def _facts(data: Dataset) -> tuple[object, ...]:
    """Fields that do not depend on the model that used the dataset."""
    return (data.url, data.license, data.annotations, data.access, data.collection, data.personal_data, data.consent)


def test_every_checkpoint_with_a_size_has_a_digest(cards: list[Card]) -> None:
    incomplete = [
        f"{card.id}: {checkpoint.name}"
        for card in cards
        for checkpoint in card.checkpoints
        if checkpoint.bytes and not checkpoint.sha256
    ]
    assert not incomplete
