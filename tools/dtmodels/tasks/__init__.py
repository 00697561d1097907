"""One file per darktable task: what its C code demands of a package, and what it does with the graphs.

darktable 5.6 runs four tasks in C: denoise, upscale, rawdenoise and mask. All others are run through its Lua
interface `darktable.ai`: float32 tensors of at most eight dimensions, at least one output.

A member offers `FILES`, `OPTIONAL`, `check` and `run`, as `dtmodels.tasks._protocol.Task` describes them; it may offer
`measure` of `Measures` and `demo` of `Demonstrates`, beside it.
"""
