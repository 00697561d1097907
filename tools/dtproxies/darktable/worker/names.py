"""Read the names that darktable shows for its modules, from the installed plugins."""

from __future__ import annotations

import ctypes as c
import os
from pathlib import Path


def read_names(library: Path) -> dict[str, str]:
    """Read the shown name of each module below `library`, by operation; in English, as no locale is set."""
    c.CDLL(str(library / "libdarktable.so"), mode=c.RTLD_GLOBAL)
    names = {}
    for path in sorted((library / "plugins").glob("lib*.so")):
        plugin = c.CDLL(str(path), mode=os.RTLD_LAZY | c.RTLD_LOCAL)
        if hasattr(plugin, "name"):
            plugin.name.restype = c.c_char_p
            names[path.name.removeprefix("lib").removesuffix(".so")] = (plugin.name() or b"").decode()
    return names
