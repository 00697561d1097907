"""Proxied modules of darktable: one file per module, discovered by its name.

A file holds `MODULE`, a `dtproxies.vocabulary.module.Module`; `network()`, which builds the untrained `torch.nn.Module`
of its proxy; and, if the default does not fit, `RECIPE`, a `dtproxies.vocabulary.recipe.Recipe`. Optional are
`IDENTITY`, slider values that leave the image unchanged, and `reachable()`, which limits sampled slider values.
Importing a file imports no torch.

The imitated C source of each module is `src/iop/<module>.c` of darktable at tag release-5.4.1, for example
`src/iop/exposure.c`. A docstring opens with the fitted parameters and the remaining error, and then gives the formula.
"""
