"""The catalogue as a static site: pages and `api/v1` from cards, packages and stored results."""
