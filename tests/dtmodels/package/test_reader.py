"""A file that is no package of this project is refused, whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtmodels.package.reader import PackageContents


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-30],
        lambda data: b"",
        lambda data: data.replace(b"config.json", b"config.jsox"),
        lambda data: data.replace(b'"name"', b'"name '),
        lambda data: data.replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
    ],
    ids=["cut", "empty", "without configuration", "broken", "encrypted"],
)
def test_other_files_are_refused(make_package: Callable[..., Path], damage: Callable[[bytes], bytes]) -> None:
    path = make_package()
    assert PackageContents.read(path).card.id == "denoise-toy"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Failure, match="not a package of this project"):
        PackageContents.read(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not a package of this project"):
        PackageContents.read(tmp_path / "absent.dtmodel")
