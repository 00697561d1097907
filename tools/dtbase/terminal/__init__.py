"""Output for users and for GitHub Actions: command groups, progress, tables and step outputs."""
