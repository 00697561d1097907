"""Build and release AI models for darktable: card, setup, convert, validate, package, index, release."""
