"""The registry of datasets: lookup by name and URL, and contradictions with a card."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dtmodels.card.model import Annotations, Dataset
from dtmodels.card.schemas import check_json, load_schema, schema_directory
from dtmodels.licence.openness import data_status
from dtmodels.openness.dataset_registry import FILE
from dtmodels.openness.known_data import (
    RANKED_VALUES,
    better_licence,
    contradictions,
    known_datasets,
    known_licences,
    worst_value,
)
from tests.support.sample_dataset import OPEN_DATASET


def dataset(name: str, **changed: str) -> Dataset:
    return replace(OPEN_DATASET, name=name, **changed)  # type: ignore[arg-type]


def test_registry_matches_schema_and_is_sorted() -> None:
    registry = json.loads((schema_directory() / FILE).read_bytes())
    check_json("datasets-v1", registry, where=FILE)
    names = [row["name"] for row in registry["datasets"]]
    assert names == sorted(names, key=str.lower)
    assert len({name.lower() for name in names}) == len(names) >= 50


def test_registry_licences_are_reviewed() -> None:
    registry = json.loads((schema_directory() / FILE).read_bytes())["datasets"]
    stated = {row[field] for row in registry for field in ("license", "annotations") if field in row}
    assert {licence for licence in stated if data_status(licence) == "unlisted"} == set()


def test_ranked_values_match_the_card_schema() -> None:
    fields = load_schema("card-v1")["properties"]["training"]["properties"]["datasets"]["items"]["properties"]
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
def test_lookup_by_name_ignores_punctuation(name: str, known: list[str]) -> None:
    assert [one.name for one in known_datasets(dataset(name))] == known


def test_lookup_by_url() -> None:
    hidden = dataset("Segmentation images", url="http://www.ai.meta.com/datasets/segment-anything")
    assert [one.name for one in known_datasets(hidden)] == ["SA-1B"]


@pytest.mark.parametrize(
    ("claimed", "known", "better"),
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
def test_better_licence(claimed: str, known: str, better: bool) -> None:
    assert better_licence(claimed, known) is better


def test_worst_value_of_card_and_registry() -> None:
    claimed = dataset("LAION-400M")
    assert {field: worst_value(claimed, field) for field in RANKED_VALUES} == {
        "access": "public",
        "collection": "scraped",
        "personal_data": "people",
        "consent": "none",
    }
    assert worst_value(dataset("SA-V", access="undisclosed"), "access") == "undisclosed"


def test_known_licences_include_annotations() -> None:
    labelled = replace(dataset("COCO"), annotations=Annotations(license="CC-BY-NC-4.0"))
    assert known_licences(labelled) == ("CC-BY-4.0", "CC-BY-NC-4.0", "LicenseRef-Mixed-Per-Item")


def test_part_of_another_dataset_inherits_all_but_its_access() -> None:
    part = dataset("Toy Cut-outs", provenance="5,000 objects cut from ImageNet, 2016")
    assert [known.name for known in known_datasets(part)] == ["ImageNet"]
    assert worst_value(part, "collection") == "scraped"
    assert worst_value(part, "access") == "public"
    assert "access" not in {found.field for found in contradictions(part)}


@pytest.mark.parametrize(
    "url",
    [
        "https://huggingface.co/datasets/laion/laion2B-en",
        "https://github.com/owner/laion%2D5b",
        "https://laion.ai/blog/",
    ],
)
def test_lookup_by_a_name_in_the_url(url: str) -> None:
    assert [one.name for one in known_datasets(dataset("Web pairs", url=url))] == ["LAION"]


def test_brand_counts_as_the_name_of_a_dataset_only() -> None:
    filmed = "2,100 frames recorded by the authors with a GoPro on a bicycle"
    assert known_datasets(dataset("Bicycle rides", provenance=filmed)) == ()
    assert [one.name for one in known_datasets(dataset("GoPro"))] == ["GoPro"]


def test_worse_value_than_registry_is_no_contradiction() -> None:
    worse = dataset("SA-V", license="NOASSERTION", access="undisclosed", personal_data="people", consent="none")
    assert list(contradictions(worse)) == []
    assert [found.field for found in contradictions(dataset("SA-V"))] == ["personal_data"]
