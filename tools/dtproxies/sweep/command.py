"""Command `render_sweep`: frames, a video and a contact sheet of one slider across its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dtbase.imaging.contact_sheet import DisplayImage, auto_amplification, difference_image, write_contact_sheet
from dtbase.system.errors import WrongUsage
from dtbase.system.files import atomic_directory, write_json
from dtbase.system.suggestions import did_you_mean
from dtbase.terminal.console import Console
from dtproxies.darktable.find import find
from dtproxies.darktable.renderer import Request
from dtproxies.images.image import LinearImage, to_module_space
from dtproxies.images.metrics import compare
from dtproxies.images.module_spaces import to_display
from dtproxies.images.user_image import read_user_image
from dtproxies.images.video import FRAME, write_video
from dtproxies.proxy.definition import ProxyDefinition, load_definition
from dtproxies.proxy.runners import Runner
from dtproxies.render.open_renderer import open_renderer
from dtproxies.render.pairs import SupportsRendering
from dtproxies.sweep.frame import Frame
from dtproxies.sweep.sweep_sheet import draw_sweep
from dtproxies.vocabulary.axis import axis
from dtproxies.vocabulary.module import Module, Slider

WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Track:
    """Sweep of one slider: its values, and the values of the other sliders."""

    definition: ProxyDefinition
    slider: Slider
    values: Sequence[float]
    others: dict[str, float]

    def sliders(self, value: float) -> dict[str, float]:
        """Return the values of all sliders of the module, with this one at `value`."""
        start = {one.name: one.default for one in self.definition.module.sliders}
        return {**start, **self.others, self.slider.name: value}


def track(target: str, count: int, low: float | None, high: float | None, settings: dict[str, float | str]) -> Track:
    """Return the sweep of `<module>.<slider>`: `count` values along its axis, or each value of a choice.

    Raises:
        WrongUsage: an unknown module or slider (the message suggests similar names), or a range outside the slider's.
    """
    module_name, _, slider_name = target.partition(".")
    definition = load_definition(module_name)
    slider = slider_named(definition.module, slider_name)
    others = {slider_named(definition.module, key).name: _number(key, value) for key, value in settings.items()}
    if slider.choices:
        return Track(
            definition=definition, slider=slider, values=[float(number) for _, number in slider.choices], others=others
        )
    low, high = slider.low if low is None else low, slider.high if high is None else high
    if not slider.low <= low < high <= slider.high:
        raise WrongUsage(
            f"{target} can be swept upwards from {slider.low:g} to {slider.high:g}, not from {low:g} to {high:g}",
            fix="change --from and --to",
        )
    along = axis(slider)
    first, last = along.coordinates([low, high]).tolist()
    values = along.values(np.linspace(first, last, count))
    return Track(definition=definition, slider=slider, values=sorted({float(value) for value in values}), others=others)


def slider_named(module: Module, name: str) -> Slider:
    """Return the slider of this name.

    Raises:
        WrongUsage: the proxy of this module has no such slider.
    """
    known = {slider.name: slider for slider in module.sliders}
    if name not in known:
        raise WrongUsage(f"the proxy of {module.name} has no slider '{name}'", fix=did_you_mean(name, known))
    return known[name]


def render_sweep(
    track: Track, run: Runner, renderer: SupportsRendering, source: LinearImage, console: Console
) -> list[Frame]:
    """Render the image at each value with darktable and with the proxy.

    Raises:
        Failure: darktable rejects a value.
    """
    module, image = track.definition.module, to_module_space(source, track.definition.module)
    positions = [track.sliders(value) for value in track.values]
    requests = (Request(module.name, image, module.parameters(position)) for position in positions)
    frames = []
    with console.progress(f"sweeping {module.name}.{track.slider.name}", len(positions)) as advance:
        for value, position, after in zip(track.values, positions, renderer.render_many(requests), strict=True):
            output = run(image, [position[slider.name] for slider in module.sliders])
            psnr = compare(output, after, module).display_psnr
            images = [to_display(pixels, module.result_space) for pixels in (after, output)]
            frames.append(Frame(value=value, darktable=images[0], proxy=images[1], psnr=psnr))
            advance(1)
    return frames


def write_sweep(
    track: Track, frames: Sequence[Frame], directory: Path, console: Console, *, amplify: float | None = None
) -> None:
    """Write `frames/0000.png` and so on, `sweep.png`, `sweep.json` and, if ffmpeg is installed, `sweep.mp4`.

    All differences are multiplied by `amplify`; the default factor suits the largest difference.
    """
    amplify = amplify or min(auto_amplification(frame.difference) for frame in frames)
    name = f"{track.definition.module.name}.{track.slider.name}"
    with atomic_directory(directory / "frames") as part:
        for number, frame in enumerate(frames):
            write_contact_sheet([_row(frame, f"{name} {frame.value:.4g}", amplify)], part / (FRAME % number))
    draw_sweep(directory / "sweep.png", name, track.slider, frames, amplify=amplify)
    rows = [{"value": frame.value, "display_psnr": frame.psnr} for frame in frames]
    write_json(directory / "sweep.json", {"slider": name, "others": track.others, "frames": rows})
    if len(frames) > 1:
        write_video(console, directory / "frames", directory / "sweep.mp4")


def sweep_command(
    console: Console, track: Track, run: Runner, image: Path, directory: Path, *, longest: int, amplify: float | None
) -> None:
    """Sweep with the installed darktable, and print where the proxy is least accurate.

    Raises:
        Failure: there is no darktable, the image cannot be read, or darktable rejects a value.
    """
    darktable, source = find(), read_user_image(image, console.note, longest=longest)
    height, width, _ = source.pixels.shape
    with open_renderer(darktable, [track.definition.module], height=height, width=width, workers=WORKERS) as renderer:
        frames = render_sweep(track, run, renderer, source, console)
    write_sweep(track, frames, directory, console, amplify=amplify)
    worst = min(frames, key=lambda frame: frame.psnr)
    mean = float(np.mean([frame.psnr for frame in frames]))
    console.say(
        f"{directory / 'sweep.png'}: {len(frames)} values; PSNR {mean:.1f} dB on average, "
        f"{worst.psnr:.1f} dB at worst, where {track.slider.name} is {worst.value:.4g}"
    )


def _number(name: str, value: float | str) -> float:
    if isinstance(value, str):
        raise WrongUsage(f"{name}={value} is not a number", fix="pass darktable's number of the choice")
    return value


def _row(frame: Frame, title: str, amplify: float) -> list[DisplayImage]:
    return [
        DisplayImage(frame.darktable, f"darktable\n{title}"),
        DisplayImage(frame.proxy, f"proxy\n{frame.psnr:.1f} dB"),
        difference_image(frame.proxy, frame.darktable, amplify),
    ]
