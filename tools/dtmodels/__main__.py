"""`python -m dtmodels`."""

from dtmodels.command.cli import main

main()
