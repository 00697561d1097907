"""A licence that SPDX does not list comes with its text.

The name after `LicenseRef-` is arbitrary; only the text says what was agreed. Its digest ensures that the reviewed text
is the text that is shipped.

Fix: Put the text into the model's directory, and list it under `texts` with its SHA-256.

Authority: REUSE specification 3.3, https://reuse.software/spec-3.3/

Bad::

    license: {weights: MIT, code: LicenseRef-PublicDomain}

Good::

    license:
      weights: MIT
      code: LicenseRef-PublicDomain
      texts:
        - license: LicenseRef-PublicDomain
          file: LICENSE-PublicDomain.txt
          sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

from collections.abc import Iterator

from dtbase.system.files import leaves_directory, sha256
from dtmodels.card.model import LicenseText
from dtmodels.licence import licence_verdict
from dtmodels.lint.rule import RuleResult, Severity, Subject
from dtmodels.lint.rules._licences import CODE, shipped_licences
from dtmodels.yaml.document import FieldPath

SEVERITY: Severity = "error"


def check_card(subject: Subject) -> Iterator[RuleResult]:
    """Find the text of each such licence, and check each text."""
    provided = {text.license for text in subject.card.license.texts}
    used: set[str] = set()
    for where, verdict in [*shipped_licences(subject), (CODE, licence_verdict(subject.card.license.code))]:
        for part in verdict.applicable:
            used.add(part.text)
            rejected = where != CODE and part.status not in ("compatible", "conditional")
            if part.text.startswith("LicenseRef-") and not rejected and part.text not in provided:
                what = f"the text of {part.text} is not listed under license.texts"
                fix = "put the text into the model's directory, and list its file name and SHA-256 under license.texts"
                yield RuleResult(where=where, part=(part.start, part.end), what=what, fix=fix)
    for index, text in enumerate(subject.card.license.texts):
        where = ("license", "texts", index)
        if used and text.license not in used:
            what = f"neither weights, package nor code are under {text.license}"
            fix = "write the licence as in the expression, or delete the entry"
            yield RuleResult(where=(*where, "license"), what=what, fix=fix)
        yield from _file(subject, text, where)


def _file(subject: Subject, text: LicenseText, where: FieldPath) -> Iterator[RuleResult]:
    path = subject.directory / text.file
    if leaves_directory(text.file) or path.is_symlink():
        what = f"'{text.file}' is not a file inside the model's directory"
        yield RuleResult(where=(*where, "file"), what=what, fix="put the text itself into the model's directory")
    elif not path.is_file():
        yield RuleResult(
            where=(*where, "file"), what=f"there is no file '{text.file}'", fix="change the name, or add the text"
        )
    elif (actual := sha256(path)) != text.sha256:
        what = f"'{text.file}' has the SHA-256 {actual}, not the one stated here"
        fix = "restore the text, or review the new one and write its SHA-256"
        yield RuleResult(where=(*where, "sha256"), what=what, fix=fix)
