import numpy as np

from dtproxies.images.mosaic import HEADROOM, READ, SHOT, to_mosaic


def test_grey_has_the_colours_of_the_sensor_in_squares_of_two() -> None:
    mosaic = to_mosaic(np.full((64, 64, 3), 0.5))
    assert mosaic.shape == (64, 64, 1)
    red, green, other, blue = (mosaic[at::2, beside::2].mean() for at, beside in ((0, 0), (0, 1), (1, 0), (1, 1)))
    assert green > red
    assert green > blue
    assert abs(green - other) < 1e-3
    assert abs(green - 0.5 / HEADROOM) < 1e-2


def test_noise_is_that_of_the_stated_model_and_the_same_every_time() -> None:
    picture = np.full((256, 256, 3), 0.8)
    mosaic = to_mosaic(picture)
    assert np.array_equal(mosaic, to_mosaic(picture))
    green = mosaic[0::2, 1::2]
    wanted = SHOT * green.mean() + READ**2
    assert abs(green.var() / wanted - 1) < 0.05


def test_a_full_sensor_counts_no_more() -> None:
    assert to_mosaic(np.full((8, 8, 3), 100.0)).max() == 1
