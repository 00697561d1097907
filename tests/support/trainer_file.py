"""A checkpoint of PyTorch Lightning with settings of omegaconf: classes of both are pickled beside the weights."""

from __future__ import annotations

import collections
import contextlib
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

SETTINGS = (
    "omegaconf.dictconfig.DictConfig",
    "omegaconf.listconfig.ListConfig",
    "omegaconf.nodes.AnyNode",
    "omegaconf.base.Metadata",
    "omegaconf.base.ContainerMetadata",
)
CALLBACK = "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint"


def write_trainer_file(path: Path, state: Mapping[str, Tensor]) -> Path:
    """Write weights and settings, whose classes are not installed, with the classes that the file of Big LaMa has."""
    mapping, listing, node, metadata, container = (_foreign_class(name) for name in SETTINGS)
    callback = _foreign_class(CALLBACK)
    kinds = {
        "ref_type": typing.Any,
        "object_type": dict,
        "key_type": typing.Any,
        "flags": collections.defaultdict(list),
    }
    value = _instance(node, _metadata=_instance(metadata, ref_type=int, object_type=list), _val="ffc_resnet")
    steps = _instance(listing, _metadata=_instance(container, **kinds), _content=[value])
    content = {
        "epoch": 39,
        "state_dict": dict(state),
        "callbacks": {callback: {"best_model_path": "/data/best.ckpt", "best_model_score": torch.tensor(0.1)}},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(2, 2)}}, "param_groups": [{"lr": 1e-3}]}],
        "hyper_parameters": _instance(mapping, _metadata=_instance(container, **kinds), _content={"steps": steps}),
    }
    with _importable([mapping, listing, node, metadata, container, callback]):
        torch.save(content, path)
    return path


def _foreign_class(name: str) -> type:
    """Create a class whose `__module__` is that of another package."""
    module, _, last = name.rpartition(".")
    return type(last, (), {"__module__": module})


def _instance(kind: type, **fields: Any) -> object:
    made: object = kind()
    made.__dict__.update(fields)
    return made


@contextlib.contextmanager
def _importable(classes: list[type]) -> Iterator[None]:
    """Make the classes importable while pickle writes them."""
    added = []
    for one in classes:
        parts = one.__module__.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if name not in sys.modules:
                sys.modules[name] = types.ModuleType(name)
                added.append(name)
        setattr(sys.modules[one.__module__], one.__name__, one)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]
