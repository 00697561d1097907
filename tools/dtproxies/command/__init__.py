"""The command line `dtproxies`: each command parses its arguments and calls one function."""
