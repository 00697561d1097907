"""A checkpoint is on a host that keeps files permanently.

File-sharing links of a personal drive end with the account. After many downloads they serve a web page instead of the
file. They do not show who uploaded what.

Fix: Ask the authors to publish the file as a release, on Zenodo or on the Hugging Face Hub, and use that URL. If its
licence permits, mirror the file there yourself. Until then `dtmodels setup --pin` skips the checkpoint.

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
    """Check the host of each checkpoint."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        if host := file_sharing_host(checkpoint.url or ""):
            what = f"{host} serves files of personal accounts, which do not last"
            fix = f"ask the authors for a release, or {MIRROR_ADVICE}"
            yield RuleResult(where=("checkpoints", index, "url"), what=what, fix=fix)
