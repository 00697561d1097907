"""convert: unknown options are errors, and the parity of each graph is printed."""

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


def test_unknown_option_is_an_error(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    entry = Catalogue.load(tmp_path).get("denoise-toy")
    card = replace(entry.card, convert=replace(entry.card.convert, options={"storge": "half"}))
    with pytest.raises(Failure, match="family onnx has no such option") as failure:
        obtain_and_convert(replace(entry, card=card), Workspace(tmp_path), Console(quiet=True))
    assert failure.value.where == "models/denoise-toy/card.yaml: convert.options.storge"
    assert "storage" in failure.value.fix


def test_unknown_family_is_an_error_before_the_download(add_model: Callable[..., Path], tmp_path: Path) -> None:
    card = add_model("denoise-toy") / "card.yaml"
    text = card.read_text().replace("    file: model.onnx\n", "    url: https://www.darktable.org/toy.pth\n")
    card.write_text(text.replace("family: onnx", "family: onyx"))
    with pytest.raises(Failure, match="'onyx' is not one of the families") as failure:
        obtain_and_convert(Catalogue.load(tmp_path).get("denoise-toy"), Workspace(tmp_path), Console(quiet=True))
    assert failure.value.exit_code == 1
    assert failure.value.where == "models/denoise-toy/card.yaml: convert.family"
    assert failure.value.fix == "a new family is a file tools/dtmodels/families/onyx.py; did you mean onnx?"


def test_setting_of_a_file_that_the_model_lacks_is_an_error(add_model: Callable[..., Path], tmp_path: Path) -> None:
    card = add_model("denoise-toy") / "card.yaml"
    card.write_text(card.read_text().replace("  type: single\n", "  type: single\n  cpu_only: {modell: [CUDA]}\n"))
    with pytest.raises(Failure, match=r"no file modell\.onnx") as failure:
        obtain_and_convert(Catalogue.load(tmp_path).get("denoise-toy"), Workspace(tmp_path), Console(quiet=True))
    assert failure.value.where == "models/denoise-toy/card.yaml: package.cpu_only.modell"
    assert failure.value.fix == "did you mean model?"


def test_parity_of_each_graph_is_printed(add_model: Callable[..., Path], tmp_path: Path) -> None:
    add_model("denoise-toy")
    console = Console(out=io.StringIO(), remarks=io.StringIO())
    obtain_and_convert(Catalogue.load(tmp_path).get("denoise-toy"), Workspace(tmp_path), console)
    assert isinstance(console.remarks, io.StringIO)
    assert re.search(
        r"^denoise-toy: model.onnx matches its source network, PSNR \d+ dB$", console.remarks.getvalue(), re.M
    )


def test_cards_of_the_repository_use_known_options(root: Path) -> None:
    for entry in Catalogue.load(root).entries:
        if entry.card.convert.family in plugin_names(families):
            known = {*load_plugin(families, entry.card.convert.family).OPTIONS, "storage"}
            assert set(entry.card.convert.options) <= known, entry.card.id
