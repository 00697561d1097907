"""Options of a card reach its family, or the card is refused."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import Failure
from dtbase.terminal.console import Console
from dtmodels import families
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.stages.convert import obtain_and_convert


def test_an_option_the_family_does_not_know_is_refused(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    entry = Catalogue.load(tmp_path).get("denoise-toy")
    card = replace(entry.card, convert=replace(entry.card.convert, options={"storge": "half"}))
    with pytest.raises(Failure, match="family onnx has no such option") as refused:
        obtain_and_convert(replace(entry, card=card), Workspace(tmp_path), Console(quiet=True))
    assert refused.value.where == "models/denoise-toy/card.yaml: convert.options.storge"
    assert "storage" in refused.value.fix


def test_a_family_nobody_wrote_is_told_before_the_download(add_model: Callable[..., Path], tmp_path: Path) -> None:
    card = add_model("denoise-toy") / "card.yaml"
    text = card.read_text().replace("    file: model.onnx\n", "    url: https://www.darktable.org/toy.pth\n")
    card.write_text(text.replace("family: onnx", "family: onyx"))
    with pytest.raises(Failure, match="'onyx' is not one of the families") as refused:
        obtain_and_convert(Catalogue.load(tmp_path).get("denoise-toy"), Workspace(tmp_path), Console(quiet=True))
    assert refused.value.exit_code == 1
    assert refused.value.where == "models/denoise-toy/card.yaml: convert.family"
    assert refused.value.fix == "a new family is a file tools/dtmodels/families/onyx.py; did you mean onnx?"


def test_how_near_a_graph_comes_is_said(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    console = Console(out=io.StringIO(), remarks=io.StringIO())
    obtain_and_convert(Catalogue.load(tmp_path).get("denoise-toy"), Workspace(tmp_path), console)
    assert isinstance(console.remarks, io.StringIO)
    assert re.search(
        r"^denoise-toy: model.onnx computes what its network does, to \d+ dB$", console.remarks.getvalue(), re.M
    )


def test_the_cards_of_the_repository_give_only_options_their_families_know(root: Path) -> None:
    for entry in Catalogue.load(root).entries:
        if entry.card.convert.family in plugin_names(families):
            known = {*load_plugin(families, entry.card.convert.family).OPTIONS, "storage"}
            assert set(entry.card.convert.options) <= known, entry.card.id
