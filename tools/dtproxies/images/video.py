"""Numbered images as a video, by an ffmpeg that is installed already."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import replacing
from dtbase.terminal.console import Console

FRAME = "%04d.png"
"""Name of an image, by its number from 0."""
FRAME_RATE = 10
"""Pictures a second."""
INSTALL_HINT = "pip install 'dtmodels[video]', or install ffmpeg with your system"


def write_video(console: Console, frames: Path, path: Path, *, rate: int = FRAME_RATE) -> bool:
    """Write the images in `frames`, named by `FRAME`, as an H.264 video; say by which command.

    Returns:
        Whether there is an ffmpeg; without one a remark says how to get it.

    Raises:
        Failure: ffmpeg does not make the video.
    """
    program = find_ffmpeg()
    console.note(f"video: {shlex.join(ffmpeg_command('ffmpeg', frames, path, rate))}")
    if program is None:
        console.note(f"no ffmpeg here, so no video was written; to get one: {INSTALL_HINT}")
        return False
    with replacing(path) as part:
        # The format has to be named, since the name of the part does not end like a video.
        words = [*ffmpeg_command(program, frames, part, rate)[:-1], "-f", "mp4", str(part)]
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise Failure(f"ffmpeg ended with status {done.returncode}: {last}", where=str(path))
    return True


def ffmpeg_command(program: str, frames: Path, path: Path, rate: int) -> Sequence[str]:
    """The command that makes the video; sides are made even, as H.264 with halved colours wants them."""
    return [
        *(program, "-y", "-framerate", str(rate), "-i", str(frames / FRAME)),
        *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-crf", "15", "-pix_fmt", "yuv420p", str(path)),
    ]


def find_ffmpeg() -> str | None:
    """The ffmpeg of the package imageio-ffmpeg, or that of the system, or None."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg")
