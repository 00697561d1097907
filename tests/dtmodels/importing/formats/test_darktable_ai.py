"""A model.yaml of darktable-ai becomes a card: whole, with nothing invented; lint reports what is missing."""

from pathlib import Path

import pytest

from dtmodels.card.reader import parse_card_file
from dtmodels.importing.import_card import import_card
from dtmodels.importing.parse_yaml import parse_yaml
from dtmodels.lint.engine import lint
from dtmodels.openness.grade import grade
from tests.support.imported_card import Import, Imported

UPSTREAM = Path(__file__).parent / "upstream"
SHARED = Path(__file__).parents[5] / "shared" / "data" / "upstream-cards"
SMALL = """id: toy-model
name: "toy"
description: "A toy."
task: denoise
version: 1.10
arch: unet
type: single
dep_group: toys  # of toys
attributes: {on: true, sizes: [1, 2]}
coreml_format: mlprogram
cpu_only: [CoreML]
ort_optimization: {model: basic}
ort_optimization_provider: {DirectML: basic}
model_card:
  long_description: "A toy that is told at length."
  author: "A. Author"
  source: "https://github.com/owner/network"
  paper: "https://arxiv.org/abs/2204.04676"
  license: "GPL-3.0"
  training_data: "Faces - one; Places - two"
  training_data_license: "Faces: CC BY 4.0; Places, Rooms: unknown terms"
  notes: "Faces was scraped"
checkpoints:
  - {url: "https://drive.google.com/file/d/1/view", path: temp/Net_1 (final).pth}
  - {url: "gdrive://1qkXIvx-n", path: temp/other.pth}
  - not a mapping
convert:
  # two steps
  - {script: convert.py, args: {opset: 17}}
"""


def with_data(text: str, licence: str = "") -> str:
    stated = f'  training_data: "{text}"\n  training_data_license: "{licence}"\n'
    return f"id: toy-model\ntask: denoise\nmodel_card:\n{stated}"


def rules(root: Path) -> set[str]:
    return {finding.rule for finding in lint(root)}


def test_stated_facts_are_converted(imported: Import) -> None:
    card = imported("model.yaml", SMALL).card
    assert (card.id, card.version, card.architecture, card.status) == ("toy-model", "1.10", "unet", "draft")
    assert card.description == "A toy."
    assert card.license.weights == "GPL-3.0"
    assert card.source.authors == ("A. Author",)
    assert card.package.attributes == {"on": True, "sizes": [1, 2]}
    assert (card.package.coreml_format, card.package.cpu_only) == ("mlprogram", ("CoreML",))
    assert (card.package.ort_optimization, card.package.ort_optimization_provider) == (
        {"model": "basic"},
        {"DirectML": "basic"},
    )
    assert [(data.name, data.license) for data in card.training.datasets] == [
        ("Faces", "CC BY 4.0"),
        ("Places", "unknown terms"),
        ("Rooms", "unknown terms"),
    ]
    assert [(one.text, one.datasets) for one in card.limitations] == [("Faces was scraped", ("Faces",))]
    assert [checkpoint.name for checkpoint in card.checkpoints] == ["net_1-final", "other"]


def test_every_value_has_its_place_as_a_remark(imported: Import) -> None:
    read = imported("model.yaml", SMALL)
    assert read.remark("weights: ").startswith("model_card.license")
    assert read.remark("name: other") == "checkpoints[1]: temp/other.pth"
    assert read.remark('url: "https://drive.google.com/file/d/1qk') == "checkpoints[1].url: gdrive://1qkXIvx-n"
    assert read.remark("scope: ") == read.remark("telemetry: ") == "model.yaml does not state it"
    assert read.result.notes[0].endswith(
        f"does not state {read.text.count('model.yaml does not state it')} fields of the card"
    )


def test_nothing_is_lost(imported: Import) -> None:
    lines = imported("model.yaml", SMALL).text.splitlines()
    for left in (
        "dep_group: toys",
        'model_card.long_description: "A toy that is told at length."',
        "checkpoints[2]: not a mapping",
        'convert[0].script: "convert.py"',
        "convert[0].args: {opset: 17}",
        "8: of toys",
        "28: two steps",
    ):
        assert f"#   {left}" in lines


def test_nothing_is_invented(imported: Import) -> None:
    card = imported("model.yaml", SMALL).card
    assert card.license.code == card.publication.kind == "TODO"  # type: ignore[union-attr]
    assert {card.use.scope, card.use.inference, card.use.network, card.use.telemetry} == {"TODO"}
    assert card.checkpoints[0].sha256 is None
    assert card.openness is not None
    assert card.openness.osaid == card.openness.mof == "TODO"  # type: ignore[comparison-overlap]
    for data in card.training.datasets:
        assert {data.access, data.collection, data.personal_data, data.consent} == {"TODO"}


