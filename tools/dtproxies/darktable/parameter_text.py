"""Parameter structs as text in sidecars and styles."""

from __future__ import annotations

import base64
import zlib

PLAIN_BYTES = 100
"""Longest parameters that are written uncompressed, in bytes; darktable reads both forms."""


def encode(raw: bytes) -> str:
    """Encode parameters as text: hexadecimal digits, or `gz`, a two-digit size ratio and base64 of deflated bytes."""
    if len(raw) <= PLAIN_BYTES:
        return raw.hex()
    deflated = zlib.compress(raw)
    return f"gz{min(len(raw) // len(deflated) + 1, 99):02d}{base64.b64encode(deflated).decode()}"


def decode(text: str) -> bytes:
    """Decode parameters written by `encode` or by darktable."""
    return zlib.decompress(base64.b64decode(text[4:])) if text.startswith("gz") else bytes.fromhex(text)
