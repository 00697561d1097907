import numpy as np
from numpy.testing import assert_allclose

from dtbase.imaging.colour import lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear


def test_srgb_curve_at_known_points() -> None:
    encoded = np.array([0.0, 0.04045, 0.5, 1.0])
    assert_allclose(srgb_to_linear(encoded), [0, 0.0031308, 0.2140411, 1], atol=1e-7)


def test_srgb_round_trip_of_negative_and_bright_values() -> None:
    values = np.linspace(-3, 40, 1001)
    assert_allclose(srgb_to_linear(linear_to_srgb(values)), values, atol=1e-9)


def test_lab_of_white_grey_and_black_is_neutral() -> None:
    lab = linear_rec709_to_lab(np.array([[1.0] * 3, [0.18] * 3, [0.0] * 3]))
    assert_allclose(lab, [[100, 0, 0], [49.4961, 0, 0], [0, 0, 0]], atol=1e-3)


def test_lab_of_red_agrees_with_icc_profiles() -> None:
    assert_allclose(linear_rec709_to_lab(np.array([1.0, 0, 0])), [54.29, 80.81, 69.89], atol=0.03)


def test_lab_round_trip_of_negative_and_bright_values() -> None:
    rgb = np.random.default_rng(0).uniform(-4, 64, (5000, 3))
    assert_allclose(lab_to_linear_rec709(linear_rec709_to_lab(rgb)), rgb, atol=1e-10)


def test_float32_input_gives_float32_output() -> None:
    lab = linear_rec709_to_lab(np.full((2, 3), 0.5, np.float32))
    assert lab.dtype == lab_to_linear_rec709(lab).dtype == np.float32
