"""Plug-in modules, one per darktable task: requirements of its C code on a package, and the way it runs the graphs.

darktable 5.6 runs four tasks in C: denoise, upscale, rawdenoise and mask. Lua scripts run all others through
`darktable.ai`: float32 tensors of at most eight dimensions, at least one output.

Each module has `RUN_BY`, `FILES`, `OPTIONAL`, `ATTRIBUTES`, `check` and `run` of `dtmodels.tasks._protocol.Task`. It
may also have `measure` of `HasGoldenPairs` and `demo` of `HasDemo`.
"""
