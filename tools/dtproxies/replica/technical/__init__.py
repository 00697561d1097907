"""Technical modules of an edit as differentiable functions of the pixels: sensor values, orientation, camera colours.

They have no sliders that a photographer moves, so they are no released proxies. One file each: `build(place)` returns
the function for one place of one edit, with constants from the parameters of the edit or measured in darktable there,
or raises `NoFunction`. `INPUT` is the kind of colour space of its input, raw, lab or rgb, where that differs from the
output's. The plan compares every function with darktable in its place before it is used.
"""
