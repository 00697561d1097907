"""Provenance texts: honest ones stay silent, those that admit scraping or a known dataset are found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dtmodels.openness.collection_statements import taken_from_the_web
from dtmodels.openness.known_data import known_datasets
from tests.support.sample_dataset import OPEN_DATASET

HERE = Path(__file__).parent / "provenance"


def lines(name: str) -> list[str]:
    return (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def known_names(provenance: str) -> list[str]:
    return [known.name for known in known_datasets(replace(OPEN_DATASET, provenance=provenance))]


def test_sixty_honest_texts_stay_silent() -> None:
    assert len(lines("honest")) == 60
    assert [text for text in lines("honest") if taken_from_the_web(text) or known_names(text)] == []


@pytest.mark.parametrize("text", lines("scraped"))
def test_text_that_admits_scraping_is_found(text: str) -> None:
    assert taken_from_the_web(text)


@pytest.mark.parametrize("line", lines("laundered"))
def test_known_dataset_is_found_in_a_provenance(line: str) -> None:
    name, _, text = line.partition(": ")
    assert name in known_names(text)
