"""One slider across its range: what may be asked for, and what is written."""

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
    """Stands in for darktable: light times two to the exposure."""

    def render_many(self, requests: Iterable[Request]) -> Iterator[Pixels]:
        for request in requests:
            yield np.asarray(request.image * 2.0 ** float(request.sliders["exposure"]), np.float32)


def asked(target: str = "exposure.exposure", **changed: float) -> Track:
    return track(target, 5, changed.get("low"), changed.get("high"), {})


def test_values_lie_evenly_from_end_to_end() -> None:
    assert asked().values == pytest.approx([-3, -1.25, 0.5, 2.25, 4])
    assert asked(low=0, high=1).values == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_a_slider_of_factors_is_swept_by_factors() -> None:
    values = np.array(asked("sigmoid.middle_grey_contrast").values)
    assert values[1:] / values[:-1] == pytest.approx(np.full(4, (3.0 / 0.7) ** 0.25))


def test_a_choice_is_swept_over_what_it_offers() -> None:
    assert asked("sigmoid.color_processing").values == [0, 1]


def test_the_other_sliders_stay_where_they_are_put() -> None:
    found = track("sharpen.amount", 3, None, None, {"radius": 4.0})
    assert found.sliders(1.5) == {"radius": 4.0, "amount": 1.5, "threshold": 0.5}


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("expsure.exposure", "did you mean exposure"),
        ("exposure.blck", "no slider 'blck'"),
        ("exposure", "no slider ''"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(target: str, told: str) -> None:
    with pytest.raises(WrongUsage) as exc:
        asked(target)
    assert told in str(exc.value)


def test_a_range_outside_the_slider_is_refused() -> None:
    for low, high in ((-4, 0), (0, 5), (1, 0)):
        with pytest.raises(WrongUsage, match="between -3 and 4"):
            asked(low=low, high=high)


def test_frames_sheet_and_figures_are_written(tmp_path: Path) -> None:
    console = Console(StringIO(), StringIO())
    found = asked()
    frames = render_sweep(found, lambda image, sliders: image, Doubling(), chart(32, 1), console)
    assert [frame.value for frame in frames] == found.values
    write_sweep(found, frames, tmp_path, console, amplify=10)
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == [f"000{n}.png" for n in range(5)]
    with Image.open(tmp_path / "sweep.png") as sheet:
        assert sheet.width > 500
    rows = json.loads((tmp_path / "sweep.json").read_text())["frames"]
    # The stand-in changes nothing half a stop up, and the pretended proxy never does.
    assert rows[2]["display_psnr"] > rows[1]["display_psnr"]


def test_without_ffmpeg_it_says_how_to_get_one_and_prints_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "find_ffmpeg", lambda: None)
    remarks = StringIO()
    assert not video.write_video(Console(StringIO(), remarks), tmp_path, tmp_path / "out.mp4")
    assert "dtmodels[video]" in remarks.getvalue()
    assert f"-i {tmp_path}/%04d.png" in remarks.getvalue()
    assert not (tmp_path / "out.mp4").exists()


def test_an_ffmpeg_writes_a_video_of_images_with_odd_sides(tmp_path: Path) -> None:
    if video.find_ffmpeg() is None:
        pytest.skip("needs an ffmpeg: pip install 'dtmodels[video]'")
    for number in range(3):
        Image.new("RGB", (33, 17), (80 * number, 40, 40)).save(tmp_path / f"{number:04d}.png")
    assert video.write_video(Console(StringIO(), StringIO()), tmp_path, tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"


@pytest.mark.darktable
def test_the_proxy_follows_darktable_across_the_slider(darktable: Darktable, root: Path, tmp_path: Path) -> None:
    found = asked()
    run = runner(found.definition, weights_of("exposure", root / "models"), None)
    picture = root / DIRECTORY / "chelsea.png"
    out = StringIO()
    sweep_command(Console(out, StringIO()), found, run, picture, tmp_path, longest=64, amplify=10)
    rows = json.loads((tmp_path / "sweep.json").read_text())["frames"]
    assert min(row["display_psnr"] for row in rows) > 90
    assert "at worst" in out.getvalue()
