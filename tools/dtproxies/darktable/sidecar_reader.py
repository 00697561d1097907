"""Read darktable's sidecars: the history of an image, whatever program wrote the file last.

The rules are those of `dt_exif_xmp_read` in darktable 5.4.1. A property of XMP is an attribute or an element, and the
properties may be distributed over several `rdf:Description` elements: exiftool, exiv2 and others rewrite files so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from xml.etree.ElementTree import Element

from dtbase.system.errors import Failure
from dtproxies.darktable.blending import decoded
from dtproxies.darktable.edit import Edit, Entry, last_states
from dtproxies.darktable.module_order import LEGACY, SCENE
from dtproxies.darktable.parameter_text import decode

NAMESPACE = "{http://darktable.sf.net/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
ARRAYS = (f"{RDF}Seq", f"{RDF}Bag", f"{RDF}Alt")
XMP_VERSION = 5
"""Latest format that darktable 5.4 reads and writes."""
ONE_LIST = 2
"""First format with one list of entries; before, there is one list for each property."""
NUMBERED = 3
"""First format in which `num` orders the history; before, the position does."""
NAMED_ORDER = 4
"""First format that names its module order."""
FIRST_REORDERED = 3
"""First order version that format 3 takes for today's; earlier ones are the legacy order."""
Fields = Mapping[str, str]
"""Properties of one entry of the history, without their namespace."""


def sidecar_edit(root: Element) -> Edit:
    """Return the edit that darktable reads from a sidecar.

    Raises:
        Failure: the sidecar is not of darktable, or of a later format.
        KeyError, ValueError: an entry without a required property, or an invalid value.
    """
    properties = dict(_properties(root))
    if not properties:
        raise Failure("this is not a darktable sidecar: it has no history")
    version = int(_text(properties, "xmp_version", "0"))
    if version > XMP_VERSION:
        raise Failure(f"its format is version {version}, but darktable reads up to {XMP_VERSION}")
    history = list(map(_fields, _items(properties, "history")) if version >= ONE_LIST else _joined_lists(properties))
    order, listed = _order(properties, version)
    return Edit(entries=last_states(_applied(history, properties, version)), order_version=order, order_text=listed)


def _applied(history: Sequence[Fields], properties: Mapping[str, Element | str], version: int) -> list[Entry]:
    """Return the entries up to the end of the history; later ones were undone."""
    entries = [_entry(fields) for fields in history]  # also the undone ones: darktable reads all or none
    numbers = [int(fields.get("num", "0")) if version >= NUMBERED else at for at, fields in enumerate(history)]
    end = max(numbers, default=-1) + 1
    if "history_end" in properties:
        end = min(int(_text(properties, "history_end", "")), len(history))
    numbered = sorted(zip(numbers, entries, strict=True), key=itemgetter(0))
    return [entry for number, entry in numbered if number < end]


def _properties(root: Element) -> Iterator[tuple[str, Element | str]]:
    """Yield darktable's properties of all descriptions; text for attributes and plain elements."""
    for description in root.iterfind(f".//{RDF}RDF/{RDF}Description"):
        for name, value in description.attrib.items():
            if name.startswith(NAMESPACE):
                yield name.removeprefix(NAMESPACE), value
        for element in description:
            if element.tag.startswith(NAMESPACE):
                yield element.tag.removeprefix(NAMESPACE), element if len(element) else (element.text or "").strip()


def _text(properties: Mapping[str, Element | str], name: str, default: str) -> str:
    value = properties.get(name, default)
    return value if isinstance(value, str) else default


def _items(properties: Mapping[str, Element | str], name: str) -> Sequence[Element]:
    value = properties.get(name, "")
    if isinstance(value, str):
        return []
    return [item for array in value if array.tag in ARRAYS for item in array.iterfind(f"{RDF}li")]


def _fields(item: Element) -> Fields:
    """Collect an entry's properties: attributes or elements, of the item or of a description inside it."""
    found: dict[str, str] = {}
    for element in (item, *item.iterfind(f"{RDF}Description")):
        found |= {name.removeprefix(NAMESPACE): value for name, value in element.attrib.items()}
        found |= {child.tag.removeprefix(NAMESPACE): (child.text or "").strip() for child in element}
    return found


def _joined_lists(properties: Mapping[str, Element | str]) -> Iterator[Fields]:
    """Join the lists of formats 0 and 1. In them every state but 0 is enabled."""
    names = {
        **{"operation": "history_operation", "enabled": "history_enabled", "modversion": "history_modversion"},
        **{"params": "history_params", "multi_priority": "multi_priority"},
        **{"blendop_params": "blendop_params", "blendop_version": "blendop_version"},
    }
    lists = {name: [(item.text or "").strip() for item in _items(properties, listed)] for name, listed in names.items()}
    for at, _ in enumerate(lists["operation"]):
        fields = {name: values[at] for name, values in lists.items() if at < len(values)}
        yield {**fields, "enabled": "0" if fields.get("enabled") == "0" else "1"}


def _entry(fields: Fields) -> Entry:
    for name in ("operation", "modversion", "params"):
        if name not in fields:
            raise KeyError(f"an entry has no {name}")
    return Entry(
        module=fields["operation"],
        instance=int(fields.get("multi_priority") or 0),
        enabled=fields.get("enabled") == "1",
        version=int(fields["modversion"]),
        params=decode(fields["params"]),
        blending=decoded(fields.get("blendop_params", "")),
        blending_version=int(fields.get("blendop_version") or 1),
    )


def _order(properties: Mapping[str, Element | str], version: int) -> tuple[int, str]:
    order = int(_text(properties, "iop_order_version", str(LEGACY)))
    if version >= NAMED_ORDER:
        return order, _text(properties, "iop_order_list", "").strip()
    return (SCENE if version == NUMBERED and order >= FIRST_REORDERED else LEGACY), ""
