from xml.etree import ElementTree

import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.edit import Edit, Entry
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.parameter_text import decode, encode
from dtproxies.darktable.sidecar_writer import Step, edit_sidecar, sidecar

DARKTABLE = "{http://darktable.sf.net/}"
GAIN = Field(name="gain", type="float", offset=0, size=4, min=0, max=8, default=1)
TOY = {"toy": ModuleLayout(name="toy", version=3, size=4, fields=(GAIN,))}


def entries_of(text: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(text)  # noqa: S314 - written by this project a moment ago
    return list(root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"))


def test_steps_become_entries_in_order() -> None:
    first, second = entries_of(sidecar([Step("toy"), Step("toy", {"gain": 4})], TOY))
    assert first.get(f"{DARKTABLE}operation") == "toy"
    assert first.get(f"{DARKTABLE}modversion") == "3"
    assert [one.get(f"{DARKTABLE}num") for one in (first, second)] == ["0", "1"]
    assert TOY["toy"].unpack(decode(second.get(f"{DARKTABLE}params", ""))) == {"gain": 4}


def test_empty_history() -> None:
    assert entries_of(sidecar([], TOY)) == []


def test_unknown_module_suggests_a_similar_name() -> None:
    with pytest.raises(WrongUsage, match="did you mean toy"):
        sidecar([Step("tyo")], TOY)


@pytest.mark.parametrize("size", [0, 1, 100, 101, 5000, 200_000])
def test_decode_inverts_encode(size: int) -> None:
    raw = bytes(i % 7 for i in range(size))
    text = encode(raw)
    assert decode(text) == raw
    assert text.startswith("gz") == (size > 100)
    assert not text.startswith("gz") or text[2:4].isdigit()


def test_style_becomes_a_sidecar_with_its_instances_side_by_side() -> None:
    entries = [
        Entry(module="toy", instance=number, enabled=True, version=3, params=bytes([number, 0, 0, 0]), blending=b"ab")
        for number in (1, 0)
    ]
    text = edit_sidecar(Edit(entries=entries, order_version=4), {4: ["tea", "toy", "end"]}).decode()
    assert 'iop_order_list="tea,0,toy,0,toy,1,end,0"' in text
    first, second = entries_of(text)
    assert [one.get(f"{DARKTABLE}multi_priority") for one in (first, second)] == ["1", "0"]
    assert first.get(f"{DARKTABLE}params") == "01000000"
    assert first.get(f"{DARKTABLE}blendop_params") == "6162"


def test_sidecar_of_an_edit_stays_as_it_is() -> None:
    assert edit_sidecar(Edit(entries=[], order_version=4, sidecar=b"<x/>"), {}) == b"<x/>"
