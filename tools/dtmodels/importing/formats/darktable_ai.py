"""`model.yaml` of darktable-ai and of repositories made like it. Read from its `darktable_ai/config.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dtmodels.importing.card_draft import Fields
from dtmodels.importing.checkpoints import family_of_graphs, file_of, with_names
from dtmodels.importing.datasets import datasets
from dtmodels.importing.source import Source
from dtmodels.importing.stated import Reader, Stated
from dtmodels.package.config_writer import LOADER_KEYS

TITLE = "a model.yaml of darktable-ai"
NAME = "model.yaml"
_FIELDS = {"name", "description", "task", "arch", "type", "dep_group", "checkpoints", "convert", "repo", "attributes"}
_TYPES = {"multi": "single"}
"""Types with another name in a card: several files that work alone."""
_GOOGLE_DRIVE = re.compile(r"gdrive://([\w-]+)")


def recognise(source: Source) -> bool:
    """Return whether the file has a `model_card`, or an `id` and another field of the format."""
    if source.front_matter is not None or source.is_json:
        return False
    values = source.document.values
    if not isinstance(values, dict):
        return False
    return isinstance(values.get("model_card"), dict) or ("id" in values and bool(_FIELDS & values.keys()))


def draft(reader: Reader) -> Fields:
    """Return the fields that a model.yaml states."""
    files = list(_files(reader))
    sets = datasets(reader, ("model_card", "training_data"), ("model_card", "training_data_license"))
    authors, kind = reader.texts("model_card", "author"), reader.text("type")
    if kind and kind.value in _TYPES:
        kind = Stated(_TYPES[kind.value], f"{kind.remark}: {kind.value}, several files that each work alone")
    return {
        "id": reader.text("id"),
        "name": reader.text("name"),
        "description": reader.text("description") or reader.text("model_card", "long_description"),
        "task": reader.text("task"),
        "architecture": reader.text("arch"),
        "version": reader.text("version"),
        "source": {
            "repository": reader.text("model_card", "source"),
            "authors": Stated([one.value for one in authors], "model_card.author") if authors else None,
        },
        "publication": {"url": reader.text("model_card", "paper")},
        "license": {"weights": _licence(reader)},
        "training": {"datasets": sets},
        "limitations": list(_limitations(reader, [data["name"] for data in sets])),
        "use": {"scope": reader.text("model_card", "scope")},
        "checkpoints": with_names(((name, fields) for name, _, fields in files), "checkpoints[{index}]: {file}"),
        "convert": family_of_graphs(published for _, published, _ in files),
        "package": {"type": kind, "attributes": _attributes(reader), **{key: reader.value(key) for key in LOADER_KEYS}},
    }


def _files(reader: Reader) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the path of each checkpoint, its published file name, and its fields. One may stand for the other."""
    for index in range(reader.count("checkpoints")):
        at = ("checkpoints", index)
        url, path = reader.text(*at, "url"), reader.text(*at, "path")
        fields = {
            "url": _https(url),
            "sha256": reader.text(*at, "sha256"),
            "bytes": reader.integer(*at, "bytes") or reader.integer(*at, "size"),
        }
        if any(fields.values()) or path:
            published = file_of(url.value) if url and url is fields["url"] else ""
            names = [path.value if path else "", published]
            yield names[0] or names[1], names[1] or names[0], fields


def _https(url: Stated | None) -> Stated | None:
    """Return the address of a file that the format names by its id on Google Drive."""
    found = _GOOGLE_DRIVE.fullmatch(url.value) if url else None
    if not url or not found:
        return url
    return Stated(f"https://drive.google.com/file/d/{found[1]}/view", f"{url.remark}: {url.value}")


def _limitations(reader: Reader, names: list[Stated | None]) -> Iterator[dict[str, Any]]:
    """Yield the notes, where authors disclose limitations, with the datasets that they name."""
    if not (notes := reader.text("model_card", "notes")):
        return
    named = [name.value for name in names if name and re.search(rf"(?<!\w){re.escape(name.value)}(?!\w)", notes.value)]
    yield {"text": notes, "datasets": Stated(named, "named there") if named else None}


def _attributes(reader: Reader) -> Stated | None:
    """Return the attributes; `tiling` is one of them in a card."""
    attributes, tiling = reader.mapping("attributes"), reader.value("tiling")
    stated = [one for one in (attributes, tiling) if one]
    values = {**(attributes.value if attributes else {}), **({"tiling": tiling.value} if tiling else {})}
    return Stated(values, " and ".join(one.remark for one in stated)) if stated else None


def _licence(reader: Reader) -> Stated | None:
    """Return the licence; the format does not say what it is the licence of."""
    stated = reader.texts("model_card", "license")
    words = ", ".join(one.value for one in stated)
    return Stated(words, "model_card.license; of the weights or of the code?") if stated else None
