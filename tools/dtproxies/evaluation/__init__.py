"""Compare a proxy with darktable, and write the results into card, report and table."""
