"""Checkers that stand on npm packages have them, where there is npm."""

import shutil

import pytest


@pytest.fixture(scope="session", autouse=True)
def packages(request: pytest.FixtureRequest) -> None:
    """Install them; a checker that misses its package says so itself."""
    if shutil.which("npm"):
        request.getfixturevalue("node_modules")
