"""Publishing of a release that darktable downloads: plan, assemble, publish, verify, yank."""
