"""Raw sizes of cameras, from `schema/sensor-sizes-v1.json`, which states their sources."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Literal

from dtmodels.card.schemas import schema_directory

Pattern = Literal["bayer", "xtrans"]
TABLE = "sensor-sizes-v1.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """Raw data of one size, and the cameras that write it."""

    width: int
    height: int
    border: tuple[int, int, int, int]
    """Pixels at the left, top, right and bottom that show no image."""
    pattern: Pattern
    cameras: tuple[str, ...]


@functools.cache
def known_sensors(pattern: Pattern) -> tuple[Sensor, ...]:
    """The sensors of the table with this colour filter array, lowest height first."""
    rows = json.loads((schema_directory() / TABLE).read_bytes())["sensors"]
    sensors = (Sensor(**{**row, "border": tuple(row["border"]), "cameras": tuple(row["cameras"])}) for row in rows)
    return tuple(sensor for sensor in sensors if sensor.pattern == pattern)
