"""README.md of a model on the Hugging Face Hub: its front matter. Read from `modelcard.md` of huggingface/hub-docs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dtmodels.card.hub_pipelines import PIPELINES
from dtmodels.card.placeholders import TODO
from dtmodels.importing.card_draft import Fields
from dtmodels.importing.checkpoints import slug
from dtmodels.importing.source import Source
from dtmodels.importing.stated import Reader, Stated
from dtmodels.licence.table import LicenceTable
from dtmodels.yaml.document import HIDDEN_CHARACTERS

TITLE = "the README of a model on the Hugging Face Hub"
NAME = "the front matter"
HUB = "https://huggingface.co/"
OTHER = "other"
"""The Hub's word for a licence that it has no name for."""
_FIELDS = {
    *("license", "license_name", "license_link", "library_name", "pipeline_tag", "tags", "datasets", "base_model"),
    *("model-index", "model_name", "language", "metrics", "base_model_relation"),
}
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>]*>|[*`_]{1,2}(?=\w)|(?<=\w)[*`_]{1,2}")
"""Images, HTML and signs of emphasis."""
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$|<h1[^>]*>\s*(.{1,500}?)\s*</h1>", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def recognise(source: Source) -> bool:
    """Return whether a page has front matter with a field of the Hub."""
    if source.front_matter is None:
        return False
    values = source.document.values
    return isinstance(values, dict) and bool(_FIELDS & values.keys())


def draft(reader: Reader) -> Fields:
    """Return the fields that the front matter states, and the title of the page."""
    name = reader.text("model_name") or reader.text("model-index", 0, "name") or _heading(reader)
    return {
        "id": Stated(slug(name.value, TODO.lower()), name.remark) if name else None,
        "name": name,
        "task": _task(reader),
        "publication": {"url": _paper(reader)},
        "license": {"weights": _licence(reader)},
        "base_model": _base_model(reader),
        "training": {"datasets": list(_datasets(reader))},
        "checkpoints": [{}],
    }


def _heading(reader: Reader) -> Stated | None:
    """Return the first heading of the page, without Markdown and HTML."""
    found = _HEADING.search(reader.document.body)
    words = _MARKUP.sub("", _LINK.sub(r"\1", _MARKUP.sub("", found[1] or found[2]))) if found else ""
    visible = "".join(one for one in HIDDEN_CHARACTERS.sub("", words) if one.isprintable())
    return Stated(" ".join(visible.split()), "the first heading") if visible.strip() else None


def _task(reader: Reader) -> Stated | None:
    if not (tag := reader.text("pipeline_tag")):
        return None
    for task, pipeline in PIPELINES.items():
        if tag.value == pipeline:
            return Stated(task, f"{tag.remark}: {tag.value}")
    return Stated(TODO.lower(), f"{tag.remark}: {tag.value}, which is no single task of darktable")


def _licence(reader: Reader) -> Stated | None:
    """Return the licences as SPDX ids, and a licence that the Hub has no name for as a LicenseRef."""
    spdx, stated = LicenceTable.load().canonical, [one.value for one in reader.texts("license")]
    if stated != [OTHER]:
        return Stated(", ".join(map(spdx, stated)), f"license: {', '.join(stated)}") if stated else None
    name, link = reader.text("license_name"), reader.text("license_link")
    remark = ", ".join([f"license: {OTHER}", *(f"{one.remark}: {one.value}" for one in (name, link) if one)])
    named = re.sub(r"[^A-Za-z0-9.]+", "-", name.value).strip("-") if name else ""
    known = name is not None and spdx(name.value) != name.value
    return Stated(spdx(name.value) if name and known else f"LicenseRef-{named}" if named else TODO, remark)


def _paper(reader: Reader) -> Stated | None:
    """Return the paper of the first tag `arxiv:`."""
    for index in range(reader.count("tags")):
        paper = re.fullmatch(r"arxiv:([\w./-]{1,40})", reader.peek("tags", index))
        if paper and (tag := reader.text("tags", index)):
            return Stated(f"https://arxiv.org/abs/{paper[1]}", f"{tag.remark}: {tag.value}")
    return None


def _base_model(reader: Reader) -> Mapping[str, Any] | None:
    """Return the first model; further ones of a merge stay remarks."""
    name = reader.text("base_model") or reader.text("base_model", 0)
    relation = reader.text("base_model_relation")
    if not name:
        return None
    remark = f"{name.remark}, {relation.remark}: {relation.value}" if relation else name.remark
    return {"name": Stated(name.value, remark), "url": _page(name, "")}


def _datasets(reader: Reader) -> Iterator[dict[str, Any]]:
    for name in reader.texts("datasets"):
        role = Stated("train", "the Hub lists what a model was trained on")
        yield {"name": name, "url": _page(name, "datasets/"), "role": role}


def _page(name: Stated, section: str) -> Stated | None:
    """Return the page of a repository there; None for a name in words."""
    known = re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name.value)
    return Stated(f"{HUB}{section}{name.value}", "its page on the Hub") if known else None
