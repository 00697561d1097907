"""Sidecars and styles are read as darktable reads them, whatever program wrote the file last."""

from pathlib import Path

import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.edit_reader import read_edit
from dtproxies.darktable.layout import Field, ModuleLayout
from dtproxies.darktable.module_order import Order, order_of
from dtproxies.darktable.sidecar_writer import Step, sidecar

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


def test_custom_order_round_trip(tmp_path: Path) -> None:
    order = Order(version=0, names=["toy", "tea"], text="toy,0,tea,0,toy,1")
    edit = read_edit(written(tmp_path, sidecar([], TOY, order)))
    assert order_of(edit.order_version, {}, edit.order_text).names == ["toy", "tea", "toy"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no xml", "this is not an edit"),
        ("<a/>", "it has no history"),
        (two_steps().replace('params="', 'params="xx'), "its history is invalid"),
        (two_steps().replace('darktable:modversion="3"', ""), "its history is invalid"),
        (two_steps().replace('history_end="2"', 'history_end="two"'), "its history is invalid"),
        (two_steps().replace('xmp_version="5"', 'xmp_version="6"'), "its format is version 6"),
        ("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "it has no history"),
    ],
)
def test_invalid_sidecars_are_rejected(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        read_edit(written(tmp_path, text))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no such file"):
        read_edit(tmp_path / "none.xmp")


def test_unknown_order_version() -> None:
    with pytest.raises(Failure, match="this darktable knows 1, 4"):
        order_of(9, {1: [], 4: []})


def test_sidecar_without_history_end_applies_everything(tmp_path: Path) -> None:
    (entry,) = read_edit(written(tmp_path, two_steps().replace('darktable:history_end="2"', ""))).entries
    assert TOY["toy"].unpack(entry.params) == {"gain": 4}


def test_history_is_ordered_by_its_numbers(tmp_path: Path) -> None:
    swapped = two_steps().replace('num="0"', 'num="9"').replace('num="1"', 'num="0"').replace('num="9"', 'num="1"')
    (entry,) = read_edit(written(tmp_path, swapped)).entries
    assert TOY["toy"].unpack(entry.params) == {"gain": 2}


def test_module_without_a_state_is_disabled(tmp_path: Path) -> None:
    text = sidecar([Step("toy")], TOY).replace('darktable:enabled="1"', "")
    (entry,) = read_edit(written(tmp_path, text)).entries
    assert not entry.enabled


AS_ELEMENTS = """<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>hello</dc:title></rdf:Description>
<rdf:Description rdf:about='' xmlns:darktable='http://darktable.sf.net/'>
 <darktable:history><rdf:Seq>
  <rdf:li rdf:parseType='Resource'>{fields}</rdf:li>
 </rdf:Seq></darktable:history>
 <darktable:iop_order_version>4</darktable:iop_order_version>
</rdf:Description>
<rdf:Description rdf:about='' xmlns:darktable='http://darktable.sf.net/' darktable:xmp_version='5'>
 <darktable:history_end>1</darktable:history_end>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
FIELDS = """<darktable:num>0</darktable:num><darktable:operation>toy</darktable:operation>
<darktable:enabled>1</darktable:enabled><darktable:modversion>3</darktable:modversion>
<darktable:multi_name/><darktable:params>00008040</darktable:params>"""


@pytest.mark.parametrize("fields", [FIELDS, f"<rdf:Description>{FIELDS}</rdf:Description>"])
def test_properties_may_be_elements_of_several_descriptions(fields: str, tmp_path: Path) -> None:
    edit = read_edit(written(tmp_path, AS_ELEMENTS.replace("{fields}", fields)))
    (entry,) = edit.entries
    assert (entry.module, entry.version, entry.enabled, edit.order_version) == ("toy", 3, True, 4)
    assert TOY["toy"].unpack(entry.params) == {"gain": 4}


PARALLEL = """<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
<rdf:Description rdf:about='' xmlns:darktable='http://darktable.sf.net/' darktable:xmp_version='1'>
<darktable:history_operation>{0}<rdf:li>toy</rdf:li><rdf:li>tea</rdf:li>{1}</darktable:history_operation>
<darktable:history_enabled>{0}<rdf:li>1</rdf:li><rdf:li>0</rdf:li>{1}</darktable:history_enabled>
<darktable:history_modversion>{0}<rdf:li>2</rdf:li><rdf:li>1</rdf:li>{1}</darktable:history_modversion>
<darktable:history_params>{0}<rdf:li>00008040</rdf:li><rdf:li></rdf:li>{1}</darktable:history_params>
<darktable:multi_name>{0}<rdf:li/><rdf:li/>{1}</darktable:multi_name>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("array", ["Bag", "Seq"])
def test_first_format_has_a_list_for_each_property(array: str, tmp_path: Path) -> None:
    edit = read_edit(written(tmp_path, PARALLEL.format(f"<rdf:{array}>", f"</rdf:{array}>")))
    assert [(one.module, one.enabled, one.version) for one in edit.entries] == [("toy", True, 2), ("tea", False, 1)]
    assert edit.order_version == 1


@pytest.mark.parametrize(("format_", "order", "read"), [(2, 4, 1), (3, 2, 1), (3, 3, 4), (4, 3, 3), (5, 2, 2)])
def test_earlier_formats_know_fewer_module_orders(format_: int, order: int, read: int, tmp_path: Path) -> None:
    text = two_steps().replace('xmp_version="5"', f'xmp_version="{format_}"')
    text = text.replace('iop_order_version="4"', f'iop_order_version="{order}"')
    assert read_edit(written(tmp_path, text)).order_version == read


STYLE = """<darktable_style version="1.0"><info><name>warm</name>{order}</info><style>
<plugin><num>1</num><module>3</module><operation>toy</operation><op_params>00008040</op_params><enabled>1</enabled>
<blendop_params/><blendop_version>14</blendop_version><multi_priority>0</multi_priority><multi_name/></plugin>
<plugin><num>0</num><module>1</module><operation>tea</operation><op_params></op_params><enabled>0</enabled></plugin>
</style></darktable_style>"""


def test_style_is_an_edit(tmp_path: Path) -> None:
    edit = read_edit(written(tmp_path, STYLE.format(order="")))
    assert [(one.module, one.enabled, one.version) for one in edit.entries] == [("tea", False, 1), ("toy", True, 3)]
    assert edit.entries[0].params == b""
    assert (edit.order_version, edit.order_text) == (4, "")


def test_style_may_list_its_module_order(tmp_path: Path) -> None:
    edit = read_edit(written(tmp_path, STYLE.format(order="<iop_list>tea,0,toy,0</iop_list>")))
    assert order_of(edit.order_version, {}, edit.order_text).names == ["tea", "toy"]


def test_style_with_a_module_without_its_version_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="a module has no module"):
        read_edit(written(tmp_path, STYLE.format(order="").replace("<module>3</module>", "")))
