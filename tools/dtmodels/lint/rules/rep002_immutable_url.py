"""The address of a checkpoint always serves the same file.

A branch, `latest` or `resolve/main` serves whatever was pushed last. The digest would notice, but by then nobody can
build the model any more.

Fix: write the commit or the tag into the address; for the Hugging Face Hub use hub: {repository, revision, path}.

Bad::

    - {name: weights, url: "https://huggingface.co/owner/network/resolve/main/weights.safetensors"}

Good::

    - name: weights
      hub: {repository: owner/network, revision: 0f1e2d3c4b5a69788796a5b4c3d2e1f001234567, path: weights.safetensors}
"""

import re
from collections.abc import Iterator

from dtmodels.lint.rule import RuleResult, Severity, Subject

SEVERITY: Severity = "error"

_MOVING = re.compile(
    r"""(?ix)
    /(resolve|raw|blob|tree|heads)/(?P<branch>main|master|trunk|head|develop|dev|latest)(/|$)
    | raw\.githubusercontent\.com/[^/]+/[^/]+/(refs/heads/)?(?P<bare>main|master|develop|dev)/
    | /(?P<heads>refs/heads)/ | /(releases/)?(?P<latest>latest)(/|$)
    | [?&](ref|branch|at)=(refs/heads/)?(?P<query>main|master|develop)
    """
)


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Look for the names that move."""
    for index, checkpoint in enumerate(subject.card.checkpoints):
        if checkpoint.url and (moving := _MOVING.search(checkpoint.url)):
            named = next(filter(None, moving.group("branch", "bare", "heads", "latest", "query")))
            what = f"the address names '{named}', which moves"
            fix = "name a commit or a tag in its place; on the Hugging Face Hub use hub with a revision"
            yield RuleResult(where=("checkpoints", index, "url"), what=what, fix=fix)
