from __future__ import annotations

import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.package.archive import InstallResult, install

Pack = Callable[..., Path]
Members = dict[str, bytes]


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[Path], InstallResult]:
    """Install an archive into a fresh directory."""

    def install_it(path: Path) -> InstallResult:
        staging = tmp_path / "staging"
        staging.mkdir()
        return install(path, staging)

    return install_it


Install = Callable[[Path], InstallResult]


def codes(result: InstallResult) -> list[str]:
    return [problem.code for problem in result.problems if problem.severity == "error"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_good_package_is_unpacked_whole_with_every_method(
    pack: Pack, members: Members, installed: Install, method: int
) -> None:
    result = installed(pack(members, method=method))
    assert (result.id, result.problems) == ("toy", ())
    assert result.directory is not None
    assert {f"toy/{file.name}": file.read_bytes() for file in result.directory.iterdir()} == members


def test_deeper_directories_are_kept(pack: Pack, members: Members, installed: Install) -> None:
    result = installed(pack({**members, "toy/extra/tags.json": b"{}"}))
    assert not result.problems
    assert result.directory is not None
    assert (result.directory / "extra" / "tags.json").read_bytes() == b"{}"


def test_a_tar_archive_is_refused(tmp_path: Path, installed: Install) -> None:
    path = tmp_path / "toy.dtmodel"
    with tarfile.open(path, "w:gz"):
        pass
    assert codes(installed(path)) == ["archive.not-zip"]


@pytest.mark.parametrize(("data", "code"), [(b"", "archive.not-zip"), (b"hello", "archive.not-zip")])
def test_what_is_no_zip_is_refused(tmp_path: Path, installed: Install, data: bytes, code: str) -> None:
    path = tmp_path / "toy.dtmodel"
    path.write_bytes(data)
    assert codes(installed(path)) == [code]


def test_an_empty_zip_is_refused(pack: Pack, installed: Install) -> None:
    assert codes(installed(pack({}))) == ["archive.empty"]


@pytest.mark.parametrize(
    "first", ["config.json", "./toy/config.json", "../toy/config.json", "/toy/config.json", "a\\b/c"]
)
def test_a_first_entry_that_names_no_model_is_refused(
    pack: Pack, members: Members, installed: Install, first: str
) -> None:
    result = installed(pack({first: b"{}", **members}))
    assert codes(result) == ["archive.first-entry"]
    assert result.directory is None


def test_the_first_entry_is_the_one_whose_data_comes_first(tmp_path: Path, installed: Install) -> None:
    path = tmp_path / "toy.dtmodel"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("toy/config.json", b"{}")
        archive.writestr("other/config.json", b"{}")
        archive.filelist.reverse()
    assert installed(path).id == "toy"


@pytest.mark.parametrize("name", ["toy/v1..2.onnx", "toy/../../evil", "toy/..", "../evil"])
def test_two_dots_anywhere_in_a_name_are_an_error_and_nothing_is_written_outside(
    pack: Pack, members: Members, installed: Install, tmp_path: Path, name: str
) -> None:
    result = installed(pack({**members, name: b"x"}))
    assert "archive.two-dots" in codes(result)
    assert not (tmp_path / "evil").exists()
    assert sorted(file.name for file in (tmp_path / "staging").rglob("*")) == ["config.json", "model.onnx", "toy"]


def test_a_second_top_directory_is_an_error_and_not_unpacked(pack: Pack, members: Members, installed: Install) -> None:
    result = installed(pack({**members, "other/model.onnx": b"x"}))
    (problem,) = result.problems
    assert (problem.code, problem.where) == ("archive.other-top", "other/model.onnx")
    assert "drops it" in problem.what
    assert result.directory is not None
    assert not (result.directory.parent / "other").exists()


def test_of_equal_names_the_later_one_wins_and_it_is_an_error(pack: Pack, members: Members, installed: Install) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = pack([*members.items(), ("toy/config.json", b"second")])
    result = installed(path)
    assert codes(result) == ["archive.duplicate"]
    assert result.directory is not None
    assert (result.directory / "config.json").read_bytes() == b"second"


def test_mode_zero_is_an_error_because_darktable_applies_it(pack: Pack, members: Members, installed: Install) -> None:
    result = installed(pack(members, mode=stat.S_IFREG))
    assert codes(result) == ["archive.mode", "archive.mode"]
    assert all(problem.reason for problem in result.problems)


def test_a_symbolic_link_is_an_error_and_not_created(pack: Pack, installed: Install) -> None:
    result = installed(pack({"toy/config.json": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))
    assert codes(result) == ["archive.link"]
    assert result.directory is None


def test_every_cut_of_an_archive_is_noticed(pack: Pack, members: Members, tmp_path: Path) -> None:
    data = pack(members).read_bytes()
    for length in range(0, len(data), 7):
        path, staging = tmp_path / "cut.dtmodel", tmp_path / f"cut{length}"
        path.write_bytes(data[:length])
        staging.mkdir()
        assert codes(install(path, staging)), length


def test_every_flipped_bit_of_the_data_is_noticed(pack: Pack, members: Members, tmp_path: Path) -> None:
    whole = pack(members)
    data = whole.read_bytes()
    with zipfile.ZipFile(whole) as archive:
        start = archive.infolist()[1].header_offset
    for position in range(start + len("toy/model.onnx") + 30, start + 44 + len(members["toy/model.onnx"])):
        path, staging = tmp_path / "flip.dtmodel", tmp_path / f"flip{position}"
        path.write_bytes(data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :])
        staging.mkdir()
        assert codes(install(path, staging)) == ["archive.damaged"], position


def test_two_descriptions_of_an_entry_that_differ_are_damage(pack: Pack, members: Members, installed: Install) -> None:
    path = pack(members)
    data = bytearray(path.read_bytes())
    checksum = 14
    data[checksum] ^= 1
    path.write_bytes(data)
    assert codes(installed(path)) == ["archive.damaged"]


def test_what_unpacks_to_more_than_a_package_can_hold_is_not_unpacked(pack: Pack, installed: Install) -> None:
    path = pack({"toy/config.json": b"{}"})
    data = bytearray(path.read_bytes())
    directory = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, directory + 24, 0xFFFFFFF0)
    entry = bytes(data[directory : data.index(b"PK\x05\x06")])
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 4, 4, 4 * len(entry), directory, 0)
    path.write_bytes(bytes(data[:directory]) + 4 * entry + end)
    result = installed(path)
    assert "archive.bomb" in codes(result)
    assert result.directory is None


