"""The package darktable installs (`.dtmodel`) and its `config.json`: written, and read as darktable reads them."""
