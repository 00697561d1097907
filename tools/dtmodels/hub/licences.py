"""Licence names of the Hugging Face Hub, from its page on repository licences."""

from __future__ import annotations

import re

from dtmodels.licence import Licence, parse

OTHER = "other"
_SAME = frozenset(
    """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 gpl-2.0 gpl-3.0 isc lgpl-2.1
    lgpl-3.0 lppl-1.3c mit mpl-2.0 ms-pl ncsa ofl-1.1 osl-3.0 postgresql unlicense wtfpl zlib
    """.split()  # noqa: SIM905 - more readable than a column of fifty strings
)
"""Names that equal the SPDX id in lower case, without `-only` and `-or-later`."""


def hub_licence(expression: str) -> str:
    """The Hub's name of a licence; `other` for an expression of several licences and for unknown licences."""
    tree = parse(expression)
    if not isinstance(tree, Licence) or tree.exception:
        return OTHER
    name = re.sub(r"-(only|or-later)$|\+$", "", tree.text.lower())
    return name if name in _SAME else OTHER
