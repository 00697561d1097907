"""Formats of model descriptions, one per file. Each has `TITLE` and `recognise`, and `draft` or `INSTEAD`."""

NEW = "write a card with `dtmodels new <id> --task <task>`"
FILL_IN = f"{NEW}, and fill in what this file states"
