"""Entries of OpenModelDB become cards with what they state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dtmodels.importing.import_card import import_card
from tests.support.imported_card import Import

EXAMPLE = Path(__file__).parent / "examples" / "4x-StillNet.json"
ENTRY: dict[str, Any] = json.loads(EXAMPLE.read_text())


def entry(**changes: Any) -> str:
    return json.dumps({**ENTRY, **changes})


def test_stated_facts_are_taken_with_their_place(imported: Import) -> None:
    read = imported(EXAMPLE.name, EXAMPLE.read_text())
    card = read.card
    assert (card.id, card.name, card.task, card.architecture) == ("4x-stillnet", "StillNet", "upscale", "esrgan")
    assert card.description == "Enlarges photographs of still scenes. Made for prints."
    assert card.source.authors == ("a-author", "b-author")
    assert card.license.weights == "Apache-2.0"
    assert card.base_model is not None
    assert (card.base_model.name, card.base_model.url) == ("4x-OtherNet", "https://openmodeldb.info/models/4x-OtherNet")
    assert [data.name for data in card.training.datasets] == ["DIV2K", "Flickr2K"]
    assert read.remark("weights: ") == "license"
    assert read.remark("task: ") == "scale: 4"


def test_network_that_we_build_gets_its_family_options_and_pinned_weights(imported: Import) -> None:
    card = imported(EXAMPLE.name, EXAMPLE.read_text()).card
    (weights,) = card.checkpoints
    assert (weights.name, weights.sha256, weights.bytes) == ("x4", ENTRY["resources"][0]["sha256"], 67046751)
    assert (card.convert.family, card.convert.options) == ("rrdb", {"features": 64, "blocks": 23})


def test_everything_else_stays_a_remark(imported: Import) -> None:
    text = imported(EXAMPLE.name, EXAMPLE.read_text()).text
    for left in (
        "tags: [photo, restoration]",
        'date: "2026-01-31"',
        "size[2]: large",
        "resources[0].type: pth",
        'urls[1]: "https://mega.nz/#!x"',
        "trainingIterations: 122000",
        "datasetSize: 3450",
        "StillNet.onnx",
        "sheet.png",
    ):
        assert any(line.startswith("#   ") and left in line for line in text.splitlines()), left


def test_other_architectures_keep_every_file(imported: Import) -> None:
    card = imported("2x-Dat.json", entry(architecture="dat", scale=2)).card
    assert [(one.name, one.bytes) for one in card.checkpoints] == [("stillnet", 67046751), ("stillnet-2", 1234)]
    assert card.convert.family == "todo"


def test_graphs_alone_are_finished_graphs(imported: Import) -> None:
    card = imported("4x-Graph.json", entry(architecture="span", resources=ENTRY["resources"][1:])).card
    assert (card.convert.family, card.checkpoints[0].name) == ("onnx", "model_x4")


def test_files_without_a_name_in_their_address_get_that_of_the_entry(imported: Import) -> None:
    resource = {**ENTRY["resources"][0], "urls": ["https://drive.google.com/file/d/1N3/view?usp=drive_link"]}
    card = imported("1x-Still.json", entry(architecture="dat", resources=[resource, resource])).card
    assert [one.name for one in card.checkpoints] == ["1x-still", "1x-still-2"]


def test_scale_one_states_no_task_and_scale_three_is_none_of_darktable(imported: Import) -> None:
    one = imported("1x-A.json", entry(scale=1))
    assert (one.card.task, one.card.checkpoints[0].name) == ("todo", "x1")
    assert one.remark("task: ") == "scale: 1; tags say what it restores"
    assert imported("3x-A.json", entry(scale=3)).remark("task: ") == "scale: 3; darktable upscales by 2 and 4"


def test_no_licence_is_said_as_such(imported: Import) -> None:
    assert imported("4x-A.json", entry(license=None)).card.license.weights == "NOASSERTION"


def test_long_description_is_cut_at_a_sentence_and_kept_whole_below(imported: Import) -> None:
    whole = "Removes noise. " * 40
    read = imported("4x-A.json", entry(description=whole))
    assert len(read.card.description) <= 300 and read.card.description.endswith("noise.")
    assert sum(line.count("noise.") for line in read.text.splitlines() if line.startswith("#  ")) == 40


def test_nothing_is_invented(imported: Import) -> None:
    bare = {name: ENTRY[name] for name in ("name", "architecture", "resources")}
    card = imported("bare.json", json.dumps(bare)).card
    assert {card.license.weights, card.license.code, card.use.inference, card.use.scope} == {"TODO"}
    assert card.training.datasets == () and card.base_model is None and card.limitations == ()


@pytest.mark.parametrize("field", sorted(ENTRY.keys() - {"architecture", "resources"}))
@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [[1]], {"a": 1}, True, -1, 10**30, ""], ids=repr)
def test_fields_of_other_types_never_break_the_card(tmp_path: Path, field: str, value: Any) -> None:
    (tmp_path / "4x-A.json").write_text(entry(**{field: value}))
    assert import_card(tmp_path / "4x-A.json").text
