from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dtbase.terminal.console import Console
from dtmodels.build.workspace import Workspace
from dtmodels.card.catalogue import Catalogue
from dtmodels.graph.runtime import Runtime
from dtmodels.stages.demo import SHEET, demo
from tests.support.demo_models import NAME, write_test_image

RunDemo = Callable[..., dict[str, np.ndarray]]


@pytest.fixture
def repository(tmp_path: Path, add_model: Callable[..., Path]) -> Path:
    """A model repository with one model, not converted, and one sample image."""
    add_model("toy", status="draft")
    write_test_image(tmp_path / "images" / NAME, 90, 120)
    return tmp_path


@pytest.fixture
def run_demo(repository: Path, runtime: Runtime) -> RunDemo:
    """Run the demo on the card's samples or on these images; returns the written images by name."""

    def run(*images: Path) -> dict[str, np.ndarray]:
        entry = Catalogue.load(repository).get("toy")
        outputs = demo(entry, Workspace(repository), Console(quiet=True), images, runtime=runtime)
        assert outputs[0].name == SHEET
        return {path.stem: np.asarray(Image.open(path)) for path in outputs}

    return run
