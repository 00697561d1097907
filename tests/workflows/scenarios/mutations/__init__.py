"""Mutation tests of the workflows: one injected defect at a time, and its detection.

`defects.yaml` lists the defects. A defect is detected by a static checker, or by a run check of `checks.py`.
Run checks start from clean runs, so that only the jobs affected by a defect, and later ones, run again.
"""
