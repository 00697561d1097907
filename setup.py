"""Add files of the repository to the wheel, and read the version from the changelog; pyproject.toml has the rest."""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = (
    *("schema/*.json", "images/**/*", "models/proxy-*/weights.safetensors", "docs/modules.json", "docs/layouts.json"),
    *("site/templates/*", "site/styles/*"),
)
"""What `dtbase.system.shipped_files` finds in the checkout or in the installed package; MANIFEST.in has it too."""


class WithShippedFiles(build_py):
    """Copy the files that commands need outside a checkout into the package that finds them."""

    def run(self) -> None:
        """Build, then add the files; an editable install finds them in the checkout."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "dtbase" / "_shipped"
        for file in sorted(file for pattern in SHIPPED for file in Path().glob(pattern) if file.is_file()):
            self.mkpath(str(target / file.parent))
            self.copy_file(str(file), str(target / file))


def version() -> str:
    """The newest version with a section in the changelog, its only source; 0 before the first release."""
    newest = re.search(r"^## \[([0-9][^\]]*)\]", Path("CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    return newest[1] if newest else "0"


setup(cmdclass={"build_py": WithShippedFiles}, version=version())
