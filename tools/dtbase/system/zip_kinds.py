"""Recognise what a zip file contains by the names of its members; checkpoints of PyTorch are zip files."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

from dtbase.system.file_kind import DOWNLOAD_AGAIN, OTHER_FRAMEWORK, SAVE_WEIGHTS, UNPACK, FileKind

ZIP_START = b"PK"
"""The first bytes of a zip file: `PK\\3\\4`, or `PK\\5\\6` if it is empty."""
_DAMAGE = (zipfile.BadZipFile, struct.error, NotImplementedError, OSError, ValueError, OverflowError, MemoryError)
"""What `zipfile` raises for damaged files; the type depends on the position of the damage."""
_ORIGINAL = "download it again, without unpacking it"


def zip_kind(path: Path) -> FileKind:
    """Recognise a file that begins like a zip file."""
    try:
        if not zipfile.is_zipfile(path):
            return FileKind("truncated", "a truncated zip file: its end is missing", DOWNLOAD_AGAIN)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _DAMAGE as exc:
        return FileKind("damaged", f"a damaged zip file: {str(exc)[:100]}", DOWNLOAD_AGAIN)
    return _by_names(names)


def _by_names(names: Sequence[str]) -> FileKind:
    last = {name.rpartition("/")[2]: name for name in names}
    if "constants.pkl" in last:
        return FileKind("torchscript", "a TorchScript program", SAVE_WEIGHTS)
    if "archive_format" in last or "serialized_exported_program.json" in last:
        return FileKind("exported", "an exported program of PyTorch (.pt2)", SAVE_WEIGHTS)
    if "data.pkl" in last:
        if last["data.pkl"].count("/") < 2 and "version" in last:
            return FileKind("torch", "a checkpoint of PyTorch")
        return FileKind("rezipped", "a checkpoint of PyTorch that was unpacked and zipped again", _ORIGINAL)
    if names and all(name.endswith(".npy") for name in names):
        return FileKind("npz", "an archive of NumPy arrays", OTHER_FRAMEWORK)
    if "model.weights.h5" in last:
        return FileKind("keras", "a network of Keras", OTHER_FRAMEWORK)
    if any("com.apple.CoreML/" in name for name in names):
        return FileKind("coreml", "a network of Core ML", OTHER_FRAMEWORK)
    if "[Content_Types].xml" in names:
        return FileKind("office", "an office document")
    return FileKind("zip", "a zip archive" if names else "an empty zip archive", UNPACK)
