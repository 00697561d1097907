"""Where things lie while models are built: beside the cards, never among them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dtbase.system.errors import Failure


@dataclass(frozen=True, slots=True)
class Workspace:
    """The directories of one model repository. Everything under `output` and `dist` can be made again."""

    root: Path

    @property
    def output(self) -> Path:
        """What the stages make, a directory a model."""
        return self.root / "output"

    @property
    def dist(self) -> Path:
        """The release as it would be published."""
        return self.root / "dist"

    @property
    def cache(self) -> Path:
        """Downloaded checkpoints, by SHA-256, shared by all models and repositories of this user."""
        if own := os.environ.get("DTMODELS_CACHE"):
            return Path(own)
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dtmodels"

    def model(self, model_id: str) -> Path:
        """Directory of the converted model: its ONNX files and `config.json`."""
        return self.output / model_id / "model"

    def parity(self, model_id: str) -> Path:
        """How near the converted graphs come to what they were made from, as JSON."""
        return self.output / model_id / "parity.json"

    def package(self, model_id: str) -> Path:
        """The packed `.dtmodel`."""
        return self.output / model_id / f"{model_id}.dtmodel"

    def report(self, model_id: str) -> Path:
        """What validation found, as JSON."""
        return self.output / model_id / "validate.json"

    def demo(self, model_id: str) -> Path:
        """Pictures that show what the model does."""
        return self.output / model_id / "demo"

    def effort(self, model_id: str) -> Path:
        """What building the model took the last time, as JSON."""
        return self.output / model_id / "effort.json"

    def stamp(self, model_id: str, stage: str) -> Path:
        """What a finished stage was made from."""
        return self.output / model_id / "stamps" / f"{stage}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the output directory for this process; the lock ends with the process, however it ends."""
        self.output.mkdir(parents=True, exist_ok=True)
        with (self.output / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failure("another run is building here", where=str(self.output), fix="wait for it") from None
            self._remove_leftovers()
            yield

    def _remove_leftovers(self) -> None:
        """What a killed run was still writing; never anything finished."""
        for part in [*self.root.glob(".dist.*.part"), *self.output.glob("*/.*.part"), *self.output.glob("*/*/.*.part")]:
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)  # it may have gone with the directory it was in
