"""Stand-ins for actions of the marketplace, one file each: `actions/checkout` is `actions_checkout.py`.

Each has `RIGHTS`, what its token must be allowed; `DEFAULTS`, the inputs it has when they are not given; and
`run(call)`, which does what the action does as far as a workflow can notice, and returns the outputs. An action
without a file here cannot be run: the executor says so.
"""
