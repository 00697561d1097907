"""What runs inside darktable's own process, under the Python that belongs to it.

Nothing here may import anything but numpy and the standard library: the Python may be another than the caller's.
"""
