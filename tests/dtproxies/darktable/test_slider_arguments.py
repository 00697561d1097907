import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.slider_arguments import parse_sliders


def test_numbers_and_choice_names() -> None:
    assert parse_sliders(["exposure=1.5", " mode = FULL", "black=-2e-3"]) == {
        "exposure": 1.5,
        "mode": "FULL",
        "black": -0.002,
    }


@pytest.mark.parametrize("text", ["exposure", "=1", "exposure=", ""])
def test_incomplete_arguments_are_rejected(text: str) -> None:
    with pytest.raises(WrongUsage, match="not of the form"):
        parse_sliders([text])


def test_slider_set_twice_is_rejected() -> None:
    with pytest.raises(WrongUsage, match="twice"):
        parse_sliders(["a=1", "a=2"])
