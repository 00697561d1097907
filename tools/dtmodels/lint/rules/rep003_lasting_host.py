"""A checkpoint lies where files are meant to stay.

Shares of a personal drive end with the account, answer a script with a page instead of the file when too many ask, and
tell nobody who put what there.

Fix: ask the authors to publish the file as a release, on Zenodo or on the Hugging Face Hub, or mirror it there where
its licence allows that, and name that address. Until then `dtmodels setup --pin` does not touch it.

Bad::

    - {name: weights, url: "https://drive.google.com/uc?id=1a2b3c"}

Good::

    - {name: weights, url: "https://zenodo.org/records/1/files/weights.pth"}
"""

from collections.abc import Iterator

from dtmodels.card.file_sharing_hosts import MIRROR_ADVICE, file_sharing_host
from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look at the host of each checkpoint."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        if host := file_sharing_host(checkpoint.url or ""):
            what = f"{host} is a personal share, where files do not last"
            fix = f"ask the authors for a release, or {MIRROR_ADVICE}"
            yield RuleResult(where=("checkpoints", index, "url"), what=what, fix=fix)
