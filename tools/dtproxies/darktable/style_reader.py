"""Read darktable's styles (`.dtstyle`): modules with parameters, to be applied to any image."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from dtproxies.darktable.blending import decoded
from dtproxies.darktable.edit import Edit, Entry, last_states
from dtproxies.darktable.module_order import LISTED, SCENE
from dtproxies.darktable.parameter_text import decode

STYLE = "darktable_style"
"""Root element of a style."""


def style_edit(root: Element) -> Edit:
    """Return the edit that the style makes of an unedited image.

    Raises:
        KeyError, ValueError: a module without its name or version, or an invalid value.
    """
    plugins = sorted(root.findall("style/plugin"), key=lambda plugin: int(_text(plugin, "num", "0")))
    order = root.findtext("info/iop_list", "").strip()
    return Edit(entries=last_states(map(_entry, plugins)), order_version=LISTED if order else SCENE, order_text=order)


def _entry(plugin: Element) -> Entry:
    return Entry(
        module=_text(plugin, "operation"),
        instance=int(_text(plugin, "multi_priority", "0")),
        enabled=_text(plugin, "enabled", "1") == "1",
        version=int(_text(plugin, "module")),
        params=decode(_text(plugin, "op_params", "")),
        blending=decoded(_text(plugin, "blendop_params", "")),
        blending_version=int(_text(plugin, "blendop_version", "1")),
    )


def _text(plugin: Element, name: str, default: str | None = None) -> str:
    text = (plugin.findtext(name) or "").strip() or default
    if text is None:
        raise KeyError(f"a module has no {name}")
    return text
