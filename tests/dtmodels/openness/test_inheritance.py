"""Data, licences and grade that a model inherits from its base models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dtmodels.card.model import BaseModel, Card
from dtmodels.card.reader import read_card
from dtmodels.openness.derive import mof, osaid
from dtmodels.openness.grade import grade
from dtmodels.openness.inheritance import inherited_datasets, inherited_licences, with_inherited
from tests.support.sample_dataset import OPEN_DATASET


@pytest.fixture
def models(add_model: Callable[..., Path]) -> Path:
    return add_model("denoise-base").parent


def derived(models: Path, name: str, *, url: str = "self", license_: str = "GPL-3.0-or-later") -> Card:
    card = read_card(models / "denoise-base" / "card.yaml")
    base = BaseModel(name=name, license=license_, url=url)
    training = replace(card.training, datasets=(OPEN_DATASET,))
    return replace(card, id="denoise-derived", base_model=base, training=training, acceptances=())


def change_base(models: Path, old: str, new: str) -> None:
    path = models / "denoise-base" / "card.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_card_without_base_model_is_unchanged(models: Path) -> None:
    card = replace(derived(models, "denoise-base"), base_model=None)
    assert with_inherited(card, models) is card


def test_base_model_here_is_read_from_its_card(models: Path) -> None:
    base = read_card(models / "denoise-base" / "card.yaml")
    inherited = inherited_datasets(derived(models, "denoise-base"), models)
    assert [one.dataset for one in inherited] == list(base.training.datasets)
    assert inherited[0].place.startswith("models/denoise-base/card.yaml:")
    licences = inherited_licences(derived(models, "denoise-base"), models)
    assert [one.license for one in licences] == [base.license.weights]


def test_changed_card_is_read_again(models: Path) -> None:
    name = read_card(models / "denoise-base" / "card.yaml").training.datasets[0].name
    card = derived(models, "denoise-base")
    assert inherited_datasets(card, models)[0].dataset.name == name
    change_base(models, name, "LAION-2B, a copy")
    assert inherited_datasets(card, models)[0].dataset.name.startswith("LAION-2B, a copy")
    assert grade(with_inherited(card, models)) == "refused"


def test_missing_base_counts_as_undisclosed(models: Path) -> None:
    card = derived(models, "denoise-gone")
    assert [one.dataset.access for one in inherited_datasets(card, models)] == ["undisclosed"]
    assert grade(with_inherited(card, models)) == "disclosed"


def test_circular_chain_ends(models: Path) -> None:
    card = replace(derived(models, "denoise-base"), id="denoise-base")
    assert len(inherited_licences(card, models)) == 1


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("OpenCLIP ViT-B/32", "https://github.com/mlfoundations/open_clip", "refused"),
        ("Stable Diffusion XL", "https://huggingface.co/stabilityai/sdxl-vae", "refused"),
        ("DINOv2", "https://github.com/facebookresearch/dinov2", "disclosed"),
        ("Still Net", "https://github.com/owner/still-net", "open"),
    ],
)
def test_grade_by_the_registry(models: Path, name: str, url: str, expected: str) -> None:
    card = derived(models, name, url=url, license_="MIT")
    assert grade(card) == "open"
    assert grade(with_inherited(card, models)) == expected


def test_classes_count_inherited_data(models: Path) -> None:
    card = derived(models, "DINOv2", url="https://github.com/facebookresearch/dinov2")
    assert osaid(with_inherited(card, models)).level != "open-source-ai"
    assert mof(with_inherited(card, models)).level != "I"


def test_id_too_long_for_the_file_system_is_no_failure(models: Path) -> None:
    card = replace(derived(models, "denoise-base"), id="x" * 5000, base_model=None)
    assert with_inherited(card, models) is card