@pytest.mark.parametrize(
    ("source", "datasets"),
    [
        (with_data("LAION-2B: two billion images"), [("LAION-2B", "TODO")]),
        (with_data("FFHQ", "CC BY-NC-SA 4.0"), [("FFHQ", "CC BY-NC-SA 4.0")]),
        (with_data("PPM-100, Adobe 1k, AISegment", "PPM-100: Apache-2.0. Adobe 1k: research"), [
            ("AISegment", "TODO"), ("PPM-100", "Apache-2.0"), ("Adobe 1k", "research")]),
        (with_data("SA-V with videos and Faces", "SA-V: CC BY 4.0"), [("Faces", "TODO"), ("SA-V", "CC BY 4.0")]),
        (with_data("pairs by the authors", "CC BY 4.0"), [("TODO", "CC BY 4.0")]),
        (with_data("", "SIDD: MIT"), [("SIDD", "MIT")]),
        ("model_card: {training_data: [Places2, LAION-2B]}", [("Places2", "TODO"), ("LAION-2B", "TODO")]),
        ("id: toy-model\ntask: denoise\n", []),
    ],
)  # fmt: skip
def test_datasets_keep_their_names_and_terms(imported: Import, source: str, datasets: list[tuple[str, str]]) -> None:
    card = imported("model.yaml", source).card
    assert [(data.name, data.license) for data in card.training.datasets] == datasets


def test_several_licences_are_kept_for_a_person_to_join(imported: Import) -> None:
    assert imported("model.yaml", "model_card: {license: [MIT, Apache-2.0]}").card.license.weights == "MIT, Apache-2.0"


def test_known_set_is_refused_although_the_source_is_silent_about_it(imported: Import) -> None:
    assert grade(imported("model.yaml", with_data("FFHQ: faces")).card) == "refused"
    assert "DAT005" in rules(imported("model.yaml", with_data("FFHQ: faces", "CC BY-NC-SA 4.0")).root)


def test_several_files_that_work_alone_are_single_here(imported: Import) -> None:
    read = imported("model.yaml", SMALL.replace("type: single", "type: multi"))
    assert read.card.package.type == "single"
    assert read.remark("type: ") == "type: multi, several files that each work alone"


@pytest.mark.parametrize(
    ("url", "path", "family"),
    [
        ("https://a.b/x/model_fp16.onnx", "output/toy/model.onnx", "onnx"),
        ("https://a.b/x/model.onnx?download=true", "output/toy/model.onnx", "onnx"),
        ("gdrive://1abc", "output/toy/model.onnx", "onnx"),
        ("https://a.b/x/net.pth", "output/toy/model.onnx", "todo"),
        ("https://a.b/x/net.pth", "temp/net.pth", "todo"),
    ],
)
def test_finished_graphs_are_of_family_onnx(imported: Import, url: str, path: str, family: str) -> None:
    source = f"id: toy-model\ntask: denoise\ncheckpoints: [{{url: '{url}', path: {path}}}]\n"
    card = imported("model.yaml", source).card
    assert card.convert.family == family
    assert card.checkpoints[0].name == Path(path).stem


@pytest.mark.parametrize("task", ["person", "inpaint", "embed"])
def test_task_that_darktable_does_not_know_is_kept_and_said(imported: Import, task: str) -> None:
    read = imported("model.yaml", SMALL.replace("task: denoise", f"task: {task}"))
    assert (read.card.task, read.card.status) == (task, "draft")
    assert f"darktable knows no task '{task}'" in read.remark("task: ")
    assert any(f"darktable knows no task '{task}'" in note for note in read.result.notes)


def test_almost_empty_card_becomes_placeholders_and_findings(imported: Import) -> None:
    read = imported("model.yaml", "id: toy-model\ntask: denoise\n")
    assert rules(read.root) >= {"SCH004", "SCH006"}


@pytest.mark.parametrize(
    "value",
    ["[1, 2]", "{a: b}", "null", "''", "1e999", "'a # b: c'", '"x\\ny"', "'- x'", "'\u00e9 \u4e2d'", "NO", "010"],
)
def test_card_is_readable_for_any_value(imported: Import, value: str) -> None:
    source = SMALL
    for old in ('"toy"', '"A. Author"', "toys", "true", "mlprogram", "17", '"Faces was scraped"', "single"):
        source = source.replace(old, value)
    assert imported("model.yaml", source).reading.root is not None


