"""Recognise what a file really is by its content, and say how to get the intended one.

A download may be something else than its name says: a pointer of Git LFS, a web page, an archive, a network of another
framework. Nothing in a file is executed or unpacked.
"""

from __future__ import annotations

import re
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.file_kind import DOWNLOAD_AGAIN, OTHER_FRAMEWORK, SAVE_WEIGHTS, UNPACK, FileKind
from dtbase.system.zip_kinds import ZIP_START, zip_kind

HEAD_BYTES = 4096
LFS_START = b"version https://git-lfs.github.com/spec/"
TORCH_LEGACY = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The magic number with which `torch.save` began its files before version 1.6, as it is pickled."""
MAX_SAFETENSORS_HEADER = 100 << 20
"""Largest header that the safetensors library reads, in bytes."""
_OTHER_URL = "use the URL of the file itself, not of a page about it; some hosts ask for a login or a confirmation"
_LFS = (
    "run `git lfs pull` in that clone, or use the URL that serves the content: media.githubusercontent.com/media/... on"
    " GitHub, /resolve/ instead of /raw/ on the Hugging Face Hub"
)
_STARTS = (
    (0, b"\x89HDF\r\n\x1a\n", FileKind("hdf5", "an HDF5 file, as Keras writes", OTHER_FRAMEWORK)),
    (0, b"\x93NUMPY", FileKind("numpy", "an array file of NumPy", OTHER_FRAMEWORK)),
    (0, b"MATLAB 5.0 MAT-file", FileKind("matlab", "a file of MATLAB", OTHER_FRAMEWORK)),
    (
        4,
        b"ORTM",
        FileKind("ort", "a graph in ONNX Runtime's own format (.ort)", "name the .onnx file behind it"),
    ),
    (4, b"TFL3", FileKind("tflite", "a network of TensorFlow Lite", OTHER_FRAMEWORK)),
    (4, b"ET1", FileKind("executorch", "a program of ExecuTorch", OTHER_FRAMEWORK)),
    (0, b"GGUF", FileKind("gguf", "a GGUF file of quantised weights", OTHER_FRAMEWORK)),
    (0, b"\x04\0\0\0\x01\0\0\0", FileKind("torch7", "a file of Lua Torch7", OTHER_FRAMEWORK)),
    (0, b"7z\xbc\xaf\x27\x1c", FileKind("7z", "a 7z archive", UNPACK)),
    (0, b"Rar!\x1a\x07", FileKind("rar", "a RAR archive", UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", FileKind("zstd", "a file compressed by zstd", UNPACK)),
    (0, b"\x1f\x8b", FileKind("gzip", "a file compressed by gzip", UNPACK)),
    (0, b"\xfd7zXZ\0", FileKind("xz", "a file compressed by xz", UNPACK)),
    (0, b"BZh", FileKind("bzip2", "a file compressed by bzip2", UNPACK)),
    (257, b"ustar", FileKind("tar", "a tar archive", UNPACK)),
    (0, b"\0\5\x16\7", FileKind("appledouble", "a companion file of macOS (._name)", "name the file without ._")),
    (0, b"%PDF", FileKind("pdf", "a PDF document", _OTHER_URL)),
    (0, b"\x89PNG", FileKind("image", "an image")),
    (0, b"\xff\xd8\xff", FileKind("image", "an image")),
    (0, b"GIF8", FileKind("image", "an image")),
    (0, b"\x7fELF", FileKind("program", "a program")),
    (0, b"\xcf\xfa\xed\xfe", FileKind("program", "a program of macOS")),
    (0, b"\xce\xfa\xed\xfe", FileKind("program", "a program of macOS")),
    (0, b"\xca\xfe\xba\xbe", FileKind("program", "a program of macOS or Java")),
    (0, b"\0asm", FileKind("program", "a program of WebAssembly")),
    (0, b"!<arch>\n", FileKind("program", "a library of object code")),
    (0, b"L\0\0\0\x01\x14\x02\0", FileKind("program", "a shortcut of Windows")),
    (0, b"#!", FileKind("script", "a script")),
)
"""Offset, bytes and kind. The values are those of the formats' specifications."""
ARCHIVES = frozenset({"zip", "tar", "gzip", "xz", "bzip2"})
"""Kinds that are archives, or may be."""
SUBSTITUTES = frozenset({"empty", "lfs", "page", "annex"})
"""Kinds that hosts and clones hold in place of a file."""


