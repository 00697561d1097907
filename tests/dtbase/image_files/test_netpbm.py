from pathlib import Path

import numpy as np
import pytest

from dtbase.image_files import netpbm
from dtbase.system.errors import Failure


def test_pfm_round_trip(tmp_path: Path) -> None:
    image = np.random.default_rng(1).normal(0, 4, (5, 7, 3)).astype(np.float32)
    netpbm.write_pfm(tmp_path / "a.pfm", image)
    assert np.array_equal(netpbm.read_pfm(tmp_path / "a.pfm"), image)


def test_bottom_row_is_stored_first(tmp_path: Path) -> None:
    image = np.array([[[1, 1, 1]], [[2, 2, 2]]], np.float32)
    netpbm.write_pfm(tmp_path / "a.pfm", image)
    assert (tmp_path / "a.pfm").read_bytes() == b"PF\n1 2\n-1.0\n" + np.array([2, 2, 2, 1, 1, 1], "<f4").tobytes()


def test_reads_one_channel_and_big_endian(tmp_path: Path) -> None:
    (tmp_path / "a.pfm").write_bytes(b"Pf\n2 1\n1.0\n" + np.array([0.5, 3], ">f4").tobytes())
    assert netpbm.read_pfm(tmp_path / "a.pfm").tolist() == [[[0.5], [3.0]]]


@pytest.mark.parametrize("data", [b"", b"P6\n1 1\n255\nabc", b"PF\n1\n-1.0\n", b"PF\n2 2\nx\n"])
def test_other_files_are_rejected(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.pfm").write_bytes(data)
    with pytest.raises(Failure, match="not a PFM"):
        netpbm.read_pfm(tmp_path / "a.pfm")


def test_truncated_files_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.pfm").write_bytes(b"PF\n2 2\n-1.0\n" + bytes(40))
    with pytest.raises(Failure, match="40 of 48 bytes"):
        netpbm.read_pfm(tmp_path / "a.pfm")
