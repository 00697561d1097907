"""import: a card contains the facts of a model.yaml, and lint reports the missing ones."""

from pathlib import Path

import pytest

from dtbase.system.errors import Failure, WrongUsage
from dtmodels.card.reader import CardReading, parse_card_file
from dtmodels.lint.engine import lint
from dtmodels.stages.import_card import import_card

UPSTREAM = Path(__file__).parent / "upstream"
SMALL = """id: toy-model
name: "toy"
task: denoise
version: 1.10
arch: unet
type: single
dep_group: toys
attributes: {on: true, sizes: [1, 2]}
model_card:
  author: "A. Author"
  source: "https://github.com/owner/network"
  paper: "https://arxiv.org/abs/2204.04676"
  license: "GPL-3.0"
  training_data: "Faces - one; Places - two"
  training_data_license: "Faces: CC BY 4.0; Places, Rooms: unknown terms"
  notes: "Faces was scraped"
checkpoints:
  - {url: "https://drive.google.com/file/d/1/view", path: temp/Net_1 (final).pth}
  - not a mapping
"""


def imported(tmp_path: Path, source: str) -> CardReading:
    (tmp_path / "model.yaml").write_text(source)
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True, exist_ok=True)
    card.write_text(import_card(tmp_path / "model.yaml"))
    return parse_card_file(card)


def rules(root: Path) -> set[str]:
    return {finding.rule for finding in lint(root)}


def test_stated_facts_are_converted(tmp_path: Path) -> None:
    card = imported(tmp_path, SMALL).card
    assert card is not None
    assert (card.id, card.version, card.architecture, card.status) == ("toy-model", "1.10", "unet", "draft")
    assert card.license.weights == "GPL-3.0"
    assert card.source.authors == ("A. Author",)
    assert card.package.attributes == {"on": True, "sizes": [1, 2]}
    assert [(data.name, data.license) for data in card.training.datasets] == [
        ("Faces", "CC BY 4.0"),
        ("Places", "unknown terms"),
        ("Rooms", "unknown terms"),
    ]
    assert [(one.text, one.datasets) for one in card.limitations] == [("Faces was scraped", ("Faces",))]
    assert [checkpoint.name for checkpoint in card.checkpoints] == ["net_1-final", "weights-2"]
    assert "# dep_group: toys" in imported(tmp_path, SMALL).text


def test_unstated_facts_get_the_worst_value(tmp_path: Path) -> None:
    card = imported(tmp_path, SMALL).card
    assert card is not None
    assert card.license.code == card.publication.kind == "TODO"  # type: ignore[union-attr]
    assert set(card.checkpoints[0].sha256 or "") == {"0"}
    assert card.openness is not None
    assert card.openness.osaid == card.openness.mof == "TODO"  # type: ignore[comparison-overlap]
    assert {data.consent for data in card.training.datasets} == {"unknown"}


def test_empty_card_becomes_placeholders_and_findings(tmp_path: Path) -> None:
    reading = imported(tmp_path, "id: toy-model\n")
    assert reading.root is not None
    assert rules(tmp_path) >= {"SCH004", "SCH006"}


@pytest.mark.parametrize(
    "value",
    ["[1, 2]", "{a: b}", "null", "''", "1e999", "'a # b: c'", '"x\\ny"', "'- x'", "'\u00e9 \u4e2d'", "NO", "010"],
)
def test_card_is_readable_for_any_value(tmp_path: Path, value: str) -> None:
    source = SMALL.replace('"toy"', value).replace('"A. Author"', value).replace("toys", value).replace("true", value)
    assert imported(tmp_path, source).root is not None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("schema: 1\nid: x\n", "already a card of this repository"),
        ("a: 1\n", "neither an id nor a model_card"),
        ("- a\n", "neither an id nor a model_card"),
        ("", "neither an id nor a model_card"),
        ("a: &x 1\nb: *x\n", "anchor"),
        ("a: [", "not valid YAML"),
        ("a: 1\na: 2\n", "set twice"),
    ],
)
def test_other_files_are_rejected(tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(Failure, match=message):
        imported(tmp_path, source)


def test_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no such file"):
        import_card(tmp_path / "model.yaml")


MISTAKES = {
    "nafnet-sidd": {
        ("REP003", "drive.google.com"),
        ("REP001", "sha256"),
        ("DAT007", "license: MIT"),  # no review has found such a licence of SIDD
        ("LIM001", "limitations"),  # praise where a limitation belongs
        ("COD001", "training"),
        ("DAT004", "SIDD"),
    },
    "nind-unet": {
        ("LIC007", "GPL-3.0"),  # -only or -or-later?
        ("LIC002", "CC BY 4.0 / CC0 (per-image"),
        ("REP002", "/raw/master/"),
        ("REP001", "sha256"),
    },
    "raw-nind": {
        ("LIC007", "GPL-3.0"),
        ("LIC002", "CC BY 4.0 / CC0 (per-image"),
        ("REP003", "1xgHafgqRC8ZEGbbXtduSlx9WunD0mgS_"),
        ("REP003", "1kH8tK4RN_edak3r_VIAhCzPa6CNsuTYC"),
        ("REP001", "sha256"),
        ("LIM001", "limitations"),
        ("COD001", "training"),
        ("DAT004", "RawNIND"),
    },
    "sam21-hiera-s": {
        ("LIC002", "CC BY 4.0"),
        ("LIC002", "custom Meta research-only license"),
        ("DAT004", "SA-1B"),  # disclosed, but not accepted
        ("DAT004", "SA-V"),
        ("REP001", "sha256"),
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
        ("REP001", "sha256"),
        ("COD001", "training"),
    },
}
"""Findings for darktable-ai's cards: the rule, and text of the line it points to."""
MISTAKES["sam21-hiera-t"] = MISTAKES["sam21-hiera-s"]
LEFT_TO_FILL_IN = {"SCH004", "SCH006"}
UNKNOWN_CLASSES = {("SCH004", "osaid: TODO"), ("SCH004", "mof: TODO")}
"""Found in every card: classes are claimed only in a README, which lint does not read."""


@pytest.mark.parametrize("source", sorted(UPSTREAM.glob("*.yaml")), ids=lambda path: path.stem)
def test_findings_of_a_real_card(source: Path, tmp_path: Path) -> None:
    card = tmp_path / "models" / source.stem / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text(import_card(source))
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


def test_licence_terms_in_prose_get_suggestions(tmp_path: Path) -> None:
    imported(tmp_path, SMALL.replace("unknown terms", "custom research-only license by the authors"))
    fixes = [one.fix for one in lint(tmp_path, select=["LIC002"])]
    assert fixes == [
        "write CC-BY-4.0",
        *["write the SPDX id of the licence, or LicenseRef- and a name for custom terms"] * 2,
    ]
