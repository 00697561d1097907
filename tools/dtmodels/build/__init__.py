"""Where a model is built and from what: directories, downloads, source files, and the build cache."""
