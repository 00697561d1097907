"""Inputs and directories of a build: workspace, downloads, source files, and the build cache."""
