"""Networks of proxies: structures that a darktable module is known to have, and blocks to build such structures from.

A network takes `image` [B, C, H, W] and `sliders` [B, P] in darktable's units, and returns [B, C, H, W]; B is 1 in an
exported graph, C is 3, or 1 for a mosaic. One whose module has `frame` takes `frame` [B, 4] as well. It is
differentiable in image and sliders. Values are unbounded and never clipped, but where the module itself clips. A
constant that is fitted starts well away from the value that darktable uses, so that agreement after fitting is found in
the images and not written here.

A network of a module that looks at the whole image may offer `measure(image, sliders)`, which returns [B, S], and
take that as the last argument of `forward`: a tile can then be given what was measured on the whole.
"""
