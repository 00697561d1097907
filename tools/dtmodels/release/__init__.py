"""Facts about releases: git history, tags, changelog sections, and the index of releases."""
