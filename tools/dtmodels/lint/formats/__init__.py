"""One file a format of the report, named as `--format` calls it; nothing else names them.

A member has `render(report)`, which gives the whole text of the report.
"""
