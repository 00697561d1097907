"""Read darktable's sidecar files: the modules in the history of an image, and their parameters."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from dtbase.system.errors import Failure
from dtproxies.darktable.sidecar_writer import decode

NAMESPACE = "{http://darktable.sf.net/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LEGACY_ORDER = 1
"""Module order of sidecars without an order version."""
UNREADABLE = "darktable cannot read it either; export the sidecar again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Last state of one instance of a module."""

    module: str
    instance: int
    """0 for the first instance."""
    enabled: bool
    version: int
    """Version of the parameter struct."""
    params: bytes
    blended: bool
    """True if its output is blended with its input, by opacity or a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Pixelpipe of an image as described by its sidecar."""

    entries: Sequence[Entry]
    order_version: int
    order_text: str


def read_edit(path: Path) -> Edit:
    """Read a sidecar.

    Raises:
        Failure: the file is not a sidecar, or its history is invalid.
    """
    try:
        # Since 2.4.1, expat rejects entity expansion attacks; it never loads external entities.
        root = ElementTree.parse(path).getroot()  # noqa: S314
    except (ElementTree.ParseError, OSError) as exc:
        what = "there is no such file" if isinstance(exc, FileNotFoundError) else f"this is not a sidecar: {exc}"
        raise Failure(what, where=str(path)) from exc
    description = next(
        (node for node in root.iter(f"{RDF}Description") if f"{NAMESPACE}history_end" in node.attrib), None
    )
    if description is None:
        raise Failure("this is not a darktable sidecar: it has no history", where=str(path))
    try:
        end = int(description.attrib[f"{NAMESPACE}history_end"])
        listed = description.find(f"{NAMESPACE}history/{RDF}Seq")
        steps = [] if listed is None else [_entry(item) for item in listed if int(_attribute(item, "num", "0")) < end]
        version = int(description.get(f"{NAMESPACE}iop_order_version", LEGACY_ORDER))
    except (KeyError, ValueError, zlib.error, struct.error) as exc:
        raise Failure(f"its history is invalid: {exc!r}", where=str(path), fix=UNREADABLE) from exc
    last = {(entry.module, entry.instance): entry for entry in steps}
    text = description.get(f"{NAMESPACE}iop_order_list", "")
    return Edit(entries=tuple(last.values()), order_version=version, order_text=text)


def _entry(item: ElementTree.Element) -> Entry:
    return Entry(
        module=item.attrib[f"{NAMESPACE}operation"],
        instance=int(_attribute(item, "multi_priority", "0")),
        enabled=_attribute(item, "enabled", "1") == "1",
        version=int(item.attrib[f"{NAMESPACE}modversion"]),
        params=decode(item.attrib[f"{NAMESPACE}params"]),
        blended=_blended(decode(_attribute(item, "blendop_params", ""))),
    )


def _attribute(item: ElementTree.Element, name: str, default: str) -> str:
    return item.get(f"{NAMESPACE}{name}", default)


def _blended(params: bytes) -> bool:
    """Read the mask mode at the start of `dt_develop_blend_params_t`; 0 means no blending."""
    return bool(params) and struct.unpack_from("<I", params)[0] != 0
