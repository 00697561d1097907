"""The proxied modules of darktable: one file a module, named like it, found and never listed.

A file holds `MODULE`, a `dtproxies.vocabulary.module.Module`; `network()`, which builds the untrained `torch.nn.Module`
of its proxy; and, where the standard one does not fit, `RECIPE`, a `Recipe`. Importing one imports no torch.
"""
