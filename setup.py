"""Carries the public schemas into the wheel; everything else stands in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithSchemas(build_py):
    """Puts the files of `schema/` beside the modules that read them."""

    def run(self) -> None:
        """Build as ever, then add the schemas; an editable install finds them in the checkout."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "dtmodels" / "_schema"
        self.mkpath(str(target))
        for file in sorted(Path("schema").iterdir()):
            self.copy_file(str(file), str(target / file.name))


setup(cmdclass={"build_py": WithSchemas})
