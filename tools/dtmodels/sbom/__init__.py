"""The bill of materials of a release: an SPDX 2.3 document in JSON, made from its packages alone."""

from dtmodels.sbom.check import check_sbom
from dtmodels.sbom.document import FILE, write_sbom

__all__ = ["FILE", "check_sbom", "write_sbom"]
