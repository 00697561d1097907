import struct

import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.layout import Field, ModuleLayout

MIX = Field(name="mix", type="float", offset=0, size=4, min=0.1, max=0.99, default=0.5)
MODE = Field(name="mode", type="enum", offset=4, size=4, default=2, choices={"OFF": 0, "FULL": 2})
FLAG = Field(name="flag", type="bool", offset=8, size=4, default=1)
COUNT = Field(name="count", type="ushort", offset=12, size=2, min=0, max=65535)
NAME = Field(name="file", type="array", offset=14, size=6, count=6, item=Field(name="", type="char", offset=14, size=1))
NODE = Field(
    name="",
    type="struct",
    offset=20,
    size=8,
    fields=(Field(name="x", type="float", offset=20, size=4), Field(name="y", type="float", offset=24, size=4)),
)
CURVE = Field(name="curve", type="array", offset=20, size=24, count=3, item=NODE)
TOY = ModuleLayout(name="toy", version=3, size=44, fields=(MIX, MODE, FLAG, COUNT, NAME, CURVE))


def test_pack_without_values_gives_defaults() -> None:
    assert TOY.pack({}) == struct.pack("<fiiH6x6f", 0.5, 2, 1, 0, *[0.0] * 6)


def test_unpack_inverts_pack() -> None:
    values = {"mix": 0.25, "mode": 0, "flag": 0, "count": 40000, "curve[2].y": 7.5}
    assert TOY.unpack(TOY.pack(values)) == {**TOY.unpack(TOY.defaults), **values}


def test_slider_names_of_arrays_and_structs() -> None:
    assert list(TOY.sliders)[4:] == [f"curve[{i}].{axis}" for i in range(3) for axis in "xy"]
    assert TOY.sliders["curve[2].y"].offset == 40


def test_text_has_no_slider() -> None:
    assert not any(name.startswith("file") for name in TOY.sliders)


def test_pack_accepts_choice_names() -> None:
    assert TOY.unpack(TOY.pack({"mode": "OFF"}))["mode"] == 0


@pytest.mark.parametrize("limit", [0.1, 0.99])
def test_limits_are_inclusive(limit: float) -> None:
    assert TOY.unpack(TOY.pack({"mix": limit}))["mix"] == pytest.approx(limit)


@pytest.mark.parametrize("outside", [0.09999999403953552, 0.9900000691413879])
def test_value_one_step_of_single_precision_outside_a_limit_is_kept(outside: float) -> None:
    assert TOY.unpack(TOY.pack({"mix": outside}))["mix"] == outside


def test_pack_changes_only_the_named_values_of_given_parameters() -> None:
    params = TOY.pack({"mix": 0.25, "count": 7})
    assert TOY.unpack(TOY.pack({"mode": 0}, params)) == {**TOY.unpack(params), "mode": 0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mix", 0.0999),
        ("mix", 0.9901),
        ("mix", -1),
        ("mix", float("nan")),
        ("mix", float("inf")),
        ("mix", 1e300),
        ("mix", "much"),
        ("mode", 1),
        ("mode", "HALF"),
        ("flag", 2),
        ("count", 1.5),
        ("count", 65536),
        ("curve[0].x", 1e39),
        ("curve[0].x", float("-inf")),
    ],
)
def test_invalid_values_are_rejected(name: str, value: float | str) -> None:
    with pytest.raises(WrongUsage) as rejected:
        TOY.pack({name: value})
    assert str(rejected.value).startswith("toy: ")
    assert name in rejected.value.what


def test_errors_state_the_allowed_values() -> None:
    with pytest.raises(WrongUsage, match=r"mix=2 is outside 0\.1 to 0\.99"):
        TOY.pack({"mix": 2})
    with pytest.raises(WrongUsage, match=r"not one of 0 \(OFF\), 2 \(FULL\)"):
        TOY.pack({"mode": 5})


def test_unknown_slider_suggests_a_similar_name() -> None:
    with pytest.raises(WrongUsage, match="did you mean count"):
        TOY.pack({"cuont": 1})


def test_unpack_rejects_another_size() -> None:
    with pytest.raises(WrongUsage, match="40 bytes, but version 3 has 44"):
        TOY.unpack(bytes(40))
