"""`config.json` as darktable reads it."""

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


def values(of: Any) -> Iterator[Any]:
    if isinstance(of, dict):
        for inner in of.values():
            yield from values(inner)
    elif isinstance(of, list):
        for inner in of:
            yield from values(inner)
    else:
        yield of


def test_there_is_no_null_and_the_nine_card_texts_are_strings(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    written = build_config(Catalogue.load(tmp_path).entries[0].card, {})
    assert None not in list(values(written))
    assert written["model_card"].keys() == CARD_TEXTS
    assert all(isinstance(text, str) for text in written["model_card"].values())
    assert [written[key] for key in ("id", "version", "backend", "arch")] == ["denoise-toy", "1.0", "onnx", "toy"]


def test_it_keeps_its_own_schema(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    check_json("config-v1", build_config(Catalogue.load(tmp_path).entries[0].card, {}), where="config.json")


def test_the_cards_attributes_win_over_the_familys(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model()
    written = build_config(Catalogue.load(tmp_path).entries[0].card, {"input_sizes": [512], "reach": 3})
    assert written["attributes"] == {"input_sizes": [256], "reach": 3}
