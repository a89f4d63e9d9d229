"""Makes a module while it builds."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class Generate(build_py):
    """Writes a file that no source tree has."""

    def run(self) -> None:
        """Build the modules, and one more."""
        super().run()
        Path(self.build_lib, "with_hook", "generated.py").write_text("ANSWER = 42\n")


setup(cmdclass={"build_py": Generate})
