"""Names and terms of datasets in the prose of other collections."""

from __future__ import annotations

import pytest

from dtmodels.importing.dataset_prose import dataset_parts, dataset_terms


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SIDD – 30,000 pairs of phones", ["SIDD"]),
        ("LAION-2B: two billion images with captions", ["LAION-2B"]),
        ("FFHQ dataset", ["FFHQ"]),
        ("DF2K (DIV2K + Flickr2K)", ["DF2K"]),
        ("SA-V (50,000 videos) + SA-1B (11 million images)", ["SA-V", "SA-1B"]),
        ("DIV2K, Flickr2K, WED, OST – usual sets", ["DIV2K", "Flickr2K", "WED", "OST"]),
        ("PPM-100, Adobe Composition-1k and AISegment", ["PPM-100", "Adobe Composition-1k", "AISegment"]),
        ("Trained on ImageNet-1K & COCO.", ["ImageNet-1K", "COCO"]),
        ("fine-tuned on the RedCaps", ["RedCaps"]),
        ("nomos_uni", ["nomos_uni"]),
        ("lexica-aperture-v3-small", ["lexica-aperture-v3-small"]),
        ("Places. It was made long ago.", ["Places"]),
        ("LAION-5B - filtered, without faces", ["LAION-5B"]),
        ("photographs of still scenes by the authors, published under free licences", []),
        ("realistic degradation pipeline (neosr framework)", []),
        ("pairs photographed by authors, published on Wikimedia Commons", []),
        ("see the paper", []),
        ("", []),
        ("(", []),
    ],
)
def test_names_are_taken_as_they_are_written(text: str, names: list[str]) -> None:
    assert list(dataset_parts(text)) == names


def test_each_name_has_its_part_and_the_common_end() -> None:
    text = "SA-V (50,000 videos) + SA-1B (stock, 11 million), WED – usual sets"
    assert dataset_parts(text) == {
        "SA-V": "SA-V (50,000 videos) – usual sets",
        "SA-1B": "SA-1B (stock, 11 million) – usual sets",
        "WED": "WED – usual sets",
    }


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("SIDD: MIT", {"SIDD": "MIT"}),
        ("DIV2K: CC0; Flickr2K, WED: none stated", {"DIV2K": "CC0", "Flickr2K": "none stated", "WED": "none stated"}),
        (
            "PPM-100: Apache-2.0 as the code. Adobe 1k: research",
            {"PPM-100": "Apache-2.0 as the code", "Adobe 1k": "research"},
        ),
        ("SA-V (videos): CC BY 4.0; SA-1B: custom", {"SA-V": "CC BY 4.0", "SA-1B": "custom"}),
        ("MIT", {}),
        ("License: MIT", {}),
        ("https://example.com/terms", {}),
        ("CC BY 4.0 / CC0 (per image)", {}),
        ("", {}),
    ],
)
def test_terms_belong_to_the_names_before_them(text: str, terms: dict[str, str]) -> None:
    assert dataset_terms(text) == terms
