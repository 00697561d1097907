"""Any segment of an edit, run on the pixels that darktable itself had there, ends in the same image."""

import os
import signal
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dtbase.system.errors import Failure
from dtproxies.darktable.edit import Edit, Entry
from dtproxies.darktable.edit_session import EditSession, PipePixels
from dtproxies.darktable.export import export
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.introspection import orders
from dtproxies.darktable.layout import ModuleLayout
from dtproxies.darktable.sidecar_writer import edit_sidecar
from dtproxies.images import dng

pytestmark = pytest.mark.darktable

HEIGHT, WIDTH = 96, 128
HALF = struct.pack("<IiIff", 1, 4, 0x18, 0, 50) + bytes(400)
"""Blending parameters: uniform, normal, 50 %."""

EditOf = Callable[..., Edit]


@pytest.fixture(scope="module")
def photograph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(5)
    blocks = np.kron(rng.uniform(700, 9000, (HEIGHT // 8, WIDTH // 8)), np.ones((8, 8)))
    path = tmp_path_factory.mktemp("raw") / "photo.dng"
    dng.write_dng(path, (blocks + rng.normal(0, 20, blocks.shape)).astype(np.uint16))
    return path


@pytest.fixture(scope="module")
def edit_of(layouts: dict[str, ModuleLayout]) -> EditOf:
    """Build an edit of modules with sliders and blending; a module may occur twice."""

    def built(*modules: tuple[str, dict[str, float | str], bytes]) -> Edit:
        entries: list[Entry] = []
        for name, sliders, blending in modules:
            layout = layouts[name]
            entries.append(
                Entry(
                    module=name,
                    instance=sum(one.module == name for one in entries),
                    enabled=True,
                    version=layout.version,
                    params=layout.pack(sliders),
                    blending=blending,
                    blending_version=14,
                )
            )
        return Edit(entries=entries, order_version=4)

    return built


@pytest.fixture(scope="module")
def sidecar(darktable: Darktable, edit_of: EditOf) -> bytes:
    edit = edit_of(
        ("exposure", {"exposure": 1}, b""),
        ("exposure", {"exposure": -2}, HALF),
        ("crop", {"cx": 0.1, "cy": 0.2, "cw": 0.8, "ch": 0.9}, b""),
        ("sharpen", {"amount": 1.5}, b""),
        ("borders", {}, b""),
    )
    return edit_sidecar(edit, orders(darktable))


@pytest.fixture(scope="module")
def session(darktable: Darktable, photograph: Path, sidecar: bytes) -> Iterator[EditSession]:
    with EditSession(darktable, photograph, sidecar) as opened:
        yield opened


def test_whole_edit_is_what_darktable_exports(
    session: EditSession, darktable: Darktable, photograph: Path, sidecar: bytes
) -> None:
    whole = session.run(0, len(session.steps) - 1)
    assert np.array_equal(whole.values[..., :3], export(darktable, photograph, sidecar))


def test_steps_are_in_the_order_of_the_pipe(session: EditSession) -> None:
    names = [step.name for step in session.steps]
    assert names[0] == "rawprepare"
    assert names.index("exposure") < names.index("exposure:1") < names.index("colorin") < names.index("colorout")
    assert {"crop", "borders"} <= {step.module for step in session.steps if step.moved}


def test_every_cut_gives_the_same_image(session: EditSession) -> None:
    last = len(session.steps) - 1
    whole = session.run(0, last)
    for cut, step in enumerate(session.steps[:-1]):
        before = session.run(0, cut)
        assert before.values.shape == step.output_shape
        after = session.run(cut + 1, last, before)
        assert np.array_equal(after.values, whole.values), step.name


def test_segment_runs_on_other_pixels(session: EditSession) -> None:
    names = [step.name for step in session.steps]
    at = names.index("exposure")
    height, width, _ = session.steps[at].input_shape
    grey = PipePixels(np.full((height, width, 4), 0.1, np.float32), "rgb")
    output = session.run(at, at, grey)
    assert output.values[..., :3] == pytest.approx(0.2)
    # 1 EV up, then half of it 2 EV down.
    output = session.run(at, at + 1, grey)
    assert output.values[..., :3] == pytest.approx((0.2 + 0.05) / 2, rel=1e-5)


def test_run_without_pixels_forgets_those_of_earlier_runs(session: EditSession) -> None:
    names = [step.name for step in session.steps]
    at = names.index("exposure:1")
    before, own = session.run(0, at - 1), session.run(0, at + 1)
    session.run(at, len(names) - 1, PipePixels(before.values * 2, before.space))
    session.run(at - 1, at, PipePixels(before.values * 3, before.space))
    assert np.array_equal(session.run(at + 1, at + 1).values, own.values)
    assert np.array_equal(session.run(at - 1, at - 1).values, before.values)


def test_parameters_can_be_replaced_and_restored(session: EditSession, layouts: dict[str, ModuleLayout]) -> None:
    at = [step.name for step in session.steps].index("exposure")
    given = session.run(at, at)
    brighter = session.run(at, at, params={at: layouts["exposure"].pack({"exposure": 2})})
    assert brighter.values[..., :3] == pytest.approx(2 * given.values[..., :3], rel=1e-5)
    restored = session.run(at, at, params={at: session.steps[at].params})
    assert np.array_equal(restored.values, given.values)


def test_pixels_of_another_size_are_rejected(session: EditSession) -> None:
    with pytest.raises(Failure, match="the input of exposure has the shape"):
        at = [step.name for step in session.steps].index("exposure")
        session.run(at, at, PipePixels(np.zeros((4, 4, 4), np.float32), "rgb"))


def test_photograph_of_a_raw_file_has_the_values_of_its_sensor(session: EditSession) -> None:
    pixels = session.photograph()
    assert (pixels.space, pixels.values.shape) == ("raw", session.steps[0].input_shape)
    assert np.array_equal(pixels.values, np.rint(pixels.values))
    assert pixels.values.max() > 1000


@pytest.mark.parametrize(("skip", "left"), [("exposure", 0), ("exposure:1", 1)])
def test_modules_are_left_out_by_name_or_instance(
    skip: str, left: int, darktable: Darktable, photograph: Path, sidecar: bytes
) -> None:
    with EditSession(darktable, photograph, sidecar, skip=[skip]) as session:
        assert sum(step.module == "exposure" for step in session.steps) == left
        session.run(0, len(session.steps) - 1)


def test_killed_darktable_is_a_failure(darktable: Darktable, photograph: Path, sidecar: bytes) -> None:
    with EditSession(darktable, photograph, sidecar) as session:
        os.kill(session.process_id, signal.SIGKILL)
        with pytest.raises(Failure, match="SIGKILL"):
            session.run(0, 1)


def test_file_that_is_no_image_is_a_failure(darktable: Darktable, tmp_path: Path, sidecar: bytes) -> None:
    (tmp_path / "photo.dng").write_text("no image")
    with pytest.raises(Failure, match="cannot read this image"):
        EditSession(darktable, tmp_path / "photo.dng", sidecar)
