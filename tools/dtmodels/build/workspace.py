"""Directories and files of a build, next to `models/` in a model repository."""

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
    """Paths of one model repository. Everything in `output` and `dist` can be rebuilt."""

    root: Path

    @property
    def output(self) -> Path:
        """Results of the stages, one directory per model."""
        return self.root / "output"

    @property
    def dist(self) -> Path:
        """The release directory, ready to be published."""
        return self.root / "dist"

    @property
    def cache(self) -> Path:
        """Downloaded checkpoints, by SHA-256, shared by all models and repositories of this user."""
        if custom := os.environ.get("DTMODELS_CACHE"):
            return Path(custom)
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dtmodels"

    def cached_file(self, sha256: str) -> Path:
        """Return the path of a downloaded file, or of a file that was extracted from one, in the cache."""
        return self.cache / "sha256" / sha256

    def cached_blob(self, git_blob: str) -> Path:
        """Return the path of a downloaded file that its git blob identifies, in the cache."""
        return self.cache / "git-blob" / git_blob

    def model(self, model_id: str) -> Path:
        """Return the directory of the converted model: its ONNX files and `config.json`."""
        return self.output / model_id / "model"

    def parity(self, model_id: str) -> Path:
        """Return the JSON file with the parity of the converted graphs and the source network."""
        return self.output / model_id / "parity.json"

    def package(self, model_id: str) -> Path:
        """Return the path of the `.dtmodel`."""
        return self.output / model_id / f"{model_id}.dtmodel"

    def report(self, model_id: str) -> Path:
        """Return the JSON file with the validation report."""
        return self.output / model_id / "validate.json"

    def demo(self, model_id: str) -> Path:
        """Return the directory of the demo images."""
        return self.output / model_id / "demo"

    def effort(self, model_id: str) -> Path:
        """Return the JSON file with time and memory of the last build."""
        return self.output / model_id / "effort.json"

    def stamp(self, model_id: str, stage: str) -> Path:
        """Return the JSON file that records inputs and outputs of a finished stage."""
        return self.output / model_id / "stamps" / f"{stage}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the output directory for this process; the lock ends with the process."""
        self.output.mkdir(parents=True, exist_ok=True)
        with (self.output / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Failure("another process is building here", where=str(self.output), fix="wait for it") from None
            self._remove_leftovers()
            yield

    def _remove_leftovers(self) -> None:
        """Remove the incomplete files of killed processes; finished files are unchanged."""
        for part in [*self.root.glob(".dist.*.part"), *self.output.glob("*/.*.part"), *self.output.glob("*/*/.*.part")]:
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink(missing_ok=True)  # it may have been removed with its directory
