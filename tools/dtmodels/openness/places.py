"""Where a component is: an address or a path in the repository, and what its name and host say about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CODE = _words(
    ".py .ipynb .pyx .c .h .cc .cpp .cxx .hpp .cu .cuh .cl .m .mm .metal .sh .jl .lua .rs .go .js .ts .java .kt .scala"
    " .r .swift .cs .f90"
)
PROSE = _words(".md .rst .pdf .tex .doc .docx .odt .html .htm .pptx")
METADATA = _words(".yaml .yml .toml .cff .bib .ini")
WEIGHTS = _words(".safetensors .pth .ckpt .onnx .tflite .caffemodel .pb .dtmodel")
TABLES = _words(".json .jsonl .csv .tsv")
IMAGES = _words(".png .jpg .jpeg .gif .svg .webp")
ARCHIVES = _words(".zip .tar .gz .tgz .xz .bz2 .7z .zst")

CODE_HOSTS = _words("github.com gitlab.com codeberg.org bitbucket.org gitee.com git.sr.ht")
PAPER_HOSTS = _words(
    "arxiv.org openreview.net openaccess.thecvf.com ecva.net aclanthology.org ieeexplore.ieee.org dl.acm.org"
    " link.springer.com sciencedirect.com nature.com onlinelibrary.wiley.com mdpi.com frontiersin.org ipol.im jmlr.org"
    " proceedings.mlr.press proceedings.neurips.cc papers.nips.cc papers.neurips.cc biorxiv.org medrxiv.org"
    " techrxiv.org semanticscholar.org"
)
"""Hosts of papers and nothing else."""
ARCHIVE_HOSTS = _words("doi.org zenodo.org osf.io hal.science figshare.com")
"""Hosts of papers and of anything else."""
_REVISION = re.compile(r"/(-/)?(blob|raw|resolve|tree|media)/")


@dataclass(frozen=True, slots=True)
class Place:
    """A location of a card, taken apart."""

    text: str
    host: str
    """Host of an address, without `www.`; empty for a path in the repository."""
    path: PurePosixPath

    @property
    def is_address(self) -> bool:
        """True for a URL."""
        return bool(self.host)

    @property
    def is_front_page(self) -> bool:
        """True for a URL without a path, which leads to a whole site."""
        return self.is_address and not self.path.parts[1:]

    @property
    def is_repository(self) -> bool:
        """True for the address of a whole repository on a host of code."""
        return self.host in CODE_HOSTS and len(self.path.parts) == 3

    @property
    def suffix(self) -> str:
        """Extension in small letters; a repository has none, although its name may contain a dot."""
        return "" if self.is_repository or self.is_front_page else self.path.suffix.lower()

    @property
    def name(self) -> str:
        """Name of the file without extension, in small letters."""
        return self.path.stem.lower()

    @property
    def is_card(self) -> bool:
        """True for the card itself."""
        return not self.is_address and self.path == PurePosixPath("card.yaml")

    @property
    def key(self) -> str:
        """The same for all addresses of one file at one revision."""
        return _REVISION.sub("/@/", f"{self.host}{self.path}".rstrip("/"))

    def holds(self, other: Place) -> bool:
        """True if this is the place of `other`, or a directory or repository around it."""
        if self.key == other.key:
            return True
        return len(self.path.parts) > 2 and other.key.startswith(f"{self.key}/")


@lru_cache(maxsize=4096)
def place(location: str) -> Place:
    """Take a location apart; one that cannot be parsed is a path that does not exist."""
    if "://" not in location:
        return Place(location, "", PurePosixPath(location))
    try:
        parts = urlsplit(location)
        host, path = (parts.hostname or "").lower().removeprefix("www."), unquote(parts.path)
    except ValueError:
        host, path = "", location
    return Place(location, host, PurePosixPath(path or "/"))
