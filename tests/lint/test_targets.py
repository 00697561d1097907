"""Selection of cards: ids, paths from commit hooks, cards outside `models/`."""

from pathlib import Path

import pytest

from dtbase.system.errors import WrongUsage
from dtmodels.lint.engine import lint
from dtmodels.lint.targets import card_directories, repository_of


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    for name in ("models/a-model", "models/b-model", "incoming/c-model"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "card.yaml").write_text("- no card\n")
    return tmp_path


def names(root: Path, *requested: str) -> list[str]:
    return [directory.relative_to(root).as_posix() for directory in card_directories(root, requested)]


def test_no_name_selects_all_models(toy: Path) -> None:
    assert names(toy) == ["models/a-model", "models/b-model"]


def test_ids_and_paths_can_be_mixed_and_repeated(toy: Path) -> None:
    assert names(toy, "b-model", "models/a-model/card.yaml", "models/b-model/card.yaml") == [
        "models/a-model",
        "models/b-model",
    ]


def test_path_relative_to_the_current_directory(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy / "incoming")
    assert names(toy, "c-model/card.yaml") == ["incoming/c-model"]
    assert names(toy, str(toy / "models" / "a-model" / "card.yaml")) == ["models/a-model"]


def test_card_outside_models_is_linted(toy: Path) -> None:
    assert {(finding.rule, finding.path) for finding in lint(toy, ["incoming/c-model/card.yaml"])} == {
        ("SCH001", "incoming/c-model/card.yaml")
    }


@pytest.mark.parametrize(
    "name", ["models/z/card.yaml", "../card.yaml", "/etc/passwd", "models/a-model/README.md", "x.yaml"]
)
def test_path_that_is_no_card_is_wrong_usage(toy: Path, name: str) -> None:
    (toy.parent / "card.yaml").write_text("- no card\n")
    with pytest.raises(WrongUsage, match="no such card"):
        card_directories(toy, [name])


def test_repository_of_cards_elsewhere_is_the_directory_above_models(
    toy: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    here = tmp_path_factory.mktemp("here")
    inside, beside = toy / "models" / "a-model" / "card.yaml", toy / "incoming" / "c-model" / "card.yaml"
    assert repository_of(here, [str(inside)]) == toy
    assert repository_of(here, [str(beside)]) == toy / "incoming"
    assert repository_of(here, [str(inside), str(beside)]) == toy


def test_ids_and_cards_here_are_looked_up_here(toy: Path, tmp_path: Path) -> None:
    card = str(toy / "models" / "a-model" / "card.yaml")
    for names in ([], [card], ["a-model"], ["no-such/card.yaml"]):
        assert repository_of(toy, names) == toy
    assert repository_of(toy / "incoming", [card, "b-model"]) == toy / "incoming"


def test_card_of_another_name_is_told_its_name(toy: Path) -> None:
    (toy / "toy.yaml").write_text("- no card\n")
    with pytest.raises(WrongUsage) as wrong:
        card_directories(toy, [str(toy / "toy.yaml")])
    assert wrong.value.fix == "a card has the name card.yaml: copy it to models/<id>/card.yaml"


def card(model: str, base: str = "", licence: str = "MIT", digest: str = "") -> str:
    """Return a draft card, derived from a base model of the repository."""
    derived = f"base_model: {{name: {base}, license: {licence}, url: self}}\n" if base else ""
    weights = f"checkpoints: [{{name: weights, path: weights.onnx, sha256: {digest}, size: 4}}]\n" if digest else ""
    return f"""schema: 1
id: {model}
name: {model}
description: A model that stands for nothing
task: denoise
architecture: unet
version: "1.0"
status: draft
source: {{repository: self, authors: [A. Author]}}
license: {{weights: {licence}, code: MIT}}
use: {{scope: image denoising, inference: local, network: none, telemetry: none}}
convert: {{family: onnx}}
package: {{type: single}}
{derived}{weights}"""


def write_cards(root: Path, cards: dict[str, str]) -> None:
    for name, text in cards.items():
        (root / "models" / name).mkdir(parents=True)
        (root / "models" / name / "card.yaml").write_text(text)


def test_named_card_is_compared_with_the_others(tmp_path: Path) -> None:
    cycle = {"a-card": card("a-card", "b-card"), "b-card": card("b-card", "c-card"), "c-card": card("c-card", "a-card")}
    write_cards(tmp_path, {**cycle, "d-card": card("d-card")})
    for name in cycle:
        (finding,) = [one for one in lint(tmp_path, [name], select=["XRF"]) if "derived" in one.message]
        assert finding.message == "a-card is derived from itself, through b-card, c-card"
    assert lint(tmp_path, ["d-card"], select=["XRF"]) == []


def test_long_circle_of_base_models_is_one_finding(tmp_path: Path) -> None:
    names = [f"card-{number:03}" for number in range(200)]
    write_cards(tmp_path, {name: card(name, base) for name, base in zip(names, names[1:] + names[:1], strict=True)})
    (finding,) = lint(tmp_path, select=["XRF"])
    assert finding.message == "card-000 is derived from itself, through card-001, card-002, 196 more, card-199"


def test_named_card_reports_a_conflict_wherever_it_is_found(tmp_path: Path) -> None:
    digest = "0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdef0123456789abcdef"
    one, other = card("a-card", digest=digest), card("b-card", licence="Apache-2.0", digest=digest)
    write_cards(tmp_path, {"a-card": one, "b-card": other, "c-card": card("c-card")})
    for name in ("a-card", "b-card"):
        assert any("names the same file" in finding.message for finding in lint(tmp_path, [name], select=["XRF"]))
    assert lint(tmp_path, ["c-card"], select=["XRF"]) == []
