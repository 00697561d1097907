"""What both `dtmodels` and `dtproxies` stand on: failures, files, the console and command groups."""
