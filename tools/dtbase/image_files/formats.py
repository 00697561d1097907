"""Formats of image files: those that are read, and sentences about those that are not; recognised by their content."""

from __future__ import annotations

import re
from pathlib import Path

from dtbase.system.errors import WrongUsage

HEAD_BYTES = 512
"""Bytes at the start of a file that identify its format."""
FIX = "export the image as TIFF, PNG, JPEG, EXR or PFM; darktable writes all of them"
PILLOW, PNG, TIFF, EXR, NETPBM = "pillow", "png", "tiff", "exr", "netpbm"
SUFFIXES = frozenset(
    (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".exr", ".pfm", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".pnm")
)
"""Suffixes of the formats that are read, to find images in a directory."""
RAW_SUFFIXES = frozenset(
    (
        *(
            ".3fr",
            ".arw",
            ".cr2",
            ".cr3",
            ".crw",
            ".dcr",
            ".dng",
            ".erf",
            ".fff",
            ".iiq",
            ".kdc",
            ".mef",
            ".mos",
            ".mrw",
        ),
        *(".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    )
)
"""Suffixes of raw files."""
READ = (
    (rb"\x89PNG\r\n\x1a\n", PNG),
    (rb"\xff\xd8\xff", PILLOW),
    (rb"II[*+]\0|MM\0[*+]", TIFF),
    (rb"\x76\x2f\x31\x01", EXR),
    (rb"P[56Ff]\s", NETPBM),
    (rb"RIFF.{4}WEBP", PILLOW),
    (rb"BM.{4}\0{4}|GIF8[79]a", PILLOW),
)
"""Start of a file as a regular expression, and the reader of its format."""
RAW, VIDEO = "a raw file of a camera", "a video"
NOT_READ = (
    (rb"II[*]\0.{4}CR|IIU\0|IIRO|IIRS|MMOR|FUJIFILMCCD-RAW|FOVb|\0MRM|II.{4}HEAPCCDR|.{4}ftypcrx", RAW),
    (rb".{4}ftyp(hei|hev|mif1|msf1)", "a HEIC image"),
    (rb".{4}ftypavi", "an AVIF image"),
    (rb".{4}(ftyp|moov|mdat|wide|free)|\x1a\x45\xdf\xa3|RIFF.{4}AVI |\0\0\x01[\xb3\xba]|OggS|FLV\x01", VIDEO),
    (rb"\xff\x0a|\0{3}\x0cJXL ", "a JPEG XL image"),
    (rb"\0{3}\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (rb"II\xbc\x01", "a JPEG XR image"),
    (rb"8BP[SB]", "a Photoshop document"),
    (rb"gimp xcf", "a GIMP project"),
    (rb"%PDF|%!PS", "a PDF or PostScript document"),
    (rb"#\?R", "a Radiance HDR image"),
    (rb"P[1-4]\s|P7\n", "a Netpbm image of another kind than binary PGM, PPM and PFM"),
    (rb"P[Ff]4|PG", "a PFM of another kind than PF and Pf"),
    (
        rb"DDS |qoif|SIMPLE  =|\0\0[\x01\x02]\0|\xabKTX|SDPX|XPDS|\x59\xa6\x6a\x95|icns|BPG\xfb",
        "an image of a rare format",
    ),
    (rb"PK\x03\x04|\x1f\x8b|7z\xbc\xaf|BZh|\xfd7zXZ|Rar!", "an archive"),
    (rb"\x93NUMPY", "a NumPy array"),
    (rb"version https://git-lfs", "a pointer of Git LFS, not the image itself (`git lfs pull` fetches it)"),
    (rb"(\xef\xbb\xbf)?\s*<(\?xpacket|x:xmpmeta)", "a sidecar or XMP document"),
    (rb"(?s:(\xef\xbb\xbf)?\s*<.*<svg)|(\xef\xbb\xbf)?\s*<svg", "an SVG drawing"),
    (rb"(?s:(\xef\xbb\xbf)?\s*<.*x:xmpmeta)", "a sidecar or XMP document"),
    (rb"(?i:(\xef\xbb\xbf)?\s*<(!doctype html|html))", "a web page"),
    (rb"(\xef\xbb\xbf)?\s*<", "an XML document"),
)
"""Start of a file as a regular expression, and what the file is."""


def recognise(path: Path, head: bytes) -> str:
    """Return the reader of the format of a file: PILLOW, PNG, TIFF, EXR or NETPBM.

    Args:
        path: the file; the suffix counts for raw files only, which share the first bytes of TIFF.
        head: its first bytes, up to `HEAD_BYTES`.

    Raises:
        WrongUsage: the format is not read; the message names the formats that are.
    """
    if not head:
        raise WrongUsage("the file is empty", where=str(path), fix="copy or export the image again")
    if path.suffix.lower() in RAW_SUFFIXES:
        raise raw_file(path)
    for kinds in (NOT_READ[:1], READ, NOT_READ):
        for pattern, found in kinds:
            if re.match(pattern, head, re.DOTALL):
                if kinds is READ:
                    return found
                raise raw_file(path) if found == RAW else not_read(path, found)
    raise not_read(path, "text" if _is_text(head) else "no image of a known format")


def raw_file(path: Path) -> WrongUsage:
    """Return the failure for a raw file, which has to be developed first."""
    return not_read(path, f"{RAW}, which has to be developed first")


def not_read(path: Path, kind: str) -> WrongUsage:
    """Return the failure for a file of a kind that is not read."""
    return WrongUsage(f"this is {kind}; it cannot be read here", where=str(path), fix=FIX)


def damaged(path: Path, what: str) -> WrongUsage:
    """Return the failure for a file whose content is damaged."""
    return WrongUsage(what, where=str(path), fix="copy or export the image again")


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        text = head[: exc.start].decode("utf-8", "replace") if exc.start > HEAD_BYTES - 4 else "\0"
    return "\0" not in text
