"""An entry of OpenModelDB, one file of `data/models`. Read from its `src/lib/schema.ts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from dtmodels.card.placeholders import TODO
from dtmodels.importing.card_draft import Fields
from dtmodels.importing.checkpoints import family_of_graphs, file_of, slug, with_names
from dtmodels.importing.datasets import datasets
from dtmodels.importing.source import Source
from dtmodels.importing.stated import Reader, Stated

TITLE = "an entry of OpenModelDB"
NAME = "OpenModelDB"
ENTRY_URL = "https://openmodeldb.info/models/"
ESRGAN = "esrgan"
"""Their name for the network that family rrdb builds."""
_SIZES = {"nf": "features", "nb": "blocks"}
"""Ends of their size tags, such as 64nf, and the options of family rrdb."""
_SUFFIXES = (".pth", ".safetensors", ".onnx")
_DARKTABLE_SCALES = (2, 4)
_ESRGAN_SCALES = (1, 2, 4, 8, 16)
"""Of which family rrdb has a checkpoint."""
_MOST_CHARACTERS = 300
"""Of a card's description."""


def recognise(source: Source) -> bool:
    """Return whether the file lists `resources` of a named `architecture`."""
    values = source.document.values if source.is_json else None
    return isinstance(values, dict) and "architecture" in values and isinstance(values.get("resources"), list)


def draft(reader: Reader) -> Fields:
    """Return the fields that an entry states."""
    stem = PurePosixPath(reader.name).stem
    architecture, authors = reader.text("architecture"), reader.texts("author")
    scale = reader.integer("scale")
    return {
        "id": Stated(slug(stem, "model"), f"the file name {reader.name}"),
        "name": reader.text("name"),
        "description": _description(reader),
        "task": _task(scale),
        "architecture": architecture,
        "source": {"authors": Stated([one.value for one in authors], "author: user names there") if authors else None},
        "license": {"weights": _licence(reader)},
        "base_model": _base_model(reader),
        "training": {"datasets": datasets(reader, ("dataset",))},
        **_files(reader, architecture, scale),
    }


def _description(reader: Reader) -> Stated | None:
    """Return the text, or its first sentences as far as a card has room; then the whole text stays a remark."""
    if len(whole := reader.peek("description")) <= _MOST_CHARACTERS:
        return reader.text("description")
    cut = whole[: _MOST_CHARACTERS - 1]
    sentences = re.match(r".*[.!?](?=\s)", cut)
    text = sentences[0] if sentences else f"{cut.rpartition(' ')[0] or cut}…"
    return Stated(text, "the beginning of description; all of it is below")


def _task(scale: Stated | None) -> Stated | None:
    if not scale or scale.value == 1:
        return Stated(TODO.lower(), f"{scale.remark}: 1; tags say what it restores") if scale else None
    known = scale.value in _DARKTABLE_SCALES
    return Stated("upscale", f"{scale.remark}: {scale.value}" + ("" if known else "; darktable upscales by 2 and 4"))


def _licence(reader: Reader) -> Stated | None:
    values = reader.document.values
    if "license" in values and values["license"] is None:
        return Stated("NOASSERTION", "license: null")
    return reader.text("license")


def _base_model(reader: Reader) -> Mapping[str, Any] | None:
    name = reader.text("pretrainedModelG")
    return {"name": name, "url": Stated(f"{ENTRY_URL}{name.value}", "its page there")} if name else None


def _files(reader: Reader, architecture: Stated | None, scale: Stated | None) -> Fields:
    """Return checkpoints and family. An ESRGAN needs its weights once, and by the name of its scale."""
    graphs = [index for index in range(reader.count("resources")) if reader.peek("resources", index, "type") == "onnx"]
    weights = [index for index in range(reader.count("resources")) if index not in graphs]
    if architecture and architecture.value == ESRGAN and scale and scale.value in _ESRGAN_SCALES and weights:
        name = Stated(f"x{scale.value}", f"{scale.remark}, as family rrdb names it")
        family = Stated("rrdb", f"{architecture.remark}: {architecture.value}")
        convert = {"family": family, "options": dict(_sizes(reader)) or None}
        return {"checkpoints": [{"name": name, **_resource(reader, weights[0])}], "convert": convert}
    count = reader.count("resources")
    named = with_names(
        [(_name(reader, index), _resource(reader, index)) for index in range(count)], "resources[{index}]"
    )
    if weights or not graphs:
        return {"checkpoints": named}
    if scale and scale.value in _DARKTABLE_SCALES:
        named[0]["name"] = Stated(f"model_x{scale.value}", f"{scale.remark}, as darktable names the graph")
    return {"checkpoints": named, "convert": family_of_graphs("graph.onnx" for _ in graphs)}


def _resource(reader: Reader, index: int) -> dict[str, Any]:
    """Return the fields of a file; its further addresses stay remarks."""
    at = ("resources", index)
    url = reader.text(*at, "urls", 0)
    return {"url": url, "sha256": reader.text(*at, "sha256"), "bytes": reader.integer(*at, "size")}


def _name(reader: Reader, index: int) -> str:
    """Return the file name in the address, where it has one; else that of the entry."""
    file = PurePosixPath(file_of(reader.peek("resources", index, "urls", 0)))
    return file.name if file.suffix.lower() in _SUFFIXES else f"{PurePosixPath(reader.name).stem}.pth"


def _sizes(reader: Reader) -> Iterator[tuple[str, Stated]]:
    for index in range(reader.count("size")):
        tag = re.fullmatch(r"([1-9][0-9]{0,3})([a-z]+)", reader.peek("size", index))
        if tag and tag[2] in _SIZES and (size := reader.text("size", index)):
            yield _SIZES[tag[2]], Stated(int(tag[1]), f"{size.remark}: {size.value}")
