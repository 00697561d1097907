"""Tests of the sensors for which raw denoise of darktable 5.6.0 writes past the end, against its own loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from dtmodels.card.catalogue import Catalogue
from dtmodels.card.schemas import check_json, schema_directory
from dtmodels.package.config_reader import parse_json
from dtmodels.tasks._seam_overrun import (
    SUGGESTED,
    cameras_hit,
    check_overrun,
    columns_past_end,
    rows_past_end,
)
from dtmodels.tasks._sensors import TABLE, Sensor, known_sensors
from dtmodels.tasks.rawdenoise import BAYER, LINEAR


def sensor(width: int, height: int, border: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Sensor:
    return Sensor(width=width, height=height, border=border, pattern="bayer", cameras=("toy",))


def bayer_rows_past_end(height: int, bottom: int, size: int, start: int) -> int:
    """Rows past the last one that the loops of restore_raw_bayer.c touch, step by step."""
    overlap, step = 32, size - 64
    packed, last = (height - bottom - start) // 2, 0
    rows = (packed + step - 1) // step
    for row in range(rows - 1):
        end = min((row + 1) * step, packed)
        strip_start = start + 2 * end - 2 * overlap
        last = max(last, strip_start + 4 * overlap)
    return max(0, last - height)


@pytest.mark.parametrize("size", [128, 256, 512, 792])
@pytest.mark.parametrize("bottom", [0, 4, 50])
def test_rows_past_the_end_are_those_of_darktables_loops(size: int, bottom: int) -> None:
    for height in range(200, 2400, 7):
        expected = max(bayer_rows_past_end(height, bottom, size, start) for start in (0, 1))
        assert rows_past_end(sensor(900, height, (0, 0, 0, bottom)), BAYER, size) == expected
        assert columns_past_end(sensor(height, 900, (0, 0, bottom, 0)), BAYER, size) == expected


@pytest.mark.parametrize(
    ("width", "height", "size", "rows", "columns"),
    [
        (8152, 5432, 512, 8, 0),  # reported: the strip ends eight rows past the last
        (620, 932, 512, 28, 0),
        (420, 300, 128, 20, 28),
        (900, 640, 128, 0, 60),
        (6000, 4000, 512, 0, 0),
    ],
)
def test_observed_crashes_are_predicted(width: int, height: int, size: int, rows: int, columns: int) -> None:
    """The first red pixel is not known; at 1 instead of 0 it adds a row and a column."""
    toy = sensor(width, height)
    assert rows_past_end(toy, BAYER, size) in ({rows, rows + 1} if rows else {0})
    assert columns_past_end(toy, BAYER, size) in ({columns, columns + 1} if columns else {0})


def test_linear_graph_works_inside_the_border() -> None:
    toy = sensor(5000, 448 + 31 + 20, (0, 12, 0, 8))
    assert (rows_past_end(toy, LINEAR, 512), rows_past_end(sensor(5000, 448 + 32), LINEAR, 512)) == (1, 0)


def test_table_of_sensors_fits_its_schema_and_is_sorted() -> None:
    values = parse_json((schema_directory() / TABLE).read_bytes(), [])
    check_json("sensor-sizes-v1", values, where=TABLE)
    assert [row["height"] for row in values["sensors"]] == sorted(row["height"] for row in values["sensors"])
    assert len({camera for one in known_sensors("bayer") for camera in one.cameras}) > 500


def test_warning_names_heights_cameras_and_a_better_size() -> None:
    (problem,) = check_overrun(BAYER, 512, "bayer")
    assert problem.severity == "warning"
    assert "5432" in problem.what
    assert "tiles of 792 hit 9" in problem.fix


def test_tile_size_without_hits_is_no_problem() -> None:
    assert list(check_overrun(LINEAR, 592, "xtrans")) == []


def test_raw_denoisers_of_the_collection_have_tile_sizes_that_hit_the_fewest(root: Path) -> None:
    hits = {size: len(cameras_hit(BAYER, size, "bayer")) for size in SUGGESTED}
    cards = [entry.card for entry in Catalogue.load(root).entries if entry.card.task == "rawdenoise"]
    assert cards
    for card in cards:
        # The Bayer network works at half the resolution, on tiles of a multiple of 16.
        fitting = [count for size, count in hits.items() if size % 16 == 0]
        bayer, linear = (card.package.attributes[name]["input_sizes"][0] for name in ("model_bayer", "model_linear"))
        assert hits[bayer] == min(fitting) == 17
        assert cameras_hit(LINEAR, linear, "xtrans") == []
    assert hits[512] == 42
