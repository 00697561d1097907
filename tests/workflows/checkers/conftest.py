"""Fixture: npm packages for checkers, if npm is available."""

import shutil

import pytest


@pytest.fixture(scope="session", autouse=True)
def packages(request: pytest.FixtureRequest) -> None:
    """Install the packages; a checker reports a missing package itself."""
    if shutil.which("npm"):
        request.getfixturevalue("node_modules")
