"""One slider across its range, darktable and proxy side by side."""
