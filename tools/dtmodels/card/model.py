"""The card: the one hand-written description of a model, as frozen dataclasses.

The public contract is `schema/card-v1.schema.json`; these classes are its typed view and a test holds the two
together. Field by field documentation stands in the schema, where editors show it. Reading a card file, with line
and column of every value, is the work of `dtmodels.card.reader`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Options = Mapping[str, Any]
"""Free-form settings whose meaning belongs to a family or to darktable: plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the network and its weights come from."""

    repository: str
    authors: tuple[str, ...]
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The research the model rests on."""

    kind: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseReview:
    """Somebody read a licence and says how its condition is met."""

    license: str
    condition: str
    evidence: str
    reviewer: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseText:
    """The text of a licence SPDX does not know, as a file in the model's directory."""

    license: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """SPDX licence expressions of the weights and of the code that computes with them."""

    weights: str
    code: str
    chosen: str | None = None
    """The alternative taken, where the weights come under a choice."""
    package: str | None = None
    """Licence of what is distributed, where it is not that of the weights."""
    attribution: str | None = None
    reviews: tuple[LicenseReview, ...] = ()
    texts: tuple[LicenseText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCode:
    """The code that made the weights."""

    url: str
    license: str
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseModel:
    """The model these weights were made from."""

    name: str
    license: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """Labels, masks or captions whose licence is not that of the pictures."""

    license: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One dataset the weights were made from or judged by, with its licence and provenance."""

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
    """What the weights were trained on, and with what."""

    code: TrainingCode | None = None
    datasets: tuple[Dataset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One component of the Model Openness Framework: where it lies and under which licence."""

    license: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Openness:
    """The claimed openness: OSAID class, MOF class, and the components that carry the claim."""

    osaid: str
    mof: str
    components: Mapping[str, Component] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitation:
    """Something the model cannot do, or a compromise that is disclosed here."""

    about: str
    text: str
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IntendedUse:
    """What the model may be used for and how it runs."""

    scope: str
    inference: str
    network: str
    telemetry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeReview:
    """Somebody made sure that the model does not imitate people."""

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
class Checkpoint:
    """The author's file: exactly one of `url`, `hub` and `file` says where it lies."""

    name: str
    url: str | None = None
    hub: HubFile | None = None
    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSettings:
    """Which network family builds the model, and with which settings."""

    family: str
    options: Options = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSettings:
    """How darktable is told to run the model."""

    type: str
    attributes: Options = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far the built model may be from its stored golden output."""

    relative: float | None = None
    psnr_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One measured figure, with the command that measures it again."""

    metric: str
    unit: str
    data: str
    command: str
    mean: float
    p5: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Where a user would click or brush; places are shares of the image's width and height."""

    points: tuple[tuple[float, ...], ...] = ()
    beside: tuple[tuple[float, ...], ...] = ()
    box: tuple[float, ...] | None = None
    radius: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo shows."""

    images: tuple[str, ...] = ()
    prompts: Mapping[str, tuple[Prompt, ...]] = field(default_factory=dict)
    """By image."""
    electrons: int | None = None
    shrink: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A compromise somebody accepted by name, with a reason."""

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
    evaluation: tuple[Evaluation, ...] = ()
    demo: Demo = field(default_factory=Demo)
    acceptances: tuple[Acceptance, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def version_numbers(self) -> tuple[int, int]:
        """The version as darktable compares it: two integers."""
        major, minor = self.version.split(".")
        return int(major), int(minor)
