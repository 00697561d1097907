import numpy as np
from numpy.testing import assert_allclose

from dtbase.imaging.colour import lab_to_linear_rec709, linear_rec709_to_lab, linear_to_srgb, srgb_to_linear


def test_known_points_of_the_srgb_curve() -> None:
    encoded = np.array([0.0, 0.04045, 0.5, 1.0])
    assert_allclose(srgb_to_linear(encoded), [0, 0.0031308, 0.2140411, 1], atol=1e-7)


def test_curves_undo_each_other_for_negative_and_bright_values() -> None:
    values = np.linspace(-3, 40, 1001)
    assert_allclose(srgb_to_linear(linear_to_srgb(values)), values, atol=1e-9)


def test_white_grey_and_black_have_no_colour() -> None:
    lab = linear_rec709_to_lab(np.array([[1.0] * 3, [0.18] * 3, [0.0] * 3]))
    assert_allclose(lab, [[100, 0, 0], [49.4961, 0, 0], [0, 0, 0]], atol=1e-3)


def test_red_is_where_icc_profiles_put_it() -> None:
    assert_allclose(linear_rec709_to_lab(np.array([1.0, 0, 0])), [54.29, 80.81, 69.89], atol=0.03)


def test_lab_and_back_keeps_negative_and_bright_values() -> None:
    rgb = np.random.default_rng(0).uniform(-4, 64, (5000, 3))
    assert_allclose(lab_to_linear_rec709(linear_rec709_to_lab(rgb)), rgb, atol=1e-10)


def test_single_precision_stays_single_precision() -> None:
    lab = linear_rec709_to_lab(np.full((2, 3), 0.5, np.float32))
    assert lab.dtype == lab_to_linear_rec709(lab).dtype == np.float32
