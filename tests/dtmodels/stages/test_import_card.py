"""import: what a model.yaml says arrives; what it does not say is for lint to find."""

from pathlib import Path

import pytest

from dtbase.errors import Failure, WrongUsage
from dtmodels.card_reader import Reading, read
from dtmodels.lint.engine import lint
from dtmodels.stages.import_card import import_card

UPSTREAM = Path(__file__).resolve().parents[4] / "shared" / "data" / "upstream-cards"
CARDS = sorted(UPSTREAM.glob("*.yaml"))
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


def imported(tmp_path: Path, source: str) -> Reading:
    (tmp_path / "model.yaml").write_text(source)
    card = tmp_path / "models" / "toy-model" / "card.yaml"
    card.parent.mkdir(parents=True, exist_ok=True)
    card.write_text(import_card(tmp_path / "model.yaml"))
    return read(card)


def rules(root: Path) -> set[str]:
    return {finding.rule for finding in lint(root)}


def test_what_is_said_arrives(tmp_path: Path) -> None:
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


def test_nothing_is_guessed(tmp_path: Path) -> None:
    card = imported(tmp_path, SMALL).card
    assert card is not None
    assert card.license.code == card.publication.kind == "TODO"  # type: ignore[union-attr]
    assert set(card.checkpoints[0].sha256 or "") == {"0"}
    assert card.openness is None
    assert {data.consent for data in card.training.datasets} == {"unknown"}


def test_a_card_that_says_nothing_becomes_placeholders_and_findings(tmp_path: Path) -> None:
    reading = imported(tmp_path, "id: toy-model\n")
    assert reading.root is not None
    assert rules(tmp_path) >= {"SCH004", "SCH006"}


@pytest.mark.parametrize(
    "value",
    ["[1, 2]", "{a: b}", "null", "''", "1e999", "'a # b: c'", '"x\\ny"', "'- x'", "'\u00e9 \u4e2d'", "NO", "010"],
)
def test_any_value_leads_to_a_card_that_can_be_read(tmp_path: Path, value: str) -> None:
    source = SMALL.replace('"toy"', value).replace('"A. Author"', value).replace("toys", value).replace("true", value)
    assert imported(tmp_path, source).root is not None


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("schema: 1\nid: x\n", "card of this format already"),
        ("a: 1\n", "neither an id nor a model_card"),
        ("- a\n", "neither an id nor a model_card"),
        ("", "neither an id nor a model_card"),
        ("a: &x 1\nb: *x\n", "anchor"),
        ("a: [", "not valid YAML"),
        ("a: 1\na: 2\n", "set twice"),
    ],
)
def test_what_is_no_such_card_is_refused(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(Failure, match=said):
        imported(tmp_path, source)


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no such file"):
        import_card(tmp_path / "model.yaml")


@pytest.mark.skipif(not CARDS, reason="the upstream cards are not beside this repository")
@pytest.mark.parametrize("source", CARDS, ids=lambda path: path.stem)
def test_a_real_card_arrives_and_is_found_wanting(source: Path, tmp_path: Path) -> None:
    card = tmp_path / "models" / source.stem / "card.yaml"
    card.parent.mkdir(parents=True)
    card.write_text(import_card(source))
    reading = read(card)
    assert reading.card is not None
    assert reading.card.id == source.stem
    found = lint(tmp_path)
    text = source.read_text()
    named = {finding.rule for finding in found}
    assert {"REP001", "SCH006"} <= named
    assert ("REP003" in named) == ("drive.google.com" in text)
    assert ("LIC007" in named) == ('license: "GPL-3.0"' in text)
    assert ("LIC002" in named) == ("CC BY" in text or "no explicit" in text)
    assert ("REP002" in named) == ("/raw/master/" in text)
    assert len(found) < 40, "a reader would be buried"
