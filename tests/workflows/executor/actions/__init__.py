"""Fakes of marketplace actions, one module each: `actions/checkout` is `actions_checkout.py`.

Each module has `PERMISSIONS`, the required permissions of the token; `DEFAULTS`, the default inputs; and `run(call)`,
which has the same visible effects as the action, and returns its outputs. An action without a module here raises
`NotImplementedHere`.
"""
