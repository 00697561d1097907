"""Read edits from files: sidecars (`.xmp`) and styles (`.dtstyle`)."""

from __future__ import annotations

import binascii
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from dtbase.system.errors import Failure
from dtproxies.darktable.edit import Edit
from dtproxies.darktable.sidecar_reader import sidecar_edit
from dtproxies.darktable.style_reader import STYLE, style_edit

SUFFIXES = (".xmp", ".dtstyle")
"""File names of edits; the content decides which of the two it is."""
MAX_BYTES = 64 << 20
"""Largest file that is read; a sidecar with hundreds of brush strokes has a few megabytes."""
UNREADABLE = "darktable cannot read it either; export the sidecar or the style again"


def read_edit(path: Path) -> Edit:
    """Read a sidecar or a style, as darktable does.

    Raises:
        Failure: the file is neither, or what it states is invalid.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Failure(f"is larger than {MAX_BYTES >> 20} MB; no edit is", where=str(path))
        text = path.read_bytes()
        # Since 2.4.1, expat rejects entity expansion attacks; it never loads external entities.
        root = ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, OSError, ValueError, LookupError) as exc:
        what = "there is no such file" if isinstance(exc, FileNotFoundError) else f"this is not an edit: {exc}"
        raise Failure(what, where=str(path), fix="pass a sidecar (.xmp) or a style (.dtstyle) of darktable") from exc
    try:
        return style_edit(root) if root.tag == STYLE else replace(sidecar_edit(root), sidecar=text)
    except Failure as failure:
        raise Failure(failure.what, where=str(path), fix=failure.fix) from failure
    except (KeyError, ValueError, zlib.error, struct.error, binascii.Error) as exc:
        raise Failure(f"its history is invalid: {exc}", where=str(path), fix=UNREADABLE) from exc
