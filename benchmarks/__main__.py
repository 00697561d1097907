"""Run every benchmark: `.venv/bin/python -m benchmarks`; one of them: `-m benchmarks.startup`."""

import importlib
import pkgutil
import sys

import benchmarks

for found in pkgutil.iter_modules(benchmarks.__path__):
    if not found.name.startswith("_"):
        print(f"\n== {found.name}", flush=True)
        if importlib.import_module(f"benchmarks.{found.name}").main():
            sys.exit(1)
