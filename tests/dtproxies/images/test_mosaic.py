import numpy as np

from dtproxies.images.mosaic import HEADROOM, READ, SHOT, to_mosaic


def test_mosaic_of_grey_has_sensor_colours() -> None:
    mosaic = to_mosaic(np.full((64, 64, 3), 0.5))
    assert mosaic.shape == (64, 64, 1)
    red, green, second_green, blue = (
        mosaic[row::2, column::2].mean() for row, column in ((0, 0), (0, 1), (1, 0), (1, 1))
    )
    assert green > red
    assert green > blue
    assert abs(green - second_green) < 1e-3
    assert abs(green - 0.5 / HEADROOM) < 1e-2


def test_noise_follows_the_model_and_is_deterministic() -> None:
    image = np.full((256, 256, 3), 0.8)
    mosaic = to_mosaic(image)
    assert np.array_equal(mosaic, to_mosaic(image))
    green = mosaic[0::2, 1::2]
    expected = SHOT * green.mean() + READ**2
    assert abs(green.var() / expected - 1) < 0.05


def test_mosaic_saturates_at_one() -> None:
    assert to_mosaic(np.full((8, 8, 3), 100.0)).max() == 1
