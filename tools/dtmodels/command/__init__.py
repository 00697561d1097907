"""The command line `dtmodels`: each command parses its arguments and calls one function."""
