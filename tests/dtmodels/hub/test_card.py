"""Front matter of a Hub card: fields the Hub knows, and no injection from a card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from dtmodels.hub.card import hub_card
from dtmodels.hub.licences import hub_licence
from dtmodels.package.reader import PackageContents
from tests.support.injection_strings import INJECTION_STRINGS
from tests.support.markdown_parser import RenderedPage

Make = Callable[..., Path]
SOURCE = "https://github.com/lab/models"


@pytest.mark.parametrize(
    ("spdx", "name"),
    [
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("GPL-3.0-only", "gpl-3.0"),
        ("LGPL-2.1-or-later", "lgpl-2.1"),
        ("Apache-2.0", "apache-2.0"),
        ("CC0-1.0", "cc0-1.0"),
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("MIT AND Apache-2.0", "other"),
        ("GPL-3.0-or-later WITH Classpath-exception-2.0", "other"),
        ("LicenseRef-SAM-License", "other"),
        ("EUPL-1.2", "other"),
    ],
)
def test_hub_licence_names(spdx: str, name: str) -> None:
    assert hub_licence(spdx) == name


def card_with(make_package: Make, replace: dict[str, str]) -> ModelCard:
    return ModelCard(hub_card(PackageContents.read(make_package(edit=replace)), SOURCE))


def test_licence_expression_has_name_and_link(make_package: Make) -> None:
    card = card_with(make_package, {"weights: GPL-3.0-or-later": "weights: MIT AND Apache-2.0"})
    assert card.data.license == "other"
    assert card.data.license_name == "mit-and-apache-2.0"


def test_chosen_licence_is_used(make_package: Make) -> None:
    choice = {"weights: GPL-3.0-or-later": "weights: MIT OR CC-BY-NC-4.0\n  chosen: MIT"}
    assert card_with(make_package, choice).data.license == "mit"


def test_only_hub_urls_become_datasets_and_base_models(make_package: Make) -> None:
    card = card_with(
        make_package,
        {
            "url: https://www.darktable.org/nothing": "url: https://huggingface.co/datasets/lab/noise/tree/main",
            "checkpoints:\n": "base_model:\n  name: base\n  license: MIT\n  url: https://huggingface.co/lab/base\n"
            "checkpoints:\n",
        },
    )
    assert card.data.datasets == ["lab/noise"]
    assert card.data.base_model == ["lab/base"]
    plain = card_with(make_package, {})
    assert "datasets" not in plain.data.to_dict()
    assert "base_model" not in plain.data.to_dict()


def test_evaluation_data_is_not_listed(make_package: Make) -> None:
    hub = {"https://www.darktable.org/nothing": "https://huggingface.co/datasets/lab/noise"}
    assert card_with(make_package, {**hub, "role: train": "role: evaluate"}).data.datasets is None


@pytest.mark.parametrize("words", INJECTION_STRINGS)
def test_card_text_becomes_no_front_matter_or_markup(make_package: Make, words: str) -> None:
    quoted = "'" + words.replace("'", "''") + "'"
    card = card_with(
        make_package,
        {
            "name: toy denoiser": f"name: {quoted}",
            "description: Returns the input image unchanged, for tests of the stages": f"description: {quoted}",
            "scope: image denoising in tests": f"scope: {quoted}",
        },
    )
    assert card.data.to_dict() == {
        "license": "gpl-3.0",
        "library_name": "onnx",
        "pipeline_tag": "image-to-image",
        "tags": ["darktable", "onnx", "denoise", "toy"],
    }
    page = RenderedPage(card.text)
    assert page.tags <= {
        "p",
        "a",
        "h1",
        "h2",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "code",
        "ul",
        "li",
        "strong",
    }
    assert all(address.startswith("https://www.darktable.org") or address == SOURCE for address in page.urls)
    assert page.words.count(" ".join(words.split())) >= 2
    assert not any(line.startswith(("::", "##[")) for line in card.text.splitlines())
