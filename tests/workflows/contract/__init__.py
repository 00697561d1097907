"""The contract of the workflows: what each of them does, in one file that a reviewer reads.

`.github/contract.yml` is written from the workflows by `python -m tests.workflows.contract --write`. A test holds the
workflows to it, so a change of what a workflow does shows up as a change of the contract in the same commit. The
contract says what is; the policies (`tests/workflows/policies/`) say what may never be, whatever the contract says.
"""
