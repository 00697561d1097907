"""Reviewed model cards, ONNX packages and releases of AI models for darktable.

The command line is `dtmodels`. Other tools call

    card = dtmodels.read_card(Path("models/<id>/card.yaml"))        # a Card; raises Failure with line and column
    findings = dtmodels.lint(Path("."))                             # Findings of all cards below models/
    report = dtmodels.validate_package(Path("<id>.dtmodel"))        # a CheckReport: what darktable would do with it

What is not exported here is internal and may change.
"""

from typing import TYPE_CHECKING

from dtbase.system.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from dtmodels.card.model import Card
    from dtmodels.card.reader import read_card
    from dtmodels.findings.check_report import CheckReport
    from dtmodels.lint.engine import lint
    from dtmodels.lint.rule import Finding
    from dtmodels.stages.validate import validate_package

    __version__: str

__all__ = ["Card", "CheckReport", "Finding", "__version__", "lint", "read_card", "validate_package"]

__getattr__ = lazy_exports(
    __name__,
    {
        "Card": "card.model",
        "CheckReport": "findings.check_report",
        "Finding": "lint.rule",
        "lint": "lint.engine",
        "read_card": "card.reader",
        "validate_package": "stages.validate",
    },
)
