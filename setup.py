"""Add the public schemas to the wheel, and read the version from the changelog; pyproject.toml has the rest."""

import re
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithSchemas(build_py):
    """Copy the files of `schema/` into the package that reads them."""

    def run(self) -> None:
        """Build, then add the schemas; an editable install finds them in the checkout."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "dtmodels" / "_schema"
        self.mkpath(str(target))
        for file in sorted(Path("schema").iterdir()):
            self.copy_file(str(file), str(target / file.name))


def version() -> str:
    """The newest version with a section in the changelog, its only source; 0 before the first release."""
    newest = re.search(r"^## \[([0-9][^\]]*)\]", Path("CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    return newest[1] if newest else "0"


setup(cmdclass={"build_py": WithSchemas}, version=version())
