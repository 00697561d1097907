"""Encode numbered images as a video with an installed ffmpeg."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dtbase.system.errors import Failure
from dtbase.system.files import atomic_file
from dtbase.terminal.console import Console

FRAME = "%04d.png"
"""File name of a frame, numbered from 0."""
FRAME_RATE = 10
"""Frames per second."""
INSTALL_HINT = "pip install 'dtmodels[video]', or install ffmpeg with your system"


def write_video(console: Console, frames: Path, path: Path, *, rate: int = FRAME_RATE) -> bool:
    """Encode the images in `frames`, named by `FRAME`, as an H.264 video, and print the command.

    Returns:
        True if ffmpeg is installed; otherwise a note says how to install it.

    Raises:
        Failure: ffmpeg fails.
    """
    program = find_ffmpeg()
    console.note(f"video: {shlex.join(ffmpeg_command('ffmpeg', frames, path, rate))}")
    if program is None:
        console.note(f"ffmpeg was not found, so no video was written; to install it: {INSTALL_HINT}")
        return False
    with atomic_file(path) as part:
        # Name the format, because the temporary file has no video suffix.
        arguments = [*ffmpeg_command(program, frames, part, rate)[:-1], "-f", "mp4", str(part)]
        done = subprocess.run(arguments, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise Failure(f"ffmpeg ended with status {done.returncode}: {last}", where=str(path))
    return True


def ffmpeg_command(program: str, frames: Path, path: Path, rate: int) -> Sequence[str]:
    """Build the ffmpeg command; sides are padded to even numbers, as H.264 with 4:2:0 chroma requires."""
    return [
        *(program, "-y", "-framerate", str(rate), "-i", str(frames / FRAME)),
        *("-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-c:v", "libx264", "-crf", "15", "-pix_fmt", "yuv420p", str(path)),
    ]


def find_ffmpeg() -> str | None:
    """Find the ffmpeg of the package imageio-ffmpeg, else the one on PATH, else None."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return str(get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg")
