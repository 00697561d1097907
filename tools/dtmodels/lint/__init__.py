"""Linter of model cards: static rules, offline unless `--online` is set."""
