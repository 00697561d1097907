"""Graphs of all released proxies, built as for a release, with an image and sliders to run them with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import load_file

from dtbase.imaging.psnr import psnr
from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue, CatalogueEntry
from dtmodels.stages.convert import obtain_and_convert
from dtmodels.tasks._golden_pairs import MAX_PSNR

ROOT = Path(__file__).resolve().parents[2]
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedGraph:
    """A built graph."""

    entry: CatalogueEntry
    file: Path

    @property
    def inputs(self) -> Mapping[str, Array]:
        """Inputs by name: the first image and sliders that darktable rendered for this proxy."""
        pair = load_file(self.entry.directory / "golden.safetensors")
        height, width = pair["input"].shape[-2:]
        values = {"image": pair["input"][:1], "sliders": pair["sliders"][:1]}
        values["frame"] = np.array([[0, 0, width, height]])
        names = [value.name for value in onnx.load(self.file, load_external_data=False).graph.input]
        return {name: values[name].astype(np.float32) for name in names}


def released_entries() -> list[CatalogueEntry]:
    """Released models of the collection that a script runs on an image: the proxies."""
    entries = Catalogue.load(ROOT).entries
    return [one for one in entries if one.card.status == "released" and one.card.task == "proxy"]


def build_released_graphs(directory: Path) -> Iterator[ReleasedGraph]:
    """Convert each released proxy into a directory."""
    quiet = Console(StringIO(), StringIO(), quiet=True)
    for entry in released_entries():
        yield ReleasedGraph(entry=entry, file=obtain_and_convert(entry, Workspace(directory), quiet) / "model.onnx")


def agreement(one: Array, other: Array) -> float:
    """PSNR of two outputs in dB, relative to the peak of the first; at most 200."""
    peak = float(np.abs(one).max()) or 1.0
    return psnr(other.astype(np.float64) / peak, one.astype(np.float64) / peak, cap=MAX_PSNR)