def file_kind(path: Path) -> FileKind | None:
    """Recognise the file at `path`; None if its content is of no known kind.

    Raises:
        Failure: there is no such file.
    """
    if path.is_dir():
        return FileKind("directory", "a directory", "name a file in it")
    if not path.is_file():
        raise Failure("there is no such file", where=str(path))
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\0 \r\n\t"):
        if path.stat().st_size <= HEAD_BYTES:
            return FileKind("empty", "an empty file" if not head else "a file of zeros or blanks", DOWNLOAD_AGAIN)
        return FileKind("zeros", "a file that begins with zeros or blanks only", DOWNLOAD_AGAIN)
    if head.startswith(ZIP_START):
        return zip_kind(path)
    return _by_start(head) or _text(head)


def _by_start(head: bytes) -> FileKind | None:
    if head.startswith((b"sys_info\0", b"pickle\0", b"tensors\0", b"storages\0")):
        return FileKind("torch-tar", "a checkpoint of PyTorch before 0.1.10, which is a tar file", SAVE_WEIGHTS)
    for offset, start, kind in _STARTS:
        if head[offset:].startswith(start):
            return kind
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_SAFETENSORS_HEADER:
        return FileKind("safetensors", "a safetensors file")
    if re.match(rb"MZ[^\t\r\n -~]", head):
        return FileKind("program", "a program of Windows")
    if re.match(rb"\x80[\x02-\x05]", head) or re.match(rb"[(}]d?[plq]0?\n", head):
        return _pickle(head)
    # ModelProto: ir_version, then the printable producer, the graph or the opset; see onnx.proto
    if re.match(rb"\x08[\x01-\x20](\x12[\x01-\x7f][ -~]|\x12\0|[\x3a\x42])", head):
        return FileKind("onnx", "an ONNX graph", "for a finished graph, write `family: onnx` in the card")
    return None


def _pickle(head: bytes) -> FileKind:
    if TORCH_LEGACY in head[:64]:
        return FileKind("torch-legacy", "a checkpoint of PyTorch before 1.6")
    fix = "ask the authors for a file of torch.save or safetensors with the weights only"
    if b"numpy" in head:
        return FileKind("pickle", "a pickle of NumPy arrays", fix)
    return FileKind("pickle", "a pickle of Python itself", fix)


def _text(head: bytes) -> FileKind | None:
    """Kinds of text: pointers, pages, and what else a host returns instead of a file."""
    if head.startswith(LFS_START):
        size = re.search(rb"^size (\d{1,18})$", head, re.MULTILINE)
        return FileKind("lfs", f"a pointer of Git LFS{f' to {int(size[1]):,} bytes' if size else ''}", _LFS)
    if re.match(rb"<(!doctype|html|head|script|body)", head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()):
        return FileKind("page", "a web page", _OTHER_URL)
    try:
        text = head.decode(errors="strict") if len(head) < HEAD_BYTES else head[:-4].decode(errors="strict")
    except UnicodeDecodeError:
        return None
    text = text.removeprefix("\N{BYTE ORDER MARK}").lstrip()
    if not all(character.isprintable() or character in "\r\n\t\f" for character in text):
        return None
    if re.match(r'(ir_version: ?\d|<\s*ir_version|\{\s*"irVersion")', text):
        fix = "save it in the binary form: `onnx.save(onnx.load(text_file, 'textproto'), 'model.onnx')`"
        return FileKind("onnx-text", "an ONNX graph written as text", fix)
    if text.startswith("<"):
        title = "a web page" if "<html" in text.lower() else f"an XML document ({_excerpt(text)})"
        return FileKind("page", title, _OTHER_URL)
    if '"weight_map"' in text:
        fix = "use a release in one file, or join the parts that it lists into one safetensors file"
        return FileKind("index", "the index of a checkpoint in several files", fix)
    if re.search(r"^(\.\./)*\.?/?(\.git/)?annex/objects/", text):
        return FileKind("annex", "a pointer of git-annex", "run `git annex get` in that clone")
    title = "a JSON text" if text.startswith(("{", "[")) else "a text"
    return FileKind("text", f"{title} ({_excerpt(text)})", _OTHER_URL)


def _excerpt(text: str) -> str:
    line = " ".join(text[:200].split())
    return line if len(line) <= 60 else f"{line[:57]}..."
