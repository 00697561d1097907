from __future__ import annotations

import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.package.archive import InstallResult, install

Pack = Callable[..., Path]
Entries = dict[str, bytes]
Install = Callable[[Path], InstallResult]


@pytest.fixture
def installed(tmp_path: Path) -> Install:
    """Install an archive into a fresh directory."""

    def install_archive(path: Path) -> InstallResult:
        staging = tmp_path / "staging"
        staging.mkdir()
        return install(path, staging)

    return install_archive


def codes(result: InstallResult) -> list[str]:
    return [problem.code for problem in result.problems if problem.severity == "error"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_valid_package_is_installed_completely_with_every_method(
    pack: Pack, members: Entries, installed: Install, method: int
) -> None:
    result = installed(pack(members, method=method))
    assert (result.id, result.problems) == ("toy", ())
    assert result.directory is not None
    assert {f"toy/{file.name}": file.read_bytes() for file in result.directory.iterdir()} == members


def test_subdirectories_are_installed(pack: Pack, members: Entries, installed: Install) -> None:
    result = installed(pack({**members, "toy/extra/tags.json": b"{}"}))
    assert not result.problems
    assert result.directory is not None
    assert (result.directory / "extra" / "tags.json").read_bytes() == b"{}"


def test_tar_archive_is_rejected(tmp_path: Path, installed: Install) -> None:
    path = tmp_path / "toy.dtmodel"
    with tarfile.open(path, "w:gz"):
        pass
    assert codes(installed(path)) == ["archive.not-zip"]


@pytest.mark.parametrize(("data", "code"), [(b"", "archive.not-zip"), (b"hello", "archive.not-zip")])
def test_other_files_are_rejected(tmp_path: Path, installed: Install, data: bytes, code: str) -> None:
    path = tmp_path / "toy.dtmodel"
    path.write_bytes(data)
    assert codes(installed(path)) == [code]


def test_empty_zip_is_rejected(pack: Pack, installed: Install) -> None:
    assert codes(installed(pack({}))) == ["archive.empty"]


@pytest.mark.parametrize(
    "first", ["config.json", "./toy/config.json", "../toy/config.json", "/toy/config.json", "a\\b/c"]
)
def test_first_entry_without_a_model_id_is_rejected(
    pack: Pack, members: Entries, installed: Install, first: str
) -> None:
    result = installed(pack({first: b"{}", **members}))
    assert codes(result) == ["archive.first-entry"]
    assert result.directory is None


def test_order_of_the_data_determines_the_first_entry(tmp_path: Path, installed: Install) -> None:
    path = tmp_path / "toy.dtmodel"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("toy/config.json", b"{}")
        archive.writestr("other/config.json", b"{}")
        archive.filelist.reverse()
    assert installed(path).id == "toy"


@pytest.mark.parametrize("name", ["toy/v1..2.onnx", "toy/../../evil", "toy/..", "../evil"])
def test_two_dots_in_a_name_are_an_error_and_nothing_is_written_outside(
    pack: Pack, members: Entries, installed: Install, tmp_path: Path, name: str
) -> None:
    result = installed(pack({**members, name: b"x"}))
    assert "archive.two-dots" in codes(result)
    assert not (tmp_path / "evil").exists()
    assert sorted(file.name for file in (tmp_path / "staging").rglob("*")) == ["config.json", "model.onnx", "toy"]


def test_second_top_directory_is_an_error_and_not_installed(pack: Pack, members: Entries, installed: Install) -> None:
    result = installed(pack({**members, "other/model.onnx": b"x"}))
    (problem,) = result.problems
    assert (problem.code, problem.where) == ("archive.other-top", "other/model.onnx")
    assert "drops it" in problem.what
    assert result.directory is not None
    assert not (result.directory.parent / "other").exists()


def test_duplicate_name_is_an_error_and_the_later_entry_wins(pack: Pack, members: Entries, installed: Install) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        path = pack([*members.items(), ("toy/config.json", b"second")])
    result = installed(path)
    assert codes(result) == ["archive.duplicate"]
    assert result.directory is not None
    assert (result.directory / "config.json").read_bytes() == b"second"


def test_mode_zero_is_an_error_because_darktable_applies_it(pack: Pack, members: Entries, installed: Install) -> None:
    result = installed(pack(members, mode=stat.S_IFREG))
    assert codes(result) == ["archive.mode", "archive.mode"]
    assert all(problem.reason for problem in result.problems)


def test_symbolic_link_is_an_error_and_not_created(pack: Pack, installed: Install) -> None:
    result = installed(pack({"toy/config.json": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777))
    assert codes(result) == ["archive.link"]
    assert result.directory is None


def test_every_truncation_is_detected(pack: Pack, members: Entries, tmp_path: Path) -> None:
    data = pack(members).read_bytes()
    for length in range(0, len(data), 7):
        path, staging = tmp_path / "truncated.dtmodel", tmp_path / f"truncated{length}"
        path.write_bytes(data[:length])
        staging.mkdir()
        assert codes(install(path, staging)), length


def test_every_flipped_bit_of_the_data_is_detected(pack: Pack, members: Entries, tmp_path: Path) -> None:
    package = pack(members)
    data = package.read_bytes()
    with zipfile.ZipFile(package) as archive:
        start = archive.infolist()[1].header_offset
    for position in range(start + len("toy/model.onnx") + 30, start + 44 + len(members["toy/model.onnx"])):
        path, staging = tmp_path / "flip.dtmodel", tmp_path / f"flip{position}"
        path.write_bytes(data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :])
        staging.mkdir()
        assert codes(install(path, staging)) == ["archive.damaged"], position


def test_differing_headers_of_an_entry_are_damage(pack: Pack, members: Entries, installed: Install) -> None:
    path = pack(members)
    data = bytearray(path.read_bytes())
    checksum = 14
    data[checksum] ^= 1
    path.write_bytes(data)
    assert codes(installed(path)) == ["archive.damaged"]


def test_archive_larger_than_the_limit_is_not_extracted(pack: Pack, installed: Install) -> None:
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
def test_encryption_and_unknown_methods_are_errors(
    pack: Pack, members: Entries, installed: Install, header: tuple[int, int], code: str
) -> None:
    path = pack(members)
    data = bytearray(path.read_bytes())
    for offset, signature in ((6, b"PK\x03\x04"), (8, b"PK\x01\x02")):
        struct.pack_into("<HH", data, data.index(signature) + offset, *header)
    path.write_bytes(data)
    assert codes(installed(path)) == [code]


@pytest.mark.parametrize(("top", "severity"), [("_toy", "error"), ("Toy", "warning")])
def test_problematic_ids_are_reported(pack: Pack, installed: Install, top: str, severity: str) -> None:
    (problem,) = installed(pack({f"{top}/config.json": b"{}"})).problems
    assert (problem.severity, problem.where) == (severity, top)


def test_name_of_both_file_and_directory_is_damage(pack: Pack, members: Entries, installed: Install) -> None:
    result = installed(pack({**members, "toy/model.onnx/deeper": b"", "toy/config.json/": b""}))
    assert codes(result) == ["archive.mode", "archive.damaged", "archive.damaged"]


@pytest.mark.parametrize(
    ("mode", "severity"),
    [(0o104755, "error"), (0o102644, "error"), (0o100200, "error"), (0o100666, "warning"), (0o100777, "warning")],
)
def test_mode_that_no_model_needs_is_reported(
    pack: Pack, members: Entries, installed: Install, mode: int, severity: str
) -> None:
    problems = installed(pack(members, mode=mode)).problems
    assert {(problem.code, problem.severity) for problem in problems} == {("archive.mode", severity)}


@pytest.mark.parametrize("mode", [0o100644, 0o100600, 0o100755, 0o100444])
def test_usual_modes_have_no_problems(pack: Pack, members: Entries, installed: Install, mode: int) -> None:
    assert installed(pack(members, mode=mode)).problems == ()


def test_high_ratio_is_an_error_above_a_harmless_size(
    pack: Pack, members: Entries, installed: Install, tmp_path: Path
) -> None:
    big = {**members, "toy/more.onnx": bytes((64 << 20) + 1)}
    result = installed(pack(big, method=zipfile.ZIP_DEFLATED))
    assert (codes(result), result.directory) == (["archive.bomb"], None)
    assert list((tmp_path / "staging").iterdir()) == []


def test_high_ratio_of_a_small_archive_is_a_warning(pack: Pack, members: Entries, installed: Install) -> None:
    (problem,) = installed(pack({**members, "toy/more.onnx": bytes(1 << 20)}, method=zipfile.ZIP_DEFLATED)).problems
    assert (problem.severity, problem.code) == ("warning", "archive.ratio")


def test_data_behind_a_false_size_is_a_bomb_and_not_written(pack: Pack, members: Entries, installed: Install) -> None:
    content = b"0123456789" * 5000
    path = pack({"toy/LICENSE": content, **members}, method=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    for position in (14, data.index(b"PK\x01\x02") + 16):
        struct.pack_into("<I", data, position, zlib.crc32(content[:10]))
        struct.pack_into("<I", data, position + 8, 10)
    path.write_bytes(data)
    result = installed(path)
    assert codes(result) == ["archive.bomb"]
    assert result.directory is not None
    assert (result.directory / "LICENSE").stat().st_size == 0


@pytest.mark.parametrize("position", ["between", "behind"])
def test_bytes_that_belong_to_no_entry_are_a_warning(
    pack: Pack, members: Entries, installed: Install, position: str
) -> None:
    path = pack(members)
    data = path.read_bytes()
    start = data.index(b"PK\1\2") if position == "between" else len(data)
    moved = bytearray(data[:start] + bytes(10_000) + data[start:])
    if position == "between":
        struct.pack_into("<I", moved, len(moved) - 6, start + 10_000)
    path.write_bytes(moved)
    (problem,) = installed(path).problems
    assert (problem.severity, problem.code) == ("warning", "archive.hidden")


def test_entry_without_a_name_is_damage(pack: Pack, members: Entries, installed: Install) -> None:
    path = pack(members)
    data = path.read_bytes()
    directory = data.rindex(b"PK\1\2")
    entry = bytearray(data[directory : data.index(b"PK\5\6")])
    struct.pack_into("<HH", entry, 28, 0, len("toy/model.onnx"))  # its name is an extra field
    path.write_bytes(data[:directory] + entry + data[data.index(b"PK\5\6") :])
    assert codes(installed(path)) == ["archive.cut"]


def test_many_problems_of_one_kind_are_shortened(pack: Pack, members: Entries, installed: Install) -> None:
    result = installed(pack({**members, **{f"toy/{number}:": b"" for number in range(50)}}))
    assert codes(result) == ["archive.windows-name"] * 11
    assert result.problems[-1].what == "40 more like this, the first is toy/10:"


def test_hidden_second_name_is_an_error(tmp_path: Path, members: Entries, installed: Install) -> None:
    path, other = tmp_path / "toy.dtmodel", b"toy/../../evil"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.extra = struct.pack("<2sHBI", b"up", 5 + len(other), 1, zlib.crc32(name.encode())) + other
            archive.writestr(info, data)
    assert codes(installed(path)) == ["archive.name", "archive.name"]


def test_archive_that_is_another_kind_of_file_is_named(tmp_path: Path, installed: Install) -> None:
    path = tmp_path / "toy.dtmodel"
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 1000\n" % (b"0" * 64))
    (problem,) = installed(path).problems
    assert "a pointer of Git LFS" in problem.what
    assert "git lfs pull" in problem.fix


def test_unreadable_archive_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "toy.dtmodel").mkdir()
    with pytest.raises(Failure, match="cannot be read"):
        install(tmp_path / "toy.dtmodel", tmp_path)