@pytest.mark.parametrize(("header", "code"), [((1, 0), "archive.encrypted"), ((0, 93), "archive.method")])
def test_what_darktable_cannot_unpack_is_an_error(
    pack: Pack, members: Members, installed: Install, header: tuple[int, int], code: str
) -> None:
    path = pack(members)
    data = bytearray(path.read_bytes())
    for at, signature in ((6, b"PK\x03\x04"), (8, b"PK\x01\x02")):
        struct.pack_into("<HH", data, data.index(signature) + at, *header)
    path.write_bytes(data)
    assert codes(installed(path)) == [code]


@pytest.mark.parametrize(("top", "severity"), [("_toy", "error"), ("Toy", "warning")])
def test_ids_that_make_trouble_are_named(pack: Pack, installed: Install, top: str, severity: str) -> None:
    (problem,) = installed(pack({f"{top}/config.json": b"{}"})).problems
    assert (problem.severity, problem.where) == (severity, top)


def test_a_name_that_is_both_file_and_directory_is_damage(pack: Pack, members: Members, installed: Install) -> None:
    result = installed(pack({**members, "toy/model.onnx/deeper": b"", "toy/config.json/": b""}))
    assert codes(result) == ["archive.damaged", "archive.damaged"]


def test_an_archive_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "toy.dtmodel").mkdir()
    with pytest.raises(Failure, match="cannot be read"):
        install(tmp_path / "toy.dtmodel", tmp_path)