MISTAKES = {
    "nafnet-sidd": {
        ("REP003", "drive.google.com"),
        ("LIM001", "limitations"),  # praise where a limitation belongs
        ("COD001", "training"),
        ("DAT004", "SIDD"),
    },
    "nind-unet": {
        ("LIC007", "GPL-3.0"),  # -only or -or-later?
        ("LIC002", "CC BY 4.0 / CC0 (per-image"),
        ("REP002", "/raw/master/"),
    },
    "raw-nind": {
        ("LIC007", "GPL-3.0"),
        ("DAT007", "CC BY 4.0 / CC0 (per-image"),  # the registry has what the archive of the set states
        ("LIC002", "CC BY 4.0 / CC0 (per-image"),
        ("REP003", "1xgHafgqRC8ZEGbbXtduSlx9WunD0mgS_"),
        ("REP003", "1kH8tK4RN_edak3r_VIAhCzPa6CNsuTYC"),
        ("LIM001", "limitations"),
        ("COD001", "training"),
        ("DAT003", "RawNIND"),
        ("DAT004", "RawNIND"),
    },
    "sam21-hiera-s": {
        ("LIC002", "CC BY 4.0"),
        ("LIC002", "custom Meta research-only license"),
        ("DAT004", "SA-1B"),  # disclosed, but not accepted
        ("DAT004", "SA-V"),
        ("DAT003", "provenance"),  # too short
        ("XRF004", "facebookresearch/sam2"),  # a dataset is missing
        ("COD001", "training"),
    },
    "bsrgan-two": {
        ("LIC002", "CC0"),
        ("DAT007", "CC0"),  # the set is for research only
        ("LIC002", "no explicit open-source licenses"),
        ("DAT004", "DIV2K"),
        ("DAT004", "Flickr2K"),
        ("DAT004", "WED"),
        ("DAT004", "OST"),
        ("DAT003", "provenance"),  # no date, no size
        ("COD001", "training"),
    },
}
"""Findings for darktable-ai's cards: the rule, and text of the line it points to."""
MISTAKES["sam21-hiera-t"] = MISTAKES["sam21-hiera-s"]
LEFT_TO_FILL_IN = {"SCH004", "SCH006", "PRI001"}
UNKNOWN_CLASSES = {("SCH004", "osaid: TODO"), ("SCH004", "mof: TODO")}
"""Found in every card: classes are claimed only in a README, which lint does not read."""


@pytest.mark.parametrize("source", sorted(UPSTREAM.glob("*.yaml")), ids=lambda path: path.stem)
def test_findings_of_a_real_card(source: Path, tmp_path: Path) -> None:
    card = tmp_path / "models" / source.stem / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text(import_card(source).text)
    reading = parse_card_file(card)
    assert reading.card is not None
    assert reading.card.id == source.stem
    lines = reading.text.splitlines()
    found = [(one.rule, lines[one.line - 1]) for one in lint(tmp_path) if one.rule != "DOC001"]
    for rule, text in MISTAKES[source.stem] | UNKNOWN_CLASSES:
        assert any(rule == by and text in line for by, line in found), (rule, text)
    more = {by for by, _ in found} - LEFT_TO_FILL_IN - {rule for rule, _ in MISTAKES[source.stem]}
    assert not more, "a reader would be buried"


def test_every_real_card_has_expected_findings() -> None:
    assert MISTAKES.keys() == {path.stem for path in UPSTREAM.glob("*.yaml")}


def test_licence_terms_in_prose_get_suggestions(imported: Import) -> None:
    source = SMALL.replace("unknown terms", "custom research-only license by the authors")
    root = imported("model.yaml", source).root
    fixes = [one.fix for one in lint(root, select=["LIC002"])]
    assert fixes == [
        "write CC-BY-4.0",
        *["write the SPDX id of the licence, or LicenseRef- and a name for custom terms"] * 2,
    ]


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/upstream-cards is not beside this repository")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*.yaml")), ids=lambda path: path.stem)
def test_real_card_is_imported_whole(path: Path, imported: Import) -> None:
    read: Imported = imported("model.yaml", path.read_text())
    said = " ".join(read.text.replace("#", " ").split())
    document = parse_yaml(path.read_text(), "model.yaml")
    for words in [*_texts(document.texts), *(words for _, words in document.comments)]:
        assert " ".join(words.replace("#", " ").split()) in said
    assert lint(read.root)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
