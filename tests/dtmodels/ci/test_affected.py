"""Which models a change touches: each kind of file, by its own path."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dtmodels.card.catalogue import Catalogue
from dtmodels.card.demo_samples import merge_demos, read_sample_set
from dtmodels.card.model import Card
from dtmodels.ci.affected import affected

Add = Callable[..., Path]
Touches = Callable[[str], set[str]]
OWN = ("card.yaml", "convert.py", "weights.safetensors", "golden.json", "LICENSE")
NONE = (
    "README.md",
    "CHANGELOG.md",
    "docs/collection.md",
    "tests/dtmodels/command/test_cli.py",
    "benchmarks/validate_agreement.py",
    "releases-index.json",
    "images/proxy/SOURCES.md",
    ".github/ISSUE_TEMPLATE/model.yml",
    ".github/CODEOWNERS",
    "tools/dtmodels/lint/engine.py",
    "tools/dtmodels/stages/release.py",
    "tools/dtmodels/command/cli.py",
    "tools/dtproxies/training/lbfgs.py",
    "models/README.md",
)
ALL = (
    "tools/dtmodels/stages/convert.py",
    "tools/dtmodels/stages/_inspect_package.py",
    "tools/dtmodels/graph/normalise.py",
    "tools/dtmodels/graph/_worker.py",
    "tools/dtmodels/package/config_writer.py",
    "tools/dtbase/system/files.py",
    "schema/card-v1.schema.json",
    "constraints.txt",
    "pyproject.toml",
    ".ci/install-python",
    ".github/workflows/reusable-build.yml",
    ".github/actions/setup/action.yml",
)
SOME = (
    "tools/dtmodels/families/nafnet.py",
    "tools/dtmodels/families/_sam_layers.py",
    "tools/dtmodels/tasks/mask.py",
    "tools/dtproxies/modules/sharpen.py",
)


def shown_by(card: Card, root: Path) -> tuple[str, ...]:
    """The images of a model's demo."""
    return tuple(merge_demos(card.demo, read_sample_set(root / "images" / card.task)).images)


def touched(root: Path, *paths: str) -> set[str]:
    return set(affected(paths, Catalogue.load(root)).models)


@pytest.fixture(scope="module")
def cards(root: Path) -> list[Card]:
    return [entry.card for entry in Catalogue.load(root).entries]


@pytest.fixture(scope="module")
def by_path(root: Path, cards: list[Card]) -> Callable[[str], set[str]]:
    """The real models a path touches; all paths are asked about at once, for speed."""
    paths = [*NONE, *ALL, *SOME, *(f"models/{card.id}/{name}" for card in cards for name in ("README.md", *OWN))]
    paths += [f"images/{image}" for card in cards for image in shown_by(card, root)]
    models = affected(paths, Catalogue.load(root)).models

    def touches(path: str) -> set[str]:
        assert path in paths
        return {model_id for model_id, files in models.items() if path in files}

    return touches


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_a_models_directory_touches_that_model(cards: list[Card], by_path: Touches, name: str) -> None:
    assert all(by_path(f"models/{card.id}/{name}") == {card.id} for card in cards)


@pytest.mark.parametrize("path", NONE)
def test_what_no_model_is_built_from_touches_none(by_path: Touches, path: str) -> None:
    assert by_path(path) == set()


def test_the_page_of_a_model_touches_nothing(cards: list[Card], by_path: Touches) -> None:
    assert not any(by_path(f"models/{card.id}/README.md") for card in cards)


@pytest.mark.parametrize("path", ALL)
def test_what_every_model_is_built_with_touches_all(cards: list[Card], by_path: Touches, path: str) -> None:
    assert by_path(path) == {card.id for card in cards}


def test_a_family_touches_its_models(cards: list[Card], by_path: Touches) -> None:
    found = by_path("tools/dtmodels/families/nafnet.py")
    assert found == {card.id for card in cards if card.convert.family == "nafnet"} != set()


