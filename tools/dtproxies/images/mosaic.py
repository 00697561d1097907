"""Simulated raw images: a Bayer mosaic with shot noise and read noise.

A value v (1 at sensor saturation) gets a normal error of variance `SHOT` v + `READ`^2: photon counting, plus a
read-out with a constant error. The sensor is that of `dtproxies.images.dng.Sensor`.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import REC709_TO_XYZ_D65
from dtproxies.images.dng import Sensor

SHOT = 1 / 6000
"""Shot noise variance of a sensor with a full well of 6000 electrons, such as a small sensor at ISO 400."""
READ = 1 / 2000
"""Standard deviation of the read noise."""
HEADROOM = 2.0
"""Ratio of the light that saturates the sensor to diffuse white."""
WHITE_BALANCE = tuple(1 / value for value in Sensor().neutral)
"""White balance factors of red, green and blue for that sensor."""


def to_mosaic(light: NDArray[np.floating]) -> NDArray[np.float32]:
    """Simulate the output of rawprepare: linear Rec709 [H, W, 3] -> [H, W, 1], 0 for black, 1 for saturation.

    Rows and columns start red, green. The noise seed derives from the image, so equal images get equal noise.
    """
    sensor = Sensor()
    colours = light @ (np.reshape(sensor.matrix, (3, 3)) @ REC709_TO_XYZ_D65).T
    colours = colours / (largest_white_response(sensor) * HEADROOM)
    values = np.take_along_axis(colours, _colour_of(colours), axis=2)
    rng = np.random.default_rng(zlib.crc32(np.ascontiguousarray(values, np.float32).tobytes()))
    noise = rng.standard_normal(values.shape) * np.sqrt(SHOT * np.maximum(values, 0) + READ**2)
    return np.asarray(np.clip(values + noise, -10 * READ, 1), np.float32)


def apply_white_balance(mosaic: NDArray[np.floating]) -> NDArray[np.float32]:
    """Apply white balance to a mosaic [H, W, 1]: a neutral surface then has equal values in all colours."""
    return np.asarray(mosaic * np.array(WHITE_BALANCE)[_colour_of(mosaic)], np.float32)


def largest_white_response(sensor: Sensor) -> float:
    """Largest of the three sensor values for diffuse white of brightness 1."""
    return float((np.reshape(sensor.matrix, (3, 3)) @ REC709_TO_XYZ_D65 @ np.ones(3)).max())


def _colour_of(mosaic: NDArray[np.floating]) -> NDArray[np.intp]:
    """CFA colour (0, 1 or 2) of each pixel of an array [H, W, C] whose rows start red, green; [H, W, 1]."""
    height, width = mosaic.shape[:2]
    rows, columns = np.mgrid[:height, :width] % 2
    return np.asarray((rows + columns)[..., None])
