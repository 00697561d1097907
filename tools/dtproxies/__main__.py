"""`python -m dtproxies`."""

from dtproxies.command.cli import main

if __name__ == "__main__":
    main()
