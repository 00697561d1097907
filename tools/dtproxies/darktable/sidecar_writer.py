"""Write darktable's sidecar files: the history of modules and sliders of one image."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import SCENE, Order

PLAIN_BYTES = 100
"""Longest parameters that are written uncompressed, in bytes; darktable reads both forms."""

XMP_VERSION = 5
"""Version of the sidecar format of darktable 5.x."""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/"
    darktable:xmp_version="{version}" darktable:raw_params="0" darktable:auto_presets_applied="1"
    darktable:history_end="{end}" darktable:iop_order_version="{order}"{listed}>
   <darktable:masks_history><rdf:Seq/></darktable:masks_history>
   <darktable:history>
    <rdf:Seq>
"""

TAIL = """    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""


SCENE_ORDER = Order(version=SCENE, names=())
"""Scene-referred order, identified by its version only."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a history: a module and its non-default sliders."""

    module: str
    sliders: Mapping[str, float | str] = field(default_factory=dict)
    params: str = ""
    """Encoded parameters, written verbatim instead of `sliders`; see `encode`."""


def sidecar(history: Sequence[Step], layouts: Mapping[str, ModuleLayout], order: Order = SCENE_ORDER) -> str:
    """Build the text of a sidecar with this history and module order, and without automatic presets.

    Raises:
        WrongUsage: an unknown module or slider, or a value outside its range.
    """
    listed = f" darktable:iop_order_list={quoteattr(order.text)}" if order.text else ""
    head = HEAD.format(version=XMP_VERSION, end=len(history), order=order.version, listed=listed)
    return head + "".join(_entry(number, step, layouts) for number, step in enumerate(history)) + TAIL


def layout_of(module: str, layouts: Mapping[str, ModuleLayout]) -> ModuleLayout:
    """Look up the layout of `module`.

    Raises:
        WrongUsage: there is no such module, or it has no sliders.
    """
    if module not in layouts:
        raise WrongUsage(f"darktable has no module '{module}' with sliders", fix=did_you_mean(module, layouts))
    return layouts[module]


def encode(raw: bytes) -> str:
    """Encode parameters as text: hexadecimal digits, or `gz`, a two-digit size ratio and base64 of deflated bytes."""
    if len(raw) <= PLAIN_BYTES:
        return raw.hex()
    deflated = zlib.compress(raw)
    return f"gz{min(len(raw) // len(deflated) + 1, 99):02d}{base64.b64encode(deflated).decode()}"


def decode(text: str) -> bytes:
    """Decode parameters written by `encode` or by darktable."""
    return zlib.decompress(base64.b64decode(text[4:])) if text.startswith("gz") else bytes.fromhex(text)


def _entry(number: int, step: Step, layouts: Mapping[str, ModuleLayout]) -> str:
    layout = layout_of(step.module, layouts)
    params = step.params or encode(layout.pack(step.sliders))
    return (
        f'     <rdf:li darktable:num="{number}" darktable:operation="{step.module}" darktable:enabled="1"'
        f' darktable:modversion="{layout.version}" darktable:params="{params}"'
        f' darktable:multi_name="" darktable:multi_priority="0"/>\n'
    )
