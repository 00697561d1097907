"""A kind of file, with what to do if another kind was expected."""

from __future__ import annotations

from dataclasses import dataclass

from dtbase.system.errors import Failure

DOWNLOAD_AGAIN = "download it again"
UNPACK = "unpack it, and name the file inside"
OTHER_FRAMEWORK = "use the authors' file of PyTorch or safetensors weights, or an ONNX export with the family onnx"
SAVE_WEIGHTS = (
    "where you trust it, load it and save its state_dict() as safetensors; or use the authors' file of weights"
)


@dataclass(frozen=True, slots=True)
class FileKind:
    """A recognised kind of file."""

    name: str
    """Identifier for comparisons, such as `lfs` or `zip`."""
    title: str
    """Noun phrase for messages: `a pointer of Git LFS`."""
    fix: str = ""
    """What to do if another kind was expected."""

    def refusal(self, wanted: str, *, where: str, fix: str = "") -> Failure:
        """The failure that says what the file is instead of `wanted`, with a fix for kinds without their own."""
        return Failure(f"is {self.title}, not {wanted}", where=where, fix=self.fix or fix)
