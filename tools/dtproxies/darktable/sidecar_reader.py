"""Read darktable's sidecar files: which modules an image goes through, and at which parameters."""

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
"""Order of sidecars that name none."""
UNREADABLE = "darktable cannot read it either; export the sidecar again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The last state of one instance of a module."""

    module: str
    instance: int
    """0 for the first instance."""
    enabled: bool
    version: int
    """Of the parameter struct."""
    params: bytes
    blended: bool
    """Whether its output is mixed with its input, by opacity or through a mask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a sidecar says about the pipe of its image."""

    entries: Sequence[Entry]
    order_version: int
    order_text: str


def read_edit(path: Path) -> Edit:
    """Read a sidecar.

    Raises:
        Failure: this is none, or its history is broken.
    """
    try:
        # expat, from 2.4.1 on, refuses entities that blow up, and never loads external ones.
        root = ElementTree.parse(path).getroot()  # noqa: S314
    except (ElementTree.ParseError, OSError) as exc:
        what = "there is no such file" if isinstance(exc, FileNotFoundError) else f"this is no sidecar: {exc}"
        raise Failure(what, where=str(path)) from exc
    about = next((one for one in root.iter(f"{RDF}Description") if f"{NAMESPACE}history_end" in one.attrib), None)
    if about is None:
        raise Failure("this is no sidecar of darktable: it has no history", where=str(path))
    try:
        end = int(about.attrib[f"{NAMESPACE}history_end"])
        listed = about.find(f"{NAMESPACE}history/{RDF}Seq")
        steps = [] if listed is None else [_entry(one) for one in listed if int(_said(one, "num", "0")) < end]
        version = int(about.get(f"{NAMESPACE}iop_order_version", LEGACY_ORDER))
    except (KeyError, ValueError, zlib.error, struct.error) as exc:
        raise Failure(f"its history is broken: {exc!r}", where=str(path), fix=UNREADABLE) from exc
    last = {(one.module, one.instance): one for one in steps}
    text = about.get(f"{NAMESPACE}iop_order_list", "")
    return Edit(entries=tuple(last.values()), order_version=version, order_text=text)


def _entry(one: ElementTree.Element) -> Entry:
    return Entry(
        module=one.attrib[f"{NAMESPACE}operation"],
        instance=int(_said(one, "multi_priority", "0")),
        enabled=_said(one, "enabled", "1") == "1",
        version=int(one.attrib[f"{NAMESPACE}modversion"]),
        params=decode(one.attrib[f"{NAMESPACE}params"]),
        blended=_blended(decode(_said(one, "blendop_params", ""))),
    )


def _said(one: ElementTree.Element, name: str, default: str) -> str:
    return one.get(f"{NAMESPACE}{name}", default)


def _blended(params: bytes) -> bool:
    """`dt_develop_blend_params_t` starts with the kind of mask; 0 is no blending at all."""
    return bool(params) and struct.unpack_from("<I", params)[0] != 0
