"""Shards stay below GitHub's limit, contain every model once, and have about equal cost."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.card.model import Card
from dtmodels.card.reader import read_card
from dtmodels.ci.shards import MOST, shards

Add = Callable[..., Path]


@pytest.fixture
def make_cards(add_model: Add) -> Callable[..., list[Card]]:
    """Copy the card of one toy model, with checkpoints of the specified sizes."""

    def make(*sizes: int | None) -> list[Card]:
        toy = read_card(add_model() / "card.yaml")
        checkpoint = toy.checkpoints[0]
        return [
            dataclasses.replace(
                toy, id=f"denoise-{number:03}", checkpoints=(dataclasses.replace(checkpoint, bytes=size),)
            )
            for number, size in enumerate(sizes)
        ]

    return make


def test_300_models_give_40_balanced_jobs_and_at_most_256(make_cards: Callable[..., list[Card]]) -> None:
    sizes = [int(random.Random(seed).lognormvariate(18, 1.2)) for seed in range(300)]  # noqa: S311 - no secret
    cards = make_cards(*sizes)
    size_of = {card.id: size + 100_000_000 for card, size in zip(cards, sizes, strict=True)}
    for most in (40, 256):
        jobs = shards(cards, most)
        assert len(jobs) == most <= MOST
        assert sorted(name for job in jobs for name in job.ids) == sorted(card.id for card in cards)
        loads = [sum(size_of[name] for name in job.ids) for job in jobs]
        fair = max(sum(size_of.values()) / most, *size_of.values())
        assert max(loads) <= 4 / 3 * fair  # Graham's bound for the largest first
    assert len(json.dumps([job.json_value() for job in shards(cards, 40)])) < 1_000_000


def test_few_models_get_one_job_each(make_cards: Callable[..., list[Card]]) -> None:
    jobs = shards(make_cards(10, None, 30), 40)
    assert [job.ids for job in jobs] == [("denoise-001",), ("denoise-002",), ("denoise-000",)]
    assert [job.name for job in jobs] == ["1", "2", "3"]


def test_large_model_has_its_own_job(make_cards: Callable[..., list[Card]]) -> None:
    jobs = shards(make_cards(2_000_000_000, *[1_000_000] * 8), 2)
    assert sorted(len(job.ids) for job in jobs) == [1, 8]


def test_shards_do_not_depend_on_card_order(make_cards: Callable[..., list[Card]]) -> None:
    cards = make_cards(*[50_000_000] * 30)
    assert shards(cards, 7) == shards(cards[::-1], 7)


def test_no_models_give_no_jobs() -> None:
    assert shards([], 40) == []


@pytest.mark.parametrize("most", [0, -1, 257])
def test_invalid_number_of_jobs_is_rejected(make_cards: Callable[..., list[Card]], most: int) -> None:
    with pytest.raises(WrongUsage, match="256"):
        shards(make_cards(1), most)
