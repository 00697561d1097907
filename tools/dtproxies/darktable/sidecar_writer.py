"""Write darktable's sidecar files: the history of modules and sliders of one image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from dtbase.system.errors import WrongUsage
from dtbase.system.suggestions import did_you_mean
from dtproxies.darktable.edit import Edit, Entry
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.module_order import LISTED, SCENE, Order
from dtproxies.darktable.parameter_text import encode
from dtproxies.darktable.sidecar_reader import XMP_VERSION

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
    entries = [_step_entry(step, layouts) for step in history]
    return _text(entries, order.version, order.text)


def edit_sidecar(edit: Edit, orders: Mapping[int, Sequence[str]]) -> bytes:
    """Return the sidecar of an edit: the file itself, or one that holds a style and nothing else.

    Args:
        edit: as `read_edit` returns it.
        orders: as `introspection.orders` returns them.
    """
    if edit.sidecar:
        return edit.sidecar
    entries = [_entry(one, encode(one.params)) for one in edit.entries]
    listed = edit.order_text or _order_with_instances(edit, orders)
    return _text(entries, LISTED if listed else edit.order_version, listed).encode()


def _order_with_instances(edit: Edit, orders: Mapping[int, Sequence[str]]) -> str:
    """List the order with instances of a module side by side, as darktable does for a style; empty if not needed."""
    instances: dict[str, list[int]] = {}
    for one in edit.entries:
        instances.setdefault(one.module, []).append(one.instance)
    if all(numbers == [0] for numbers in instances.values()):
        return ""
    names = orders[edit.order_version]
    return ",".join(f"{name},{number}" for name in names for number in sorted(instances.get(name, [0])))


def layout_of(module: str, layouts: Mapping[str, ModuleLayout]) -> ModuleLayout:
    """Look up the layout of `module`.

    Raises:
        WrongUsage: there is no such module, or it has no sliders.
    """
    if module not in layouts:
        raise WrongUsage(f"darktable has no module '{module}' with sliders", fix=did_you_mean(module, layouts))
    return layouts[module]


def _text(entries: Sequence[str], order: int, order_text: str) -> str:
    listed = f" darktable:iop_order_list={quoteattr(order_text)}" if order_text else ""
    head = HEAD.format(version=XMP_VERSION, end=len(entries), order=order, listed=listed)
    return head + "".join(entry.replace("{num}", str(at)) for at, entry in enumerate(entries)) + TAIL


def _step_entry(step: Step, layouts: Mapping[str, ModuleLayout]) -> str:
    layout = layout_of(step.module, layouts)
    entry = Entry(module=step.module, enabled=True, version=layout.version, params=b"")
    return _entry(entry, step.params or encode(layout.pack(step.sliders)))


def _entry(entry: Entry, params: str) -> str:
    blending = ""
    if entry.blending:
        blending = (
            f' darktable:blendop_version="{entry.blending_version}" darktable:blendop_params="{encode(entry.blending)}"'
        )
    return (
        f'     <rdf:li darktable:num="{{num}}" darktable:operation={quoteattr(entry.module)}'
        f' darktable:enabled="{int(entry.enabled)}" darktable:modversion="{entry.version}" darktable:params="{params}"'
        f' darktable:multi_name="" darktable:multi_priority="{entry.instance}"{blending}/>\n'
    )
