"""Reading sidecars: the last state of each module counts."""

from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.module_order import Order, order_of
from dtproxies.darktable.sidecar_reader import read_edit
from dtproxies.darktable.sidecar_writer import Step, encode, sidecar

GAIN = Field(name="gain", type="float", offset=0, size=4, min=0, max=8, default=1)
TOY = {"toy": ModuleLayout(name="toy", version=3, size=4, fields=(GAIN,))}


def written(directory: Path, text: str) -> Path:
    path = directory / "edit.xmp"
    path.write_text(text)
    return path


def two_steps() -> str:
    return sidecar([Step("toy", {"gain": 2}), Step("toy", {"gain": 4})], TOY)


def test_last_state_of_a_module_is_read(tmp_path: Path) -> None:
    edit = read_edit(written(tmp_path, two_steps()))
    (entry,) = edit.entries
    assert TOY["toy"].unpack(entry.params) == {"gain": 4}
    assert (entry.version, entry.enabled, entry.blended, entry.instance) == (3, True, False, 0)
    assert edit.order_version == 4


def test_undone_steps_are_ignored(tmp_path: Path) -> None:
    undone = two_steps().replace('history_end="2"', 'history_end="1"')
    (entry,) = read_edit(written(tmp_path, undone)).entries
    assert TOY["toy"].unpack(entry.params) == {"gain": 2}


def test_instances_are_separate_entries(tmp_path: Path) -> None:
    before, _, after = two_steps().rpartition('multi_priority="0"')
    entries = read_edit(written(tmp_path, f'{before}multi_priority="1"{after}')).entries
    assert [entry.instance for entry in entries] == [0, 1]


@pytest.mark.parametrize(("mask", "blended"), [(0, False), (1, True), (5, True)])
def test_blending_is_detected(tmp_path: Path, mask: int, blended: bool) -> None:
    params = encode(bytes([mask]) + bytes(419))
    text = sidecar([Step("toy")], TOY).replace("/>\n", f' darktable:blendop_params="{params}"/>\n')
    text = text.replace("<rdf:Seq/>", "<rdf:Seq></rdf:Seq>", 1)
    (entry,) = read_edit(written(tmp_path, text)).entries
    assert entry.blended is blended


def test_custom_order_round_trip(tmp_path: Path) -> None:
    order = Order(version=0, names=["toy", "tea"], text="toy,0,tea,0,toy,1")
    edit = read_edit(written(tmp_path, sidecar([], TOY, order)))
    assert order_of(edit.order_version, {}, edit.order_text).names == ["toy", "tea", "toy"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no xml", "this is not a sidecar"),
        ("<a/>", "it has no history"),
        (two_steps().replace('params="', 'params="xx'), "its history is invalid"),
    ],
)
def test_invalid_sidecars_are_rejected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        read_edit(written(tmp_path, text))


def test_missing_sidecar(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no such file"):
        read_edit(tmp_path / "none.xmp")


def test_unknown_order_version() -> None:
    with pytest.raises(Failure, match="this darktable knows 1, 4"):
        order_of(9, {1: [], 4: []})
