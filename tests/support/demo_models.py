"""Converted models for demos: graphs without weights, their card and sample set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper
from PIL import Image

from dtmodels.build.workspace import Workspace

MakeGraph = Callable[..., onnx.ModelProto]
NAME = "photographs/lamp.png"
"""Sample image of the model repository."""


def write_test_image(path: Path, height: int, width: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([60 + x * 120 // width, 80 + y * 100 // height, np.where((x - y) % 16 < 8, 90, 140)], axis=-1)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def put(root: Path, task: str, graphs: dict[str, onnx.ModelProto], demo: str = "", **config: Any) -> None:
    """Write a converted model: its task in the card, its directory, and the sample set."""
    card = root / "models/toy/card.yaml"
    card.write_text(card.read_text().replace("task: denoise", f"task: {task}"))
    directory = Workspace(root).model("toy")
    directory.mkdir(parents=True)
    values = {"id": "toy", "name": "toy", "task": task, "version": "1.0", "backend": "onnx", "arch": "sam2", **config}
    (directory / "config.json").write_text(json.dumps(values))
    for name, model in graphs.items():
        (directory / name).write_bytes(model.SerializeToString())
    samples(root, task, demo or f"images: [{NAME}]")


def samples(root: Path, task: str, text: str) -> None:
    path = root / "images" / task / "demo.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("demo:\n" + "".join(f"  {line}\n" for line in text.splitlines()))


def tiles(make_graph: MakeGraph, side: int, channels: int = 3, scale: int = 1, kind: str = "Identity") -> Any:
    """A graph that upscales its input by repeating pixels."""
    shapes = {"input": (1, channels, side, side)}, {"output": (1, 3, side * scale, side * scale)}
    constants = {"roi": np.array([], np.float32), "scales": np.array([1, 1, scale, scale], np.float32)}
    picked = [helper.make_node("Gather", ["input", "rgb"], ["picked"], axis=1)] if channels == 4 else []
    source = "picked" if picked else "input"
    node = helper.make_node("Resize", [source, "roi", "scales"], ["output"], mode="nearest")
    plain = helper.make_node(kind, [source], ["output"])
    return make_graph(
        *shapes, [*picked, node if scale > 1 else plain], constants={**constants, "rgb": np.array([0, 1, 3])}
    )
