"""Content of `config.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dtmodels.card.catalogue import Catalogue
from dtmodels.card.schemas import check_json
from dtmodels.package.config_writer import build_config

CARD_TEXTS = {
    "long_description",
    "scope",
    "author",
    "source",
    "paper",
    "license",
    "training_data",
    "training_data_license",
    "notes",
}


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def test_config_has_no_null_and_nine_card_texts(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    content = build_config(Catalogue.load(tmp_path).entries[0].card, {})
    assert None not in list(leaves(content))
    assert content["model_card"].keys() == CARD_TEXTS
    assert all(isinstance(text, str) for text in content["model_card"].values())
    assert [content[key] for key in ("id", "version", "backend", "arch")] == ["denoise-toy", "1.0", "onnx", "toy"]


def test_config_fits_its_schema(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    check_json("config-v1", build_config(Catalogue.load(tmp_path).entries[0].card, {}), where="config.json")


def test_attributes_of_the_card_override_those_of_the_family(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    content = build_config(Catalogue.load(tmp_path).entries[0].card, {"input_sizes": [512], "reach": 3})
    assert content["attributes"] == {"input_sizes": [256], "reach": 3}


def test_loader_settings_of_the_card_are_written(add_model: Callable[..., Path], tmp_path: Path) -> None:
    card = add_model() / "card.yaml"
    settings = "  cpu_only: {model: [CoreML]}\n  coreml_format: mlprogram\n  ort_optimization_provider: {CUDA: basic}\n"
    card.write_text(card.read_text().replace("  type: single\n", f"  type: single\n{settings}"))
    content = build_config(Catalogue.load(tmp_path).entries[0].card, {})
    check_json("config-v1", content, where="config.json")
    assert content["cpu_only"] == {"model": ["CoreML"]}
    assert content["coreml_format"] == "mlprogram"
    assert content["ort_optimization_provider"] == {"CUDA": "basic"}
    assert "ort_optimization" not in content
