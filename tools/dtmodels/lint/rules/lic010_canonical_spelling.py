"""A licence is spelt as SPDX spells it.

Programs that look licences up often compare letter by letter.

Fix: write the id as the SPDX list has it, and AND, OR and WITH in capitals; `dtmodels lint --fix` does.

Authority: SPDX specification 2.3, annex D, https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/

Bad::

    license: {weights: apache-2.0 or mit, code: mit}

Good::

    license: {weights: Apache-2.0 OR MIT, code: MIT}
"""

from collections.abc import Iterator
from dataclasses import replace

from dtmodels.licence import judge
from dtmodels.lint.rule import Remark, Severity, Subject
from dtmodels.lint.rules._licences import fields, told
from dtmodels.yaml_document import Change

SEVERITY: Severity = "warning"


def check_card(subject: Subject) -> Iterator[Remark]:
    """Compare every word with the SPDX list; one correction mends the whole expression."""
    for field in fields(subject):
        found = [problem for problem in judge(field.text).problems if problem.kind == "spelling"]
        text = field.text
        for problem in reversed(found):
            text = text[: problem.start] + problem.meant[0] + text[problem.end :]
        for problem in found:
            yield replace(told(field, problem), change=Change(kind="value", where=field.where, source=text, safe=True))
