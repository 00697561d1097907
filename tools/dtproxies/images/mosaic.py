"""Pictures as a sensor would have taken them: a Bayer mosaic with the noise of photons and of reading it out.

The noise model: a value v (1 where the sensor is full) gets a normal error of variance `SHOT` v + `READ`^2, which is
what counting photons and a read-out with a constant error give. The sensor is that of `dtproxies.images.dng.Sensor`.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from dtbase.imaging.colour import REC709_TO_XYZ_D65
from dtproxies.images.dng import Sensor

SHOT = 1 / 6000
"""Of a sensor that is full at 6000 electrons, as a small one at ISO 400 is."""
READ = 1 / 2000
HEADROOM = 2.0
"""How much brighter than diffuse white the light is that fills the sensor."""
WHITE_BALANCE = tuple(1 / value for value in Sensor().neutral)
"""By which white balance multiplies red, green and blue of that sensor."""


def to_mosaic(light: NDArray[np.floating]) -> NDArray[np.float32]:
    """Linear Rec709 [H, W, 3] -> what rawprepare makes of it, [H, W, 1]: 0 for black, 1 for a full sensor.

    Rows and columns start red, green. The noise is drawn from the image itself: the same image has the same.
    """
    sensor = Sensor()
    colours = light @ (np.reshape(sensor.matrix, (3, 3)) @ REC709_TO_XYZ_D65).T
    colours = colours / (largest_white_response(sensor) * HEADROOM)
    values = np.take_along_axis(colours, _colour_of(colours), axis=2)
    rng = np.random.default_rng(zlib.crc32(np.ascontiguousarray(values, np.float32).tobytes()))
    noise = rng.standard_normal(values.shape) * np.sqrt(SHOT * np.maximum(values, 0) + READ**2)
    return np.asarray(np.clip(values + noise, -10 * READ, 1), np.float32)


def apply_white_balance(mosaic: NDArray[np.floating]) -> NDArray[np.float32]:
    """The same behind the white balance: a neutral surface has the same value in all colours."""
    return np.asarray(mosaic * np.array(WHITE_BALANCE)[_colour_of(mosaic)], np.float32)


def largest_white_response(sensor: Sensor) -> float:
    """The largest of the sensor's three values for diffuse white of brightness 1."""
    return float((np.reshape(sensor.matrix, (3, 3)) @ REC709_TO_XYZ_D65 @ np.ones(3)).max())


def _colour_of(picture: NDArray[np.floating]) -> NDArray[np.intp]:
    """0, 1 or 2 for each place of an image [H, W, C] that starts red, green; [H, W, 1]."""
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[:height, :width] % 2
    return np.asarray((rows + columns)[..., None])
