"""Replica of darktable: edits of photographs, run by proxies where there are some and by darktable elsewhere."""
