"""Models affected by a change, for each kind of file."""

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


def demo_images(card: Card, root: Path) -> tuple[str, ...]:
    """Return the images of a model's demo."""
    return tuple(merge_demos(card.demo, read_sample_set(root / "images" / card.task)).images)


def touched(root: Path, *paths: str) -> set[str]:
    return set(affected(paths, Catalogue.load(root)).models)


@pytest.fixture(scope="module")
def cards(root: Path) -> list[Card]:
    return [entry.card for entry in Catalogue.load(root).entries]


@pytest.fixture(scope="module")
def by_path(root: Path, cards: list[Card]) -> Callable[[str], set[str]]:
    """Look up the real models that a path affects; all paths are evaluated at once, for speed."""
    paths = [*NONE, *ALL, *SOME, *(f"models/{card.id}/{name}" for card in cards for name in ("README.md", *OWN))]
    paths += [f"images/{image}" for card in cards for image in demo_images(card, root)]
    models = affected(paths, Catalogue.load(root)).models

    def touches(path: str) -> set[str]:
        assert path in paths
        return {model_id for model_id, files in models.items() if path in files}

    return touches


@pytest.mark.parametrize("name", OWN)
def test_file_in_model_directory_affects_that_model(cards: list[Card], by_path: Touches, name: str) -> None:
    assert all(by_path(f"models/{card.id}/{name}") == {card.id} for card in cards)


@pytest.mark.parametrize("path", NONE)
def test_unrelated_file_affects_no_model(by_path: Touches, path: str) -> None:
    assert by_path(path) == set()


def test_model_page_affects_no_model(cards: list[Card], by_path: Touches) -> None:
    assert not any(by_path(f"models/{card.id}/README.md") for card in cards)


@pytest.mark.parametrize("path", ALL)
def test_shared_file_affects_all_models(cards: list[Card], by_path: Touches, path: str) -> None:
    assert by_path(path) == {card.id for card in cards}


def test_family_affects_its_models(cards: list[Card], by_path: Touches) -> None:
    affected_ids = by_path("tools/dtmodels/families/nafnet.py")
    assert affected_ids == {card.id for card in cards if card.convert.family == "nafnet"} != set()


def test_shared_family_code_affects_models_of_importing_families(
    root: Path, cards: list[Card], by_path: Touches
) -> None:
    """The test searches the text for imports, and does not use the code under test."""
    families = root / "tools/dtmodels/families"
    users = {path.stem for path in families.glob("*.py") if "_sam_layers import" in path.read_text()}
    while (
        more := {
            path.stem for path in families.glob("*.py") if any(f"{user} import" in path.read_text() for user in users)
        }
        - users
    ):
        users |= more
    affected_ids = by_path("tools/dtmodels/families/_sam_layers.py")
    assert affected_ids == {card.id for card in cards if card.convert.family in users}
    assert set() < affected_ids < {card.id for card in cards}


def test_task_affects_its_models(cards: list[Card], by_path: Touches) -> None:
    assert by_path("tools/dtmodels/tasks/mask.py") == {card.id for card in cards if card.task == "mask"} != set()


def test_proxied_module_affects_proxies_only(cards: list[Card], by_path: Touches) -> None:
    affected_ids = by_path("tools/dtproxies/modules/sharpen.py")
    assert affected_ids == {card.id for card in cards if card.convert.family == "proxy"} != set()


def test_demo_image_affects_models_that_use_it(root: Path, cards: list[Card], by_path: Touches) -> None:
    images_of = {card.id: demo_images(card, root) for card in cards}
    all_images = {image for images in images_of.values() for image in images}
    assert all_images
    for image in all_images:
        assert by_path(f"images/{image}") == {model_id for model_id, images in images_of.items() if image in images}


def test_task_sample_affects_models_that_name_no_images(add_model: Add, tmp_path: Path) -> None:
    card = add_model("denoise-named") / "card.yaml"
    card.write_text(card.read_text() + "demo:\n  images: [denoise/cat.png]\n")
    add_model("denoise-any")
    assert touched(tmp_path, "images/denoise/dog.png") == {"denoise-any"}
    assert touched(tmp_path, "images/denoise/cat.png") == {"denoise-any", "denoise-named"}


def test_licence_text_affects_models_of_this_repository(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-ours")
    card = add_model("denoise-theirs") / "card.yaml"
    card.write_text(card.read_text().replace("repository: self", "repository: https://www.darktable.org/code"))
    assert touched(tmp_path, "LICENSE") == {"denoise-ours"}


def test_deleted_and_broken_models_are_listed_but_not_built(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-toy")
    (add_model("denoise-broken") / "card.yaml").write_text("- no card\n")
    shutil.rmtree(add_model("denoise-gone"))
    change = affected(
        [f"models/denoise-{name}/card.yaml" for name in ("toy", "broken", "gone")], Catalogue.load(tmp_path)
    )
    assert set(change.models) == {"denoise-toy"}
    assert change.broken == ("denoise-broken",)
    assert change.gone == ("denoise-gone",)


def test_each_model_lists_the_files_that_affect_it(add_model: Add, tmp_path: Path) -> None:
    add_model("denoise-a")
    add_model("denoise-b")
    change = affected(["models/denoise-a/card.yaml", "constraints.txt", "README.md"], Catalogue.load(tmp_path))
    assert dict(change.models) == {
        "denoise-a": ("constraints.txt", "models/denoise-a/card.yaml"),
        "denoise-b": ("constraints.txt",),
    }


def test_workflows_affect_models_of_a_repository_without_tools(add_model: Add, tmp_path: Path) -> None:
    add_model()
    assert touched(tmp_path, "tools/dtmodels/stages/convert.py") == set()
    assert touched(tmp_path, ".github/workflows/models.yml") == {"denoise-toy"}


def test_all_top_level_paths_are_known(root: Path) -> None:
    """Enter a new top-level path here, and in `affected` if models are built from it."""
    known = {
        ".ci", ".git", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml",
        "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "Makefile", "README.md", "benchmarks",
        "constraints.txt", "docs", "images", "models", "pyproject.toml", "releases-index.json", "schema", "setup.py",
        "site", "tests", "tools",
    }  # fmt: skip
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert {path.partition("/")[0] for path in listed.splitlines()} <= known
