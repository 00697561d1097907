"""Worker process that loads libdarktable, run by darktable's own Python.

It imports only numpy and the standard library, because that Python may differ from the caller's.
"""
