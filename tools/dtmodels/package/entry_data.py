"""Data of an archive's entry, unpacked in blocks and compared with its headers, which may lie.

Python's `zipfile` reads as many bytes as the central directory states and ignores the rest. darktable's library,
libarchive, unpacks until the compressed data ends. So an entry whose data goes on is an error here.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

BLOCK = 1 << 20
LOCAL_HEADER = struct.Struct("<4s2xHH4xIIIHH")
"""Signature, flags, method, checksum, both sizes, and the lengths of name and extra field, before each entry's data."""
SIZE_FOLLOWS, UTF_8 = 0x8, 0x800
IN_EXTRA_FIELD = 0xFFFFFFFF
LZMA_HEADER_BYTES = 9
"""Version, length of the properties, and the properties: one byte, then the size of the dictionary."""
MAX_DICTIONARY_BYTES = 128 << 20
"""Limit of the memory for unpacking LZMA; 64 MiB is the size of its strongest preset."""


class LyingHeader(zipfile.BadZipFile):
    """An entry holds more data than its header states."""


def unpack_entry(file: IO[bytes], entry: zipfile.ZipInfo, end: int) -> Iterator[bytes]:
    """Yield the data of an entry in blocks of at most 1 MiB, never more than the size that its header states.

    Args:
        file: the archive.
        entry: one of its entries, packed with a method of `UNPACKERS`.
        end: position of what follows in the archive.

    Raises:
        BadZipFile: headers and data disagree, or two entries share their data.
        LyingHeader: there is more data than the header states.
    """
    start = _data_start(file, entry)
    if start + entry.compress_size > end:
        raise zipfile.BadZipFile("its data runs into the next entry")
    file.seek(start)
    size = checksum = 0
    for block in UNPACKERS[entry.compress_type](_chunks(file, entry.compress_size)):
        size += len(block)
        if size > entry.file_size:
            raise LyingHeader(f"it holds more than the {entry.file_size:,} bytes that its header states")
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != entry.file_size:
        raise zipfile.BadZipFile(f"it holds {size:,} bytes, its header states {entry.file_size:,}")
    if checksum != entry.CRC:
        raise zipfile.BadZipFile("its checksum differs")


def _data_start(file: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Compare the two headers of an entry, before its data and in the central directory; readers use either."""
    file.seek(entry.header_offset)
    signature, flags, method, *local, name_bytes, extra_bytes = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
    if signature != b"PK\x03\x04":
        raise zipfile.BadZipFile("there is no entry where the directory of the archive says")
    name = file.read(name_bytes).decode("utf-8" if flags & UTF_8 else "cp437")
    central = [entry.CRC, entry.compress_size, entry.file_size]
    differ = any(a != b for a, b in zip(local, central, strict=True) if a != IN_EXTRA_FIELD)
    if (
        flags != entry.flag_bits
        or method != entry.compress_type
        or name != entry.orig_filename
        or (differ and not flags & SIZE_FOLLOWS)
    ):
        raise zipfile.BadZipFile("its two headers differ")
    return entry.header_offset + LOCAL_HEADER.size + int(name_bytes) + int(extra_bytes)


def _chunks(file: IO[bytes], count: int) -> Iterator[bytes]:
    while count:
        chunk = file.read(min(count, BLOCK))
        if not chunk:
            raise zipfile.BadZipFile("its data is cut off")
        count -= len(chunk)
        yield chunk


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in chunks:
        packed = chunk
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, BLOCK)
            packed = unpacker.unconsumed_tail
    yield unpacker.flush()
    _check_end(unpacker)


def _unpack_bzip2(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = bz2.BZ2Decompressor()
    yield from _decompress(unpacker, chunks)
    _check_end(unpacker)


def _unpack_lzma(chunks: Iterator[bytes]) -> Iterator[bytes]:
    data = next(chunks, b"")
    if len(data) < LZMA_HEADER_BYTES:
        raise zipfile.BadZipFile("its data is cut off")
    first, size = struct.unpack("<BI", data[4:LZMA_HEADER_BYTES])
    if size > MAX_DICTIONARY_BYTES:
        raise zipfile.BadZipFile(f"unpacking it takes {size:,} bytes of memory")
    settings = {"id": lzma.FILTER_LZMA1, "dict_size": max(size, 4096)}
    settings |= {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])

    def rest() -> Iterator[bytes]:
        yield data[LZMA_HEADER_BYTES:]
        yield from chunks

    yield from _decompress(unpacker, rest())


def _decompress(unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if unpacker.eof:
            return
        yield unpacker.decompress(chunk, BLOCK)
        while not (unpacker.needs_input or unpacker.eof):
            yield unpacker.decompress(b"", BLOCK)


def _check_end(unpacker: bz2.BZ2Decompressor | zlib._Decompress) -> None:
    if not unpacker.eof:
        raise zipfile.BadZipFile("its data is cut off")


UNPACKERS: dict[int, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    zipfile.ZIP_STORED: lambda chunks: chunks,
    zipfile.ZIP_DEFLATED: _inflate,
    zipfile.ZIP_BZIP2: _unpack_bzip2,
    zipfile.ZIP_LZMA: _unpack_lzma,
}
"""Generator of the unpacked data for each compression method that darktable can install, as tested."""
