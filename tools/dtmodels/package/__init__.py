"""The `.dtmodel` package and its `config.json`: written for darktable, and read as darktable reads them."""
