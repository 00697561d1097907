"""`python -m dtmodels`."""

from dtmodels.cli import main

main()
