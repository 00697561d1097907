"""One file is taken out of an archive, and nothing an archive can contain does harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtmodels.build import archives
from dtmodels.build.archive_member import check_content, extract_member

WEIGHTS = np.random.default_rng(0).bytes(5000)
NAME = "net/models/best.ckpt"
FILES = {"net/config.yaml": b"a: 1\n", NAME: WEIGHTS}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.mkdir("net")
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(files: dict[str, bytes], kind: bytes = tarfile.REGTYPE, form: int = tarfile.PAX_FORMAT) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.type, info.linkname = len(content), kind if name == NAME else tarfile.REGTYPE, "/etc/passwd"
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    "zip": lambda: zipped(FILES),
    "zip, deflated": lambda: zipped(FILES, zipfile.ZIP_DEFLATED),
    "zip, lzma": lambda: zipped(FILES, zipfile.ZIP_LZMA),
    "tar": lambda: tarred(FILES),
    "tar of GNU": lambda: tarred(FILES, form=tarfile.GNU_FORMAT),
    "tar.gz": lambda: gzip.compress(tarred(FILES)),
    "tar.xz": lambda: lzma.compress(tarred(FILES)),
    "tar.bz2": lambda: bz2.compress(tarred(FILES)),
    "names with ./": lambda: tarred({f"./{name}": content for name, content in FILES.items()}),
}


@pytest.fixture
def extract(tmp_path: Path) -> Callable[..., bytes]:
    """Extract a member of an archive, given as its bytes."""

    def run(content: bytes, member: str = NAME, **arguments: Any) -> bytes:
        (tmp_path / "archive").write_bytes(content)
        extract_member(tmp_path / "archive", member, tmp_path / "member", where="https://host/net.zip", **arguments)
        return (tmp_path / "member").read_bytes()

    return run


@pytest.mark.parametrize("form", FORMATS)
def test_member_of_every_format_is_extracted(extract: Callable[..., bytes], form: str) -> None:
    assert extract(FORMATS[form](), size=len(WEIGHTS)) == WEIGHTS


def test_missing_member_lists_the_files_and_the_nearest_name(extract: Callable[..., bytes]) -> None:
    with pytest.raises(
        Failure, match=r"contains no file 'net/models/last.ckpt', but net/config.yaml, net/models/best"
    ) as failure:
        extract(FORMATS["tar.gz"](), "net/models/last.ckpt")
    assert failure.value.where == "https://host/net.zip"
    assert failure.value.fix == f"did you mean {NAME}?"
    with pytest.raises(Failure) as failure:
        extract(FORMATS["zip"](), "x")
    assert failure.value.fix == f"did you mean {NAME}?"


@pytest.mark.parametrize("member", ["/etc/passwd", "../best.ckpt", "net/../../x", "C:/x", "net\\best.ckpt", "~/x"])
def test_path_outside_the_archive_is_refused(extract: Callable[..., bytes], member: str) -> None:
    with pytest.raises(Failure, match="is not a path inside an archive"):
        extract(zipped({member: WEIGHTS}), member)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "is no regular file"),
        (tarfile.FIFOTYPE, "is no regular file"),
    ],
)
def test_links_and_devices_are_refused(extract: Callable[..., bytes], kind: bytes, what: str) -> None:
    with pytest.raises(Failure, match=f"'{NAME}' {what}"):
        extract(tarred({NAME: b""}, kind))


def test_link_in_a_zip_is_refused(extract: Callable[..., bytes]) -> None:
    data, info = io.BytesIO(), zipfile.ZipInfo(NAME)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Failure, match="is a link"):
        extract(data.getvalue())


def test_encrypted_member_is_refused(extract: Callable[..., bytes]) -> None:
    content = bytearray(FORMATS["zip"]())
    for start in (b"PK\x03\x04", b"PK\x01\x02"):  # general purpose flags: bit 0 means encrypted
        position = content.rfind(start, 0, content.rfind(NAME.encode()))
        content[position + (6 if start == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(Failure, match="is encrypted"):
        extract(bytes(content))


def test_repeated_name_is_refused(extract: Callable[..., bytes]) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr(NAME, b"one")
            archive.writestr(NAME, b"two")
    with pytest.raises(Failure, match=f"contains '{NAME}' 2 times"):
        extract(data.getvalue())


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_directory_is_no_member(extract: Callable[..., bytes], form: str) -> None:
    with pytest.raises(Failure, match="contains no file 'net/models'"):
        extract(FORMATS[form](), "net/models")


def test_other_size_than_the_card_says_is_refused(extract: Callable[..., bytes]) -> None:
    with pytest.raises(Failure, match="has 5,000 bytes, not 4,999 as the card says"):
        extract(FORMATS["zip"](), size=4999)


@pytest.mark.parametrize("form", ["zip, deflated", "tar.gz", "tar.xz", "tar.bz2"])
def test_bomb_is_refused(extract: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(archives, "MIN_LIMIT", 100_000)
    files = {"zeros.bin": bytes(3_000_000), NAME: bytes(3_000_000)}
    content = {
        "zip, deflated": lambda: zipped(files, zipfile.ZIP_DEFLATED),
        "tar.gz": lambda: gzip.compress(tarred(files)),
        "tar.xz": lambda: lzma.compress(tarred(files)),
        "tar.bz2": lambda: bz2.compress(tarred(files)),
    }[form]()
    with pytest.raises(Failure, match=r"bytes, not at most|contains more than [\d,]+ bytes, more than 100 times"):
        extract(content)


def test_header_that_asks_for_memory_is_refused(extract: Callable[..., bytes]) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 1 << 40
    with pytest.raises(Failure, match=r"has a header of 1,099,511,627,776 bytes"):
        extract(header.tobuf(tarfile.GNU_FORMAT) + bytes(2048))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("fraction", [0.2, 0.4, 0.6])
def test_truncated_archive_is_refused(extract: Callable[..., bytes], form: str, fraction: float) -> None:
    content = FORMATS[form]()
    with pytest.raises(Failure) as failure:
        extract(content[: int(len(content) * fraction)])
    assert "\n" not in failure.value.what


@pytest.mark.parametrize("form", FORMATS)
def test_damaged_archive_gives_one_failure_or_the_bytes(extract: Callable[..., bytes], form: str) -> None:
    """Mutations of one to three bytes; a checksum or the caller's digest finds what is taken as weights."""
    content, rng = FORMATS[form](), np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(content)
        for position in rng.integers(0, len(content), rng.integers(1, 4)):
            broken[position] = rng.integers(256)
        try:
            extract(bytes(broken))
        except Failure as failure:
            assert len(str(failure)) < 1000


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (gzip.compress(WEIGHTS), "no archive but a file compressed by gzip"),
        (WEIGHTS, "no archive that can be read"),
        (zipped({"a/data.pkl": b"", "a/version": b"3"}), "a checkpoint of PyTorch, not a zip or tar archive"),
    ],
    ids=lambda value: "content" if isinstance(value, bytes) else None,  # compressed bytes contain the time
)
def test_other_files_are_no_archives(extract: Callable[..., bytes], content: bytes, title: str) -> None:
    with pytest.raises(Failure, match=title):
        extract(content)


