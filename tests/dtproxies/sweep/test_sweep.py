"""Sweep of one slider: accepted ranges, and written files."""

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dtbase.system.errors import WrongUsage
from dtbase.terminal.console import Console
from dtproxies.darktable.find import Darktable
from dtproxies.darktable.renderer import Request
from dtproxies.images import video
from dtproxies.images.image import DIRECTORY, Pixels, chart
from dtproxies.proxy.weight_files import weights_of
from dtproxies.render.session import runner
from dtproxies.sweep.command import Track, render_sweep, sweep_command, track, write_sweep


class Doubling:
    """Fake renderer: multiplies linear values by two to the exposure."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            yield np.asarray(request.image * 2.0 ** float(request.sliders["exposure"]), np.float32)


def track_of(target: str = "exposure.exposure", **changed: float) -> Track:
    return track(target, 5, changed.get("low"), changed.get("high"), {})


def test_values_are_evenly_spaced_between_the_ends() -> None:
    assert track_of().values == pytest.approx([-3, -1.25, 0.5, 2.25, 4])
    assert track_of(low=0, high=1).values == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_logarithmic_slider_is_swept_by_factors() -> None:
    values = np.array(track_of("sigmoid.middle_grey_contrast").values)
    assert values[1:] / values[:-1] == pytest.approx(np.full(4, (3.0 / 0.7) ** 0.25))


def test_choice_is_swept_over_its_values() -> None:
    assert track_of("sigmoid.color_processing").values == [0, 1]


def test_other_sliders_keep_their_values() -> None:
    swept = track("sharpen.amount", 3, None, None, {"radius": 4.0})
    assert swept.sliders(1.5) == {"radius": 4.0, "amount": 1.5, "threshold": 0.5}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("expsure.exposure", "did you mean exposure"),
        ("exposure.blck", "no slider 'blck'"),
        ("exposure", "no slider ''"),
    ],
)
def test_unknown_names_suggest_similar_ones(target: str, message: str) -> None:
    with pytest.raises(WrongUsage) as exc:
        track_of(target)
    assert message in str(exc.value)


def test_range_outside_the_slider_is_rejected() -> None:
    for low, high in ((-4, 0), (0, 5), (1, 0)):
        with pytest.raises(WrongUsage, match="from -3 to 4"):
            track_of(low=low, high=high)


def test_frames_sheet_and_results_are_written(tmp_path: Path) -> None:
    console = Console(StringIO(), StringIO())
    swept = track_of()
    frames = render_sweep(swept, lambda image, sliders: image, Doubling(), chart(32, 1), console)
    assert [frame.value for frame in frames] == swept.values
    write_sweep(swept, frames, tmp_path, console, amplify=10)
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [f"000{n}.png" for n in range(5)]
    with Image.open(tmp_path / "sweep.png") as sheet:
        assert sheet.width > 500
    rows = json.loads((tmp_path / "sweep.json").read_text())["frames"]
    # The fake renderer changes little at half a stop; the fake proxy returns its input.
    assert rows[2]["display_psnr"] > rows[1]["display_psnr"]


def test_missing_ffmpeg_prints_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "find_ffmpeg", lambda: None)
    remarks = StringIO()
    assert not video.write_video(Console(StringIO(), remarks), tmp_path, tmp_path / "out.mp4")
    assert "dtmodels[video]" in remarks.getvalue()
    assert f"-i {tmp_path}/%04d.png" in remarks.getvalue()
    assert not (tmp_path / "out.mp4").exists()


def test_ffmpeg_writes_a_video_of_images_with_odd_sides(tmp_path: Path) -> None:
    if video.find_ffmpeg() is None:
        pytest.skip("needs an ffmpeg: pip install 'dtmodels[video]'")
    for number in range(3):
        Image.new("RGB", (33, 17), (80 * number, 40, 40)).save(tmp_path / f"{number:04d}.png")
    assert video.write_video(Console(StringIO(), StringIO()), tmp_path, tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.darktable
def test_proxy_follows_darktable_across_the_slider(darktable: Darktable, root: Path, tmp_path: Path) -> None:
    swept = track_of()
    run = runner(swept.definition, weights_of("exposure", root / "models"), None)
    photograph = root / DIRECTORY / "chelsea.png"
    out = StringIO()
    sweep_command(Console(out, StringIO()), swept, run, photograph, tmp_path, longest=64, amplify=10)
    rows = json.loads((tmp_path / "sweep.json").read_text())["frames"]
    assert min(row["display_psnr"] for row in rows) > 90
    assert "at worst" in out.getvalue()
