"""Commands that need both a proxy and darktable, called as on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from dtbase.system.errors import Failure, WrongUsage
from dtproxies.command.cli import commands
from dtproxies.darktable.find import VARIABLE, Darktable
from dtproxies.images.image import DIRECTORY
from dtproxies.proxy.definition import load_definition
from dtproxies.proxy.weights import store
from dtproxies.render.session import runner, session


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Write untrained weights."""
    definition = load_definition("exposure")
    store(tmp_path / "weights.safetensors", definition.network(), definition.module, darktable="5.4.1", seed=1)
    return tmp_path / "weights.safetensors"


def call(*arguments: object) -> str:
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments], standalone_mode=False)
    if result.exception:
        raise result.exception
    return f"{result.return_value or 0}\n{result.output}"


def test_runner_requires_exactly_one_file(weights: Path) -> None:
    for files in ((None, None), (weights, weights)):
        with pytest.raises(WrongUsage, match="exactly one file of the proxy"):
            runner(load_definition("exposure"), *files)


def test_other_file_is_rejected_as_a_graph(weights: Path) -> None:
    with pytest.raises(Failure, match="ONNX Runtime cannot load the graph"):
        runner(load_definition("exposure"), None, weights)


def test_unknown_module_suggests_a_similar_name(root: Path) -> None:
    with pytest.raises(WrongUsage, match="did you mean sharpen"), session("sharpn", root / DIRECTORY, "fit", side=32):
        pass


def test_missing_darktable_names_the_install_command(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(Failure, match="dtproxies doctor --install"):
        call("train", "exposure", "--out", tmp_path, "--images", root / DIRECTORY)


@pytest.mark.slow
@pytest.mark.darktable
def test_train_writes_weights_that_pass_evaluate(darktable: Darktable, root: Path, tmp_path: Path) -> None:
    images = ("--images", root / DIRECTORY)
    output = call("train", "exposure", "--out", tmp_path, *images)
    assert "rate 0.693147" in output
    weights = tmp_path / "weights.safetensors"
    evaluated = call("evaluate", "exposure", "--weights", weights, "--pairs", 8, "--at-least", 90, "--json", *images)
    code, _, text = evaluated.partition("\n")
    assert code == "0"
    assert json.loads(text[text.index("{") : text.rindex("}") + 1])["proxy"]["display_psnr"]["mean"] > 90


@pytest.mark.darktable
def test_evaluate_fails_below_the_required_psnr(darktable: Darktable, root: Path, weights: Path) -> None:
    output = call(
        *("evaluate", "exposure", "--weights", weights, "--pairs", 4, "--at-least", 90, "--images", root / DIRECTORY)
    )
    assert output.startswith("1\n")


@pytest.mark.darktable
def test_golden_and_draw_write_their_files(darktable: Darktable, root: Path, tmp_path: Path, weights: Path) -> None:
    images = ("--images", root / DIRECTORY)
    call("golden", "sharpen", "--out", tmp_path / "golden.safetensors", *images)
    assert 500_000 < (tmp_path / "golden.safetensors").stat().st_size < 1_000_000
    call("draw", "exposure", "--weights", weights, "--out", tmp_path / "sheet.png", *images)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1000
        assert sheet.height > 1000
