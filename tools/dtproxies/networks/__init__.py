"""Networks of proxies: closed-form models of darktable modules, and the blocks they are built from.

A network takes `image` [B, C, H, W] and `sliders` [B, P] in darktable's units, and returns [B, C, H, W]. B is 1 in an
exported graph; C is 3, or 1 for a Bayer mosaic. If its module has `frame`, the network also takes `frame` [B, 4]. It is
differentiable in image and sliders. Values are unbounded and not clipped, except where the module itself clips. Fitted
parameters start far from darktable's values, so that agreement after fitting is evidence from the images.

A network of a module with a global receptive field may offer `measure(image, sliders)`, which returns [B, S], and take
that as the last argument of `forward`: a tile can then use measurements of the whole image.
"""
