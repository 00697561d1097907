"""Data of an archive's entry is unpacked by its real length; headers that lie about it are errors."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest

from dtmodels.package.archive import DAMAGE
from dtmodels.package.entry_data import BLOCK, UNPACKERS, LyingHeader, unpack_entry

METHODS = sorted(UNPACKERS)
DATA = {
    "nothing": b"",
    "text": b"text " * 9000,
    "noise": np.random.default_rng(0).bytes(300_000),
    "zeros": bytes(5 * BLOCK + 7),
}


def archive(*contents: bytes, method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as new:
        for number, content in enumerate(contents):
            new.writestr(f"toy/{number}", content)
    return file


def unpack(file: io.BytesIO, number: int = 0) -> list[bytes]:
    with zipfile.ZipFile(file) as opened:
        entries = opened.infolist()
        ends = [*(entry.header_offset for entry in entries[1:]), opened.start_dir]
        return list(unpack_entry(file, entries[number], ends[number]))


def lie(file: io.BytesIO, size: int, content: bytes) -> io.BytesIO:
    """State in both headers of the first entry that it holds the first `size` bytes of `content` only."""
    data = bytearray(file.getvalue())
    for position in (14, data.index(b"PK\x01\x02") + 16):
        struct.pack_into("<I", data, position, zlib.crc32(content[:size]))
        struct.pack_into("<I", data, position + 8, size)
    return io.BytesIO(data)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", DATA)
def test_data_is_unpacked_in_bounded_blocks(method: int, name: str) -> None:
    blocks = unpack(archive(b"before", DATA[name], b"after", method=method), 1)
    assert b"".join(blocks) == DATA[name]
    assert max(map(len, blocks), default=0) <= BLOCK


@pytest.mark.parametrize("method", [method for method in METHODS if method != zipfile.ZIP_STORED])
def test_more_data_than_the_headers_state_is_an_error(method: int) -> None:
    content = DATA["zeros"]
    false = lie(archive(content, method=method), 100, content)
    with zipfile.ZipFile(false) as opened:
        assert opened.read("toy/0") == bytes(100)  # zipfile believes the header
    with pytest.raises(LyingHeader, match="more than the 100 bytes"):
        unpack(false)


@pytest.mark.parametrize("method", [method for method in METHODS if method != zipfile.ZIP_STORED])
def test_less_data_than_the_headers_state_is_an_error(method: int) -> None:
    content = b"text " * 100
    with pytest.raises(zipfile.BadZipFile, match="holds 500 bytes, its header states 600"):
        unpack(lie(archive(content, method=method), 600, content))


@pytest.mark.parametrize("method", METHODS)
def test_altered_data_is_an_error(method: int) -> None:
    file = archive(DATA["noise"], method=method)
    data = bytearray(file.getvalue())
    data[150_000] ^= 1
    with pytest.raises(DAMAGE):
        unpack(io.BytesIO(data))


def test_entries_that_share_data_are_an_error() -> None:
    file = archive(bytes(1000), bytes(10), method=zipfile.ZIP_STORED)
    data = bytearray(file.getvalue())
    directory = data.index(b"PK\x01\x02")
    for position in (18, 22, directory + 20, directory + 24):
        struct.pack_into("<I", data, position, 1010)
    with pytest.raises(zipfile.BadZipFile, match="next entry"):
        unpack(io.BytesIO(data))


def test_name_that_differs_in_the_two_headers_is_an_error() -> None:
    data = archive(b"content").getvalue().replace(b"toy/0", b"toy/x", 1)
    with pytest.raises(zipfile.BadZipFile, match="headers differ"):
        unpack(io.BytesIO(data))


def test_lzma_that_takes_much_memory_is_an_error() -> None:
    data = bytearray(archive(b"content", method=zipfile.ZIP_LZMA).getvalue())
    struct.pack_into("<I", data, 30 + len("toy/0") + 5, 1 << 31)
    with pytest.raises(zipfile.BadZipFile, match="2,147,483,648 bytes of memory"):
        unpack(io.BytesIO(data))
