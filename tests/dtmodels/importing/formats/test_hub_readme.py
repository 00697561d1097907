"""The front matter of a README on the Hugging Face Hub becomes a card with what it states."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.imported_card import Import

EXAMPLE = (Path(__file__).parent / "examples" / "README.md").read_text()


def page(front_matter: str, body: str = "# Still Net\n") -> str:
    return f"---\n{front_matter}\n---\n\n{body}"


def test_stated_facts_are_taken_with_their_place(imported: Import) -> None:
    read = imported("README.md", EXAMPLE)
    card = read.card
    assert (card.id, card.name, card.task) == ("still-depth", "Still Depth", "depth")
    assert card.license.weights == "Apache-2.0"
    assert card.publication is not None and card.publication.url == "https://arxiv.org/abs/2406.09414"
    assert card.base_model is not None
    assert (card.base_model.name, card.base_model.url) == (
        "owner/still-net-large",
        "https://huggingface.co/owner/still-net-large",
    )
    assert [(data.name, data.url) for data in card.training.datasets] == [
        ("owner/still-rooms", "https://huggingface.co/datasets/owner/still-rooms"),
        ("LAION-2B", "https://huggingface.co/datasets/LAION-2B"),
    ]
    assert read.remark("task: ") == "pipeline_tag: depth-estimation"
    assert read.remark('url: "https://arxiv.org') == "tags[1]: arxiv:2406.09414"


def test_everything_else_stays_a_remark(imported: Import) -> None:
    lines = imported("README.md", EXAMPLE).text.splitlines()
    for left in (
        "library_name: onnx",
        "tags[0]: depth",
        'base_model[1]: "owner/another"',
        'language: [en, "no"]',
        "2: of the weights",
    ):
        assert f"#   {left}" in lines


@pytest.mark.parametrize(
    ("stated", "expression"),
    [
        ("license: mit", "MIT"),
        ("license: gpl-3.0", "GPL-3.0"),
        ("license: creativeml-openrail-m", "creativeml-openrail-m"),
        ("license: [mit, apache-2.0]", "MIT, Apache-2.0"),
        ("license: other\nlicense_name: still terms", "LicenseRef-still-terms"),
        ("license: other\nlicense_name: apache-2.0", "Apache-2.0"),
        ("license: other", "TODO"),
        ("tags: [x]", "TODO"),
    ],
)
def test_licence_becomes_an_spdx_expression_where_it_has_one(imported: Import, stated: str, expression: str) -> None:
    assert imported("README.md", page(stated)).card.license.weights == expression


@pytest.mark.parametrize("tag", ["image-segmentation", "image-to-image", "text-generation"])
def test_pipeline_without_one_task_asks_for_it(imported: Import, tag: str) -> None:
    read = imported("README.md", page(f"pipeline_tag: {tag}"))
    assert read.card.task == "todo"
    assert read.remark("task: ") == f"pipeline_tag: {tag}, which is no single task of darktable"


@pytest.mark.parametrize(
    ("front_matter", "body", "name"),
    [
        ("license: mit\nmodel_name: A", "# B\n", "A"),
        ("license: mit\nmodel-index: [{name: C}]", "# B\n", "C"),
        ("license: mit", "words\n\n# **B** `x` <br> #\n", "B x"),
        ("license: mit", "# \u200bB\ufe0f\n", "B"),
        ("license: mit", '<h1 align="center">\n  <a href="x">B</a> C\n</h1>\n# D\n', "B C"),
        ("license: mit", "## B\n", "TODO"),
        ("license: mit", "", "TODO"),
    ],
)
def test_name_is_that_of_the_model_or_the_heading(imported: Import, front_matter: str, body: str, name: str) -> None:
    card = imported("README.md", page(front_matter, body)).card
    assert card.name.rstrip("\ufe0f") == name


def test_long_heading_becomes_an_id_that_a_card_may_have(imported: Import) -> None:
    card = imported("README.md", page("license: mit", f"# Still {'and deep ' * 20}\n")).card
    assert len(card.id) <= 64 and card.id.endswith(("and", "deep"))


def test_nothing_is_invented(imported: Import) -> None:
    card = imported("README.md", page("tags: [x]", "")).card
    assert {card.license.weights, card.use.inference, card.description} == {"TODO"}
    assert card.training.datasets == () and card.base_model is None
