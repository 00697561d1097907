import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.slider_arguments import parse_sliders


def test_numbers_and_names_of_choices() -> None:
    assert parse_sliders(["exposure=1.5", " mode = FULL", "black=-2e-3"]) == {
        "exposure": 1.5,
        "mode": "FULL",
        "black": -0.002,
    }


@pytest.mark.parametrize("text", ["exposure", "=1", "exposure=", ""])
def test_half_a_setting_is_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="not of the form"):
        parse_sliders([text])


def test_a_slider_set_twice_is_refused() -> None:
    with pytest.raises(WrongUsage, match="twice"):
        parse_sliders(["a=1", "a=2"])