def test_archive_without_a_named_member_says_which_to_name(tmp_path: Path) -> None:
    path = tmp_path / "net.zip"
    path.write_bytes(FORMATS["zip"]())
    with pytest.raises(Failure, match=f"is a zip archive with one checkpoint: {NAME}") as failure:
        check_content(path, where="net.zip")
    assert f'`member: {{path: "{NAME}"}}`' in failure.value.fix
    path.write_bytes(tarred({**FILES, "net/other.pth": b"", "__MACOSX/net/._best.ckpt": b"", "net/._best.ckpt": b""}))
    with pytest.raises(Failure, match=f"with 2 checkpoints: {NAME}, net/other.pth"):
        check_content(path, where="net.zip")
    path.write_bytes(tarred({"readme.txt": b""}))
    with pytest.raises(Failure, match=r"is a tar archive without a checkpoint: it contains readme\.txt"):
        check_content(path, where="net.zip")


def test_content_of_weights_is_not_refused(tmp_path: Path) -> None:
    for content in (WEIGHTS, zipped({"a/data.pkl": b"", "a/version": b"3"}), bytes(9000)):
        (tmp_path / "weights").write_bytes(content)
        check_content(tmp_path / "weights", where="weights")


def test_entry_without_a_name_is_no_file(tmp_path: Path) -> None:
    # A name ends at its first zero byte.
    stored = zipped({"XX": b"weights", "b.pth": b"weights"}).replace(b"XX", b"\0X")
    (tmp_path / "x.zip").write_bytes(stored)
    with archives.open_archive(tmp_path / "x.zip", "x.zip") as entries:
        assert [entry.name for entry in entries] == ["b.pth"]
