"""The model card as frozen dataclasses: the hand-written description of a model.

The public contract is `schema/card-v1.schema.json`. These classes are its typed view; a test compares the two. The
schema documents every field, because editors show it from there. `dtmodels.card.reader` reads card files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Options = Mapping[str, Any]
"""Free-form settings of a network family or of darktable: plain JSON values."""

FOUND_OUT = {"found_out": True}
"""Metadata of a data class field that is worked out, and is no field of a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Origin of the network and its weights."""

    repository: str
    authors: tuple[str, ...]
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Publication that describes the model."""

    kind: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseReview:
    """Review of a licence: a reviewer read it and states how its condition is met."""

    license: str
    condition: str
    evidence: str
    reviewer: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseText:
    """Text of a licence that SPDX does not list, as a file in the model's directory."""

    license: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """SPDX licence expressions of the weights and of the inference code."""

    weights: str
    code: str
    chosen: str | None = None
    """The chosen licence, where the weights are offered under several."""
    package: str | None = None
    """Licence of the distributed files, where it differs from the licence of the weights."""
    attribution: str | None = None
    reviews: tuple[LicenseReview, ...] = ()
    texts: tuple[LicenseText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCode:
    """Code that trained the weights."""

    url: str
    license: str
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """Model from which these weights were fine-tuned or derived."""

    name: str
    license: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Labels, masks or captions whose licence differs from the licence of the images."""

    license: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset used for training or evaluation, with its licence and provenance."""

    name: str
    role: str
    license: str
    access: str
    collection: str
    personal_data: str
    consent: str
    provenance: str
    url: str = ""
    """Empty only for undisclosed data."""
    annotations: Annotations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Training code and datasets of the weights."""

    code: TrainingCode | None = None
    datasets: tuple[Dataset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component of the Model Openness Framework: its location and its licence."""

    license: str
    location: str
    flaw: str = field(default="", metadata=FOUND_OUT)
    """Why the repository does not hold it there; see `openness.repository_files`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """Claimed openness: OSAID class, MOF class, and the components that support the claim."""

    osaid: str
    mof: str
    components: Mapping[str, Component] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitation:
    """Limitation of the model, or a disclosed compromise."""

    about: str
    text: str
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedUse:
    """Intended use of the model, and how it runs."""

    scope: str
    inference: str
    network: str
    telemetry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeReview:
    """Review that the model does not imitate people."""

    finding: str
    by: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFile:
    """A file on the Hugging Face Hub at a pinned revision."""

    repository: str
    revision: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """The file of weights inside an archive."""

    path: str
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The author's file; exactly one of `url`, `hub` and `file` states its location."""

    name: str
    url: str | None = None
    hub: HubFile | None = None
    file: str | None = None
    sha256: str | None = None
    git_blob: str | None = None
    """Id of its blob in the authors' git repository, where its SHA-256 is unknown."""
    bytes: int | None = None
    member: ArchiveMember | None = None
    """The file of weights, where the author's file is an archive; `sha256` and `bytes` are those of the archive."""

    @property
    def weights_sha256(self) -> str | None:
        """SHA-256 of the file of weights: of the member, if the author's file is an archive."""
        return self.member.sha256 if self.member else self.sha256

    @property
    def identified(self) -> bool:
        """Whether the card states which file it is; of an archive, its member as well."""
        return bool(self.weights_sha256 or (self.git_blob and not self.member))

    @property
    def location(self) -> str:
        """URL of the author's file, or its name in the model's directory."""
        if self.hub:
            return f"https://huggingface.co/{self.hub.repository}/resolve/{self.hub.revision}/{self.hub.path}"
        return self.url or self.file or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSettings:
    """Network family that builds the model, and its settings."""

    family: str
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSettings:
    """Settings with which darktable runs the model. A mapping has one value for each file, by name without `.onnx`."""

    type: str
    attributes: Options = field(default_factory=dict)
    cpu_only: tuple[str, ...] | Mapping[str, tuple[str, ...]] | None = None
    coreml_format: str | Mapping[str, str] | None = None
    ort_optimization: str | Mapping[str, str] | None = None
    ort_optimization_provider: Options = field(default_factory=dict)
    """Value of `ort_optimization` by execution provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """Allowed difference between the built model's output and the stored golden output."""

    relative: float | None = None
    psnr_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationResult:
    """One measured result, with the command that reproduces it."""

    metric: str
    unit: str
    data: str
    command: str
    mean: float
    p5: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Clicks or brush strokes of a user; positions are fractions of the image's width and height."""

    points: tuple[tuple[float, ...], ...] = ()
    beside: tuple[tuple[float, ...], ...] = ()
    box: tuple[float, ...] | None = None
    radius: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Images and prompts of the demo."""

    images: tuple[str, ...] = ()
    prompts: Mapping[str, tuple[Prompt, ...]] = field(default_factory=dict)
    """Prompts by image."""
    electrons: int | None = None
    shrink: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Documented waiver of one lint rule, with a reason and a name."""

    rule: str
    reason: str
    by: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model card."""

    schema: int
    id: str
    name: str
    description: str
    task: str
    architecture: str
    version: str
    status: str
    source: Source
    license: License
    use: IntendedUse
    convert: ConversionSettings
    package: PackageSettings
    status_reason: str | None = None
    publication: Publication | None = None
    base_model: BaseModel | None = None
    training: Training = field(default_factory=Training)
    openness: Openness | None = None
    limitations: tuple[Limitation, ...] = ()
    purpose_review: PurposeReview | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    evaluation: tuple[EvaluationResult, ...] = ()
    demo: Demo = field(default_factory=Demo)
    acceptances: tuple[Acceptance, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def version_numbers(self) -> tuple[int, int]:
        """Major and minor version as integers, as darktable compares them."""
        major, minor = self.version.split(".")
        return int(major), int(minor)