def test_what_families_share_touches_those_that_import_it(root: Path, cards: list[Card], by_path: Touches) -> None:
    """Who imports it is read from the files by their words, not by the code under test."""
    families = root / "tools/dtmodels/families"
    users = {path.stem for path in families.glob("*.py") if "_sam_layers import" in path.read_text()}
    while (
        more := {
            path.stem for path in families.glob("*.py") if any(f"{user} import" in path.read_text() for user in users)
        }
        - users
    ):
        users |= more
    found = by_path("tools/dtmodels/families/_sam_layers.py")
    assert found == {card.id for card in cards if card.convert.family in users}
    assert set() < found < {card.id for card in cards}


def test_a_task_touches_its_models(cards: list[Card], by_path: Touches) -> None:
    assert by_path("tools/dtmodels/tasks/mask.py") == {card.id for card in cards if card.task == "mask"} != set()


def test_a_proxied_module_touches_proxies_only(cards: list[Card], by_path: Touches) -> None:
    found = by_path("tools/dtproxies/modules/sharpen.py")
    assert found == {card.id for card in cards if card.convert.family == "proxy"} != set()


def test_a_demo_image_touches_the_models_that_show_it(root: Path, cards: list[Card], by_path: Touches) -> None:
    images = {card.id: shown_by(card, root) for card in cards}
    shown = {image for named in images.values() for image in named}
    assert shown
    for image in shown:
        assert by_path(f"images/{image}") == {model_id for model_id, named in images.items() if image in named}


def test_a_sample_of_a_task_touches_models_that_name_no_images(add_model: Add, tmp_path: Path) -> None:
    card = add_model("denoise-named") / "card.yaml"
    card.write_text(card.read_text() + "demo:\n  images: [denoise/cat.png]\n")
    add_model("denoise-any")
    assert touched(tmp_path, "images/denoise/dog.png") == {"denoise-any"}
    assert touched(tmp_path, "images/denoise/cat.png") == {"denoise-any", "denoise-named"}


def test_the_licence_text_touches_models_made_here(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-ours")
    card = add_model("denoise-theirs") / "card.yaml"
    card.write_text(card.read_text().replace("repository: self", "repository: https://www.darktable.org/code"))
    assert touched(tmp_path, "LICENSE") == {"denoise-ours"}


def test_models_that_are_gone_or_broken_are_named_and_not_built(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (add_model("denoise-broken") / "card.yaml").write_text("- no card\n")
    shutil.rmtree(add_model("denoise-gone"))
    found = affected(
        [f"models/denoise-{name}/card.yaml" for name in ("toy", "broken", "gone")], Catalogue.load(tmp_path)
    )
    assert set(found.models) == {"denoise-toy"}
    assert found.broken == ("denoise-broken",)
    assert found.gone == ("denoise-gone",)


def test_each_model_is_told_which_files_touched_it(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-a")
    add_model("denoise-b")
    found = affected(["models/denoise-a/card.yaml", "constraints.txt", "README.md"], Catalogue.load(tmp_path))
    assert dict(found.models) == {
        "denoise-a": ("constraints.txt", "models/denoise-a/card.yaml"),
        "denoise-b": ("constraints.txt",),
    }


def test_a_repository_without_tools_of_its_own_is_touched_by_its_workflows(add_model: Add, tmp_path: Path) -> None:
    add_model()
    assert touched(tmp_path, "tools/dtmodels/stages/convert.py") == set()
    assert touched(tmp_path, ".github/workflows/models.yml") == {"denoise-toy"}


def test_everything_in_the_repository_that_is_not_listed_above_was_thought_of(root: Path) -> None:
    """A new directory at the top has to be entered here, and in `affected` when models are built from it."""
    known = {
        ".ci", ".git", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml",
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md", "benchmarks",
        "constraints.txt", "docs", "images", "models", "pyproject.toml", "releases-index.json", "schema", "setup.py",
        "tests", "tools",
    }  # fmt: skip
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert {path.partition("/")[0] for path in listed.splitlines()} <= known
