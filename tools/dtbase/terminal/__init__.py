"""What a person or a runner sees: command groups, progress, output for GitHub."""
