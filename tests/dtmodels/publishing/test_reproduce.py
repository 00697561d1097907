"""Comparison of a local build with a published release: same bytes, same weights, or different."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest

from dtbase.system.errors import Failure, NothingToDo
from dtmodels.publishing.reproduce import reproduce
from dtmodels.stages.package import write_archive
from tests.dtmodels.publishing.sample_collection import QUIET, Collection

Denoiser = Callable[..., onnx.ModelProto]


def build(collection: Collection, model: onnx.ModelProto, **config: Any) -> Path:
    """Build one package with a real graph."""
    directory = collection.build() / "denoise-one"
    (directory / "model.onnx").write_bytes(model.SerializeToString())
    values = {**json.loads((directory / "config.json").read_bytes()), **config}
    (directory / "config.json").write_text(json.dumps(values))
    entries = {name: directory / name for name in ("config.json", "model.onnx")}
    card = collection.root / "models/denoise-one/card.yaml"
    write_archive(directory / "denoise-one.dtmodel", "denoise-one", {**entries, "card.yaml": card})
    return collection.root / "built"


@pytest.fixture
def published(collection: Collection, make_denoiser: Denoiser) -> Collection:
    collection.tag("v1.0.0", {"denoise-one": "1.0"})
    github = collection.github()
    from dtmodels.publishing.assemble import assemble

    assemble(collection.root, build(collection, make_denoiser(offset=1.0)), collection.plan("v1.0.0"), github, QUIET)
    collection.publish("v1.0.0")
    return collection


def comparison(collection: Collection, built: Path) -> tuple[str, str]:
    (model,) = reproduce(built, "latest", collection.github(), QUIET)
    return model.sameness, model.detail


def test_identical_packages_need_no_download(published: Collection, make_denoiser: Denoiser) -> None:
    before = len(published.fake.requests("GET", "denoise-one.dtmodel"))
    assert comparison(published, build(published, make_denoiser(offset=1.0))) == ("same bytes", "")
    assert len(published.fake.requests("GET", "denoise-one.dtmodel")) == before


@pytest.mark.parametrize(
    ("offset", "sameness"), [(1.0 + 1e-6, "same numbers"), (1.0 + 1e-3, "different"), (float("nan"), "different")]
)
def test_weights_may_differ_within_the_cpu_tolerance(
    published: Collection, make_denoiser: Denoiser, offset: float, sameness: str
) -> None:
    result, detail = comparison(published, build(published, make_denoiser(offset=offset)))
    assert result == sameness
    assert "weights differ by" in detail


def test_other_graph_is_different(published: Collection, make_denoiser: Denoiser) -> None:
    model = make_denoiser(offset=1.0)
    model.graph.node[0].op_type = "Sub"
    assert comparison(published, build(published, model)) == ("different", "model.onnx: another graph")


def test_other_weight_shape_is_different(published: Collection, make_denoiser: Denoiser) -> None:
    model = make_denoiser(offset=1.0)
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(numpy.ones(2, numpy.float32), "offset"))
    assert comparison(published, build(published, model))[0] == "different"


def test_other_config_is_different(published: Collection, make_denoiser: Denoiser) -> None:
    built = build(published, make_denoiser(offset=1.0), name="another")
    assert comparison(published, built) == ("different", "config.json")


def test_other_version_is_not_compared(published: Collection, make_denoiser: Denoiser) -> None:
    published.add_model("denoise-one", version="1.1")
    built = build(published, make_denoiser(offset=2.0))
    with pytest.raises(NothingToDo):
        reproduce(built, "v1.0.0", published.github(), QUIET)


def test_no_built_model_is_nothing_to_do(published: Collection, tmp_path: Path) -> None:
    shutil.rmtree(published.root / "built")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToDo, match=r"none of the models of v1.0.0 was built here"):
        reproduce(tmp_path / "empty", "latest", published.github(), QUIET)


def test_published_package_with_another_digest_is_an_error(published: Collection, make_denoiser: Denoiser) -> None:
    asset = next(one for one in published.fake.state.releases[0].assets if one.name == "denoise-one.dtmodel")
    published.fake.state.blob(asset).write_bytes(b"tampered with")
    with pytest.raises(Failure, match="lists"):
        reproduce(build(published, make_denoiser(offset=1.1)), "latest", published.github(), QUIET)
