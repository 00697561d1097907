"""SBOMs: of a release, from its packages alone (SPDX 2.3); of what builds them (CycloneDX 1.6)."""

from dtmodels.sbom.check import check_sbom
from dtmodels.sbom.document import FILE, write_sbom

__all__ = ["FILE", "check_sbom", "write_sbom"]
