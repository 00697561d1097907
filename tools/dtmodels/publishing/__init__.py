"""From built packages to a release darktable downloads: plan, assemble, publish, verify, and the way back."""
