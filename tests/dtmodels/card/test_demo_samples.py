"""Sample sets of the repository: each task with a demo has one, and every image is free and attributed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from PIL import Image

from dtbase.system.discovery import load_plugin, plugin_names
from dtbase.system.errors import Failure
from dtbase.system.files import sha256
from dtmodels import tasks
from dtmodels.card.catalogue import Catalogue
from dtmodels.card.demo_samples import DEMO_FILE, IMAGE_SUFFIXES, merge_demos, read_sample_set
from dtmodels.card.model import Demo, Prompt

FREE_LICENCES = {"CC0-1.0", "public domain"}


def test_every_model_of_a_task_with_a_demo_has_images(root: Path) -> None:
    with_demo = [name for name in plugin_names(tasks) if hasattr(load_plugin(tasks, name), "demo")]
    assert len(with_demo) >= 7
    for entry in Catalogue.load(root).entries:
        if entry.card.task in with_demo:
            demo = merge_demos(entry.card.demo, read_sample_set(root / "images" / entry.card.task))
            assert demo.images
            assert set(demo.prompts) <= set(demo.images)
            assert all((root / "images" / name).is_file() for name in demo.images)


def test_every_image_is_free_attributed_and_has_the_recorded_digest(root: Path) -> None:
    directories = [path.parent for path in (root / "images").glob("*/sources.json")]
    images = {path for path in (root / "images").rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES}
    assert {path.parent for path in images} == set(directories)
    for directory in directories:
        entries = {entry["file"]: entry for entry in json.loads((directory / "sources.json").read_text())["images"]}
        assert set(entries) == {path.name for path in images if path.parent == directory}
        table = (directory / "SOURCES.md").read_text()
        for name, entry in entries.items():
            assert entry["license"] in FREE_LICENCES
            assert entry["origin"].startswith("https://")
            assert sha256(directory / name) == entry["sha256"]
            row = next(line for line in table.splitlines() if f"`{name}`" in line)
            assert all(entry[key] in row for key in ("author", "license", "use", "title"))
            with Image.open(directory / name) as image:
                image.verify()
    assert sum(path.stat().st_size for path in images) < 3_000_000


def test_sample_sets_are_plain_yaml_with_one_section(root: Path) -> None:
    paths = list((root / "images").glob(f"*/{DEMO_FILE}"))
    assert len(paths) >= 6
    for path in paths:
        assert set(yaml.safe_load(path.read_text())) == {"demo"}


def test_card_overrides_the_sample_set_by_field_and_by_image() -> None:
    point, box = (Prompt(points=((0.5, 0.5),)),), (Prompt(box=(0.0, 0.0, 1.0, 1.0)),)
    default = Demo(images=("a.png", "b.png"), prompts={"a.png": point, "b.png": point}, electrons=100)
    assert merge_demos(Demo(), default) == default
    merged = merge_demos(Demo(prompts={"b.png": box}, electrons=50), default)
    assert merged == Demo(images=("a.png", "b.png"), prompts={"a.png": point, "b.png": box}, electrons=50)


def test_directory_without_a_sample_set_gives_an_empty_demo(tmp_path: Path) -> None:
    assert read_sample_set(tmp_path) == Demo()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no demo section"),
        ("- a\n", "has no demo section"),
        ("images: [a.png]\n", "demo is missing|'images' is not a field"),
        ("demo: {images: [a.png]}\ndemo: {}\n", "demo"),
        ("demo: {images: [a.png\n", "is not closed"),
    ],
)
def test_malformed_sample_set_is_rejected(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / DEMO_FILE).write_text(text)
    with pytest.raises(Failure, match=message) as exc:
        read_sample_set(tmp_path)
    assert exc.value.where.startswith(str(tmp_path / DEMO_FILE))
    assert exc.value.fix
