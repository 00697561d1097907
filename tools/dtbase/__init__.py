"""Code shared by `dtmodels` and `dtproxies`: failures, files, colour, the console and command groups."""
