from xml.etree import ElementTree

import pytest

from dtbase.system.errors import WrongUsage
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.parameter_text import decode, encode
from dtproxies.darktable.sidecar_writer import Step, sidecar

DARKTABLE = "{http://darktable.sf.net/}"
GAIN = Field(name="gain", type="float", offset=0, size=4, min=0, max=8, default=1)
TOY = {"toy": ModuleLayout(name="toy", version=3, size=4, fields=(GAIN,))}


def entries(text: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(text)  # noqa: S314 - written by this project a moment ago
    return list(root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li"))


def test_steps_become_entries_in_order() -> None:
    first, second = entries(sidecar([Step("toy"), Step("toy", {"gain": 4})], TOY))
    assert first.get(f"{DARKTABLE}operation") == "toy"
    assert first.get(f"{DARKTABLE}modversion") == "3"
    assert [one.get(f"{DARKTABLE}num") for one in (first, second)] == ["0", "1"]
    assert TOY["toy"].unpack(decode(second.get(f"{DARKTABLE}params", ""))) == {"gain": 4}


def test_empty_history() -> None:
    assert entries(sidecar([], TOY)) == []


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
