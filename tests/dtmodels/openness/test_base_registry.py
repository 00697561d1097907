"""The registry of base models: its table, and lookup by name, address and text."""

from __future__ import annotations

import json

import pytest

from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.licence import licence_verdict
from dtmodels.openness.base_registry import FILE, bases_at, bases_by_name, bases_in_text
from dtmodels.openness.dataset_registry import dataset_named


def test_registry_matches_schema_and_is_sorted() -> None:
    registry = json.loads((schema_directory() / FILE).read_bytes())
    check_json("base-models-v1", registry, where=FILE)
    names = [row["name"] for row in registry["models"]]
    assert names == sorted(names, key=str.lower)
    assert len({name.lower() for name in names}) == len(names) >= 80


def test_every_row_states_data_and_a_valid_licence() -> None:
    for row in json.loads((schema_directory() / FILE).read_bytes())["models"]:
        assert row.get("data") or row.get("undisclosed"), row["name"]
        assert licence_verdict(row["license"]).status != "invalid", row["name"]
        for name in row.get("data", ()):
            assert dataset_named(name)


def test_name_without_row_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="Toy Scenes"):
        dataset_named("Toy Scenes")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("OpenCLIP ViT-B/32 laion2b", "OpenCLIP"),
        ("CLIP ViT-L/14", "OpenAI CLIP"),
        ("DINOv2 ViT-S/14", "DINOv2"),
        ("dino_v2 small", "DINOv2"),
        ("SDXL base 1.0", "Stable Diffusion XL"),
        ("ЅDХL", "Stable Diffusion XL"),
        ("stable-diffusion-v1-5", "Stable Diffusion 1"),
        ("FLUX.1-dev", "FLUX.1 dev"),
        ("Real ESRGAN x4plus", "Real-ESRGAN"),
        ("sam2.1_hiera_small", "SAM 2"),
        ("Segment Anything ViT-B", "Segment Anything"),
        ("torchvision ResNet-50", "torchvision weights"),
        ("inswapper_128", "InSwapper"),
        ("CodeFormer", "CodeFormer"),
        ("RMBG-2.0", "RMBG"),
    ],
)
def test_lookup_by_name(name: str, known: str) -> None:
    assert known in [entry.name for entry in bases_by_name(name, "https://github.com/owner/copy")]


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://huggingface.co/laion/CLIP-ViT-H-14", "OpenCLIP"),
        ("https://www.github.com/facebookresearch/DINOv2/tree/main", "DINOv2"),
        ("https://huggingface.co/black-forest-labs/FLUX.1-schnell", "FLUX.1 schnell"),
        ("https://huggingface.co/black-forest-labs/FLUX.1-dev", "FLUX.1 dev"),
        ("https://huggingface.co/facebook/convnextv2-tiny", "ConvNeXt V2"),
    ],
)
def test_longest_address_decides(url: str, known: str) -> None:
    assert [entry.name for entry in bases_at(url)] == [known]


@pytest.mark.parametrize("name", ["Still Net", "a clip of film", "Samples", "dinosaur", "Flux capacitor"])
def test_other_names_are_unknown(name: str) -> None:
    assert bases_by_name(name, "https://github.com/owner/net") == ()


def test_text_that_excludes_a_model_does_not_name_it() -> None:
    assert bases_in_text("Trained from scratch, without weights of DINOv2") == ()
    assert [entry.name for entry, _ in bases_in_text("fine-tuned from DINOv2")] == ["DINOv2"]
