"""SBOMs (software bills of materials): SPDX 2.3 of a release, and CycloneDX 1.6 of the Python that builds it."""

from dtmodels.sbom.check import check_sbom
from dtmodels.sbom.document import FILE, write_sbom

__all__ = ["FILE", "check_sbom", "write_sbom"]
