"""The registry of known datasets: found under every name, and never contradicted unnoticed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dtmodels.card.model import Annotations, Dataset
from dtmodels.card.schemas import check_against, directory, schema
from dtmodels.licence.openness import data_status
from dtmodels.openness.known_data import (
    FILE,
    RANKED_VALUES,
    better_licence,
    contradictions,
    known_datasets,
    known_licences,
    worst_value,
)

PLAIN = Dataset(
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


def named(name: str, **changed: str) -> Dataset:
    return replace(PLAIN, name=name, **changed)  # type: ignore[arg-type]


def test_the_registry_keeps_its_schema_and_its_order() -> None:
    registry = json.loads((directory() / FILE).read_bytes())
    check_against("datasets-v1", registry, where=FILE)
    names = [row["name"] for row in registry["datasets"]]
    assert names == sorted(names, key=str.lower)
    assert len({name.lower() for name in names}) == len(names) >= 50


def test_every_licence_of_the_registry_is_a_reviewed_one() -> None:
    registry = json.loads((directory() / FILE).read_bytes())["datasets"]
    stated = {row[field] for row in registry for field in ("license", "annotations") if field in row}
    assert {licence for licence in stated if data_status(licence) == "unlisted"} == set()


def test_the_orders_are_the_choices_of_the_card() -> None:
    fields = schema("card-v1")["properties"]["training"]["properties"]["datasets"]["items"]["properties"]
    assert {name: set(order) for name, order in RANKED_VALUES.items()} == {
        name: set(fields[name]["enum"]) for name in RANKED_VALUES
    }


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("SA-1B", ["SA-1B"]),
        ("SA1B", ["SA-1B"]),
        ("sa_1b (masks only)", ["SA-1B"]),
        ("SIDD (sRGB medium, train)", ["SIDD"]),
        ("Places365-Challenge subset, 4.5M images", ["Places2"]),
        ("DUTS-TR and DUTS-TE", ["DUTS"]),
        ("COCO + LVIS", ["COCO", "LVIS"]),
        ("LVD-142M (DINOv2 pre-training)", ["LVD-142M"]),
        ("ImageNet-21K", ["ImageNet-21K"]),
        ("ImageNet22K", ["ImageNet-21K"]),
        ("ImageNet-1K", ["ImageNet"]),
        ("Virtual KITTI 2", ["Virtual KITTI"]),
        ("KITTI", ["KITTI"]),
        ("LAION-2B-en", ["LAION"]),
        ("ＦＦＨＱ", ["FFHQ"]),
        ("DIV-2K", ["DIV2K"]),
        ("Ostfriesland", []),
        ("Sunday walks, wed and ost", []),
        ("Toy Scenes", []),
    ],
)
def test_a_set_is_known_by_its_names_however_they_are_written(name: str, known: list[str]) -> None:
    assert [one.name for one in known_datasets(named(name))] == known


def test_a_set_is_known_by_its_address_under_any_name() -> None:
    hidden = named("Segmentation pictures", url="http://www.ai.meta.com/datasets/segment-anything")
    assert [one.name for one in known_datasets(hidden)] == ["SA-1B"]


@pytest.mark.parametrize(
    ("said", "known", "better"),
    [
        ("CC0-1.0", "NOASSERTION", True),
        ("CC-BY-4.0", "LicenseRef-Mixed-Per-Item", True),
        ("LicenseRef-Mixed-Per-Item", "NOASSERTION", True),
        ("CC-BY-4.0 AND CC0-1.0", "CC-BY-4.0 AND CC-BY-SA-4.0", True),
        ("CC-BY-SA-4.0", "CC-BY-4.0", False),
        ("CC-BY-NC-4.0", "NOASSERTION", False),
        ("NOASSERTION", "CC0-1.0", False),
        ("no expression (", "CC0-1.0", False),
    ],
)
def test_a_licence_is_better_when_it_permits_more(said: str, known: str, better: bool) -> None:
    assert better_licence(said, known) is better


def test_the_worst_of_card_and_registry_counts() -> None:
    flattered = named("LAION-400M")
    assert {field: worst_value(flattered, field) for field in RANKED_VALUES} == {
        "access": "public",
        "collection": "scraped",
        "personal_data": "people",
        "consent": "none",
    }
    assert worst_value(named("SA-V", access="undisclosed"), "access") == "undisclosed"


def test_licences_of_annotations_count_too() -> None:
    labelled = replace(named("COCO"), annotations=Annotations(license="CC-BY-NC-4.0"))
    assert known_licences(labelled) == ("CC-BY-4.0", "CC-BY-NC-4.0", "LicenseRef-Mixed-Per-Item")


def test_worse_than_known_is_no_contradiction() -> None:
    harsh = named("SA-V", license="NOASSERTION", access="undisclosed", personal_data="people", consent="none")
    assert list(contradictions(harsh)) == []
    assert [found.field for found in contradictions(named("SA-V"))] == ["personal_data"]
