"""One file a verb, in pipeline order: setup, convert, validate, demo, package, index, release."""
