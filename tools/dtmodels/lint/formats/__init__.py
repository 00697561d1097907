"""Report formats: one plug-in module per format, named as the value of `--format`.

A plug-in module has `render(report)`, which returns the whole text of the report.
"""
