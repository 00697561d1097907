"""A draft card of a proxy states what the module, the recipe and the weights state."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dtbase.system.errors import Failure, WrongUsage
from dtbase.terminal.console import Console
from dtmodels.card.reader import read_card
from dtmodels.families.proxy import card_facts
from dtmodels.lint.engine import lint
from dtmodels.stages.new import new
from dtproxies.proxy.weight_files import modules_with_weights

ROOT = Path(__file__).resolve().parents[3]
FACTS = ("id", "name", "task", "source", "publication", "license", "checkpoints", "convert", "package", "demo")
"""Fields that are equal in a generated and the committed card; the other fields contain free text."""


@pytest.fixture
def console() -> Console:
    return Console(out=io.StringIO(), remarks=io.StringIO())


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the shared files that proxy cards name, without models."""
    shutil.copytree(ROOT / "images/proxy", tmp_path / "images/proxy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tools/dtproxies", tmp_path / "tools/dtproxies", ignore=ignored)
    (tmp_path / "models").mkdir()
    return tmp_path


def proxy_of(module: str) -> str:
    """The id of a module's proxy."""
    return f"proxy-{module}"


def trained_proxy(root: Path, module: str) -> Path:
    directory = root / "models" / proxy_of(module)
    shutil.copytree(ROOT / "models" / directory.name, directory, ignore=shutil.ignore_patterns("card.yaml"))
    return directory


def facts_of(card: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a card that contain no free text."""
    sets = [{key: value for key, value in data.items() if key != "provenance"} for data in card["training"]["datasets"]]
    return {
        **{name: card[name] for name in FACTS if name in card},
        "code": card["training"]["code"],
        "datasets": sets,
        "openness": card["openness"],
    }


@pytest.mark.parametrize("module", ["exposure", "demosaic"])
def test_draft_of_a_trained_proxy_equals_the_committed_card(repository: Path, console: Console, module: str) -> None:
    directory = trained_proxy(repository, module)
    path = new(repository, directory.name, "proxy", console)
    draft, committed = (yaml.safe_load(file.read_text()) for file in (path, ROOT / path.relative_to(repository)))
    assert facts_of(draft) == facts_of(committed)
    assert read_card(path).status == "draft"
    assert {finding.rule for finding in lint(repository) if finding.severity != "info"} == {"SCH006"}
    assert [limitation["text"][:4] for limitation in draft["limitations"][:2]] == ["TODO", "TODO"]
    assert path.read_text().count("TODO") == 2


@pytest.mark.parametrize("module", modules_with_weights(ROOT / "models"))
def test_facts_of_every_proxy_equal_its_card(module: str) -> None:
    directory = ROOT / "models" / proxy_of(module)
    committed = yaml.safe_load((directory / "card.yaml").read_text())
    generated = {"id": directory.name, "task": "proxy", **card_facts(directory.name, directory)}
    assert facts_of(generated) == facts_of(committed)


def test_draft_without_weights_claims_nothing_about_them(repository: Path, console: Console) -> None:
    path = new(repository, proxy_of("exposure"), "proxy", console)
    card = yaml.safe_load(path.read_text())
    assert card["checkpoints"] == [{"name": "weights", "file": "weights.safetensors"}]
    assert (card["openness"]["osaid"], card["openness"]["mof"]) == ("none", "none")
    assert "parameters" not in card["openness"]["components"]
    assert card["training"]["datasets"][2]["provenance"].startswith("TODO")


def test_directory_with_a_card_is_rejected(repository: Path, console: Console) -> None:
    directory = trained_proxy(repository, "exposure")
    (directory / "card.yaml").write_text("mine")
    with pytest.raises(WrongUsage, match="already"):
        new(repository, directory.name, "proxy", console)
    assert (directory / "card.yaml").read_text() == "mine"


def test_unknown_module_is_rejected(repository: Path, console: Console) -> None:
    with pytest.raises(WrongUsage, match="did you mean exposure"):
        new(repository, proxy_of("exposur"), "proxy", console)
    assert list((repository / "models").iterdir()) == []


def test_weights_of_another_module_are_rejected(repository: Path, console: Console) -> None:
    other = repository / "models" / proxy_of("velvia")
    trained_proxy(repository, "exposure").rename(other)
    with pytest.raises(Failure, match="exposure"):
        new(repository, other.name, "proxy", console)
    assert not (other / "card.yaml").exists()
